// Errors that nobody caught, and `reportError`.
// https://html.spec.whatwg.org/multipage/webappapis.html#report-an-exception
import { ErrorEvent } from './event.js';
import { fireGlobalEvent } from './event-target.js';
import { native } from './native.js';
import { regExpExec, stringLastIndexOf, stringSlice } from './primordials.js';
import { requireArguments } from './webidl.js';

let reporting = false;

// Tells the script's own "error" listeners; unless one of them prevents the default, the error is printed.
// What such a listener throws is printed at once: it would otherwise be asked about its own failure.
export function reportException(error) {
  if (reporting) {
    native.reportException(error);
    return;
  }
  reporting = true;
  let unhandled = true;
  try {
    const event = new ErrorEvent('error', { cancelable: true, error, ...describe(error) });
    unhandled = fireGlobalEvent(event, native.reportException);
  } finally {
    reporting = false;
    if (unhandled) native.reportException(error);
  }
}

// A method, so that it has no prototype.
export const { reportError } = {
  reportError(error) {
    requireArguments(arguments.length, 1, "execute 'reportError'");
    reportException(error);
  },
};

// What an ErrorEvent says of its error. Reading a thrown value may run the script's code, and fail.
function describe(error) {
  let text = 'exception';
  let stack;
  try {
    text = typeof error === 'symbol' ? error.toString() : `${error}`;
    stack = error?.stack;
  } catch {
    // A value that can not be described is reported without a description.
  }
  return { message: `Uncaught ${text}`, ...locationOf(stack) };
}

const kFrame = /\n {4}at (?:[^\n]*\()?([^\n()]+):(\d+):(\d+)\)?/;

// The place of the topmost frame in a stack.
function locationOf(stack) {
  const frame = typeof stack === 'string' ? regExpExec(kFrame, stack) : null;
  if (frame === null) return { filename: '', lineno: 0, colno: 0 };
  // A frame without parentheses starts with "async " when it continues an async function.
  const file = stringSlice(frame[1], stringLastIndexOf(frame[1], ' ') + 1);
  return { filename: file, lineno: +frame[2], colno: +frame[3] };
}
