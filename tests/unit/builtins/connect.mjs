// The connections that `install` makes, for tests of single modules.
import './native-shim.mjs';
import { abortState, addAbortAlgorithm, isSignal } from '../../../engine/builtins/abort.js';
import { connectEventTarget, installGlobalEventTarget } from '../../../engine/builtins/event-target.js';
import { reportException } from '../../../engine/builtins/report-error.js';

export const signals = {
  isSignal,
  hasAborted: (signal) => abortState(signal).aborted,
  addAlgorithm: addAbortAlgorithm,
};
export const globalObject = {};

connectEventTarget({ signals, reportException });
installGlobalEventTarget(globalObject);
