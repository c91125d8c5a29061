// The events of service-worker syntax: "fetch" and "scheduled" at the global object.
// https://w3c.github.io/ServiceWorker/#extendableevent-interface, as far as Workers have it.
import { Event } from './event.js';
import { fireGlobalEvent } from './event-target.js';
import { arrayPush } from './primordials.js';
import {
  defineInterface,
  defineOwn,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
} from './webidl.js';

// Only the platform makes these events: it passes this to their constructors.
const kCreate = Symbol('create');

export class ExtendableEvent extends Event {
  #controls;

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    super(arguments[1], arguments[2]);
    this.#controls = arguments[3];
  }

  waitUntil(promise) {
    if (!isObject(this) || !(#controls in this)) throw illegalInvocation();
    requireArguments(arguments.length, 1, "execute 'waitUntil' on 'ExtendableEvent'");
    this.#controls.waitUntil(promise);
  }
}
defineInterface(ExtendableEvent, 'ExtendableEvent');

let finishDispatch;

// As in Workers, the request is the event's own: servers of GraphQL copy the event to pass it on.
export class FetchEvent extends ExtendableEvent {
  #controls;
  #responses = [];
  #isDispatching = true;

  static {
    finishDispatch = (event) => {
      event.#isDispatching = false;
      return event.#responses;
    };
  }

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    super(kCreate, 'fetch', { cancelable: true }, arguments[2]);
    defineOwn(this, 'request', arguments[1]);
    this.#controls = arguments[2];
  }

  static #check(value) {
    if (!isObject(value) || !(#controls in value)) throw illegalInvocation();
  }

  respondWith(response) {
    FetchEvent.#check(this);
    requireArguments(arguments.length, 1, "execute 'respondWith' on 'FetchEvent'");
    if (this.#responses.length > 0) {
      throw new globalThis.DOMException(
        'FetchEvent.respondWith() has already been called; it can only be called once.',
        'InvalidStateError',
      );
    }
    if (!this.#isDispatching) {
      throw new globalThis.DOMException(
        'Too late to call FetchEvent.respondWith(). It must be called synchronously in the event ' +
          'handler.',
        'InvalidStateError',
      );
    }
    arrayPush(this.#responses, response);
    this.stopImmediatePropagation();
  }

  passThroughOnException() {
    FetchEvent.#check(this);
    this.#controls.passThroughOnException();
  }
}
defineInterface(FetchEvent, 'FetchEvent');

export class ScheduledEvent extends ExtendableEvent {
  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    super(kCreate, 'scheduled', undefined, arguments[2]);
    defineOwn(this, 'cron', arguments[1].cron);
    defineOwn(this, 'scheduledTime', arguments[1].scheduledTime);
  }
}
defineInterface(ScheduledEvent, 'ScheduledEvent');

function rethrow(error) {
  throw error;
}

// Fires "fetch" at the global object. `controls` does what the event's methods ask: waitUntil(promise),
// passThroughOnException(). What a listener throws is the caller's. Returns whether respondWith was called,
// what with, and whether the default (going on to the next service) was prevented.
export function dispatchFetchEvent(request, controls) {
  const event = new FetchEvent(kCreate, request, controls);
  let isUntouched;
  let responses;
  try {
    isUntouched = fireGlobalEvent(event, rethrow);
  } finally {
    responses = finishDispatch(event);
  }
  return { responded: responses.length > 0, response: responses[0], prevented: !isUntouched };
}

// Fires "scheduled"; `schedule` is { scheduledTime (ms since 1970), cron }.
export function dispatchScheduledEvent(schedule, controls) {
  fireGlobalEvent(new ScheduledEvent(kCreate, schedule, controls), rethrow);
}
