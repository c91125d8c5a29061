// The events "unhandledrejection" and "rejectionhandled".
// https://html.spec.whatwg.org/multipage/webappapis.html#unhandled-promise-rejections
import { Event } from './event.js';
import { fireGlobalEvent } from './event-target.js';
import { native } from './native.js';
import {
  defineInterface,
  defineOwn,
  isObject,
  requireArguments,
  toDictionary,
} from './webidl.js';

// As in Workers, the promise and the reason are the event's own.
export class PromiseRejectionEvent extends Event {
  constructor(type, eventInitDict) {
    requireArguments(arguments.length, 2, "construct 'PromiseRejectionEvent'");
    super(type, eventInitDict);
    const { promise, reason } = toDictionary(eventInitDict);
    if (!isObject(promise)) {
      throw new TypeError("Failed to construct 'PromiseRejectionEvent': member 'promise' is required.");
    }
    defineOwn(this, 'reason', reason);
    defineOwn(this, 'promise', promise);
  }
}
defineInterface(PromiseRejectionEvent, 'PromiseRejectionEvent');

// Tells the script of a rejection that nobody handles; returns whether it left it alone.
export function reportRejection(promise, reason) {
  return fire('unhandledrejection', true, promise, reason);
}

// Tells it that such a one is handled after all.
export function reportLateHandling(promise, reason) {
  fire('rejectionhandled', false, promise, reason);
}

function fire(type, cancelable, promise, reason) {
  const event = new PromiseRejectionEvent(type, { cancelable, promise, reason });
  return fireGlobalEvent(event, native.reportException);
}
