// `scheduler.wait(delay, { signal })`: the promise of a timer.
// https://wicg.github.io/scheduling-apis/ reserves the object; `wait` is what Workers have of it.
import { abortState, addAbortAlgorithm, isSignal, removeAbortAlgorithm } from './abort.js';
import { native } from './native.js';
import { SafePromise, promiseReject } from './primordials.js';
import {
  defineInterface,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
  toDictionary,
} from './webidl.js';

const kCreate = Symbol('create');

export class Scheduler {
  #brand;

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
  }

  wait(delay, options = undefined) {
    try {
      if (!isObject(this) || !(#brand in this)) throw illegalInvocation();
      requireArguments(arguments.length, 1, "execute 'wait' on 'Scheduler'");
      const { signal } = toDictionary(
        options,
        "execute 'wait' on 'Scheduler'",
        2,
        'SchedulerWaitOptions',
      );
      if (signal !== undefined && !isSignal(signal)) {
        throw new TypeError("The 'signal' option of scheduler.wait() is not an AbortSignal.");
      }
      return wait(+delay, signal);
    } catch (error) {
      return promiseReject(error);
    }
  }
}
defineInterface(Scheduler, 'Scheduler');

function wait(delayMs, signal) {
  if (signal === undefined) {
    return new SafePromise((resolve) => native.setTimer(() => resolve(), delayMs, false));
  }
  const { aborted, reason } = abortState(signal);
  if (aborted) return promiseReject(reason);
  return new SafePromise((resolve, reject) => {
    const timer = native.setTimer(
      () => {
        removeAbortAlgorithm(signal, cancel);
        resolve();
      },
      delayMs,
      false,
    );
    const cancel = (why) => {
      native.clearTimer(timer);
      reject(why);
    };
    addAbortAlgorithm(signal, cancel);
  });
}

export function createScheduler() {
  return new Scheduler(kCreate);
}
