// Event and the event classes that Workers have. https://dom.spec.whatwg.org/#interface-event
import { native } from './native.js';
import { arrayPush, freeze, isArray } from './primordials.js';
import {
  defineConstants,
  defineInterface,
  defineOwn,
  illegalInvocation,
  isObject,
  requireArguments,
  toDictionary,
  toDomString,
  toUsvString,
  toUnsignedLong,
  toUnsignedShort,
} from './webidl.js';

const kNone = 0;
const kAtTarget = 2;

// The mutable state of an event, for the dispatcher: what the standard calls its flags and concepts.
// Throws "Illegal invocation" for anything that is not an Event.
export let eventState;
export let isEvent;

export class Event {
  #state;

  static {
    isEvent = (value) => isObject(value) && #state in value;
    eventState = (value) => {
      if (!isEvent(value)) throw illegalInvocation();
      return value.#state;
    };
  }

  constructor(type, eventInitDict = undefined) {
    requireArguments(arguments.length, 1, "construct 'Event'");
    type = toDomString(type);
    const init = toDictionary(eventInitDict, "construct 'Event'", 2, 'EventInit');
    this.#state = {
      type,
      bubbles: !!init.bubbles,
      cancelable: !!init.cancelable,
      composed: !!init.composed,
      target: null,
      currentTarget: null,
      phase: kNone,
      stopPropagation: false,
      stopImmediatePropagation: false,
      canceled: false,
      inPassiveListener: false,
      dispatching: false,
      trusted: false,
      timeStamp: native.now(),
    };
  }

  get type() {
    return eventState(this).type;
  }
  get target() {
    return eventState(this).target;
  }
  get srcElement() {
    return eventState(this).target;
  }
  get currentTarget() {
    return eventState(this).currentTarget;
  }

  // A target has no parents here, so the path is the target itself, and only during dispatch.
  composedPath() {
    const { currentTarget } = eventState(this);
    return currentTarget === null ? [] : [currentTarget];
  }

  get eventPhase() {
    return eventState(this).phase;
  }

  stopPropagation() {
    eventState(this).stopPropagation = true;
  }
  get cancelBubble() {
    return eventState(this).stopPropagation;
  }
  set cancelBubble(value) {
    const state = eventState(this);
    if (value) state.stopPropagation = true;
  }
  stopImmediatePropagation() {
    const state = eventState(this);
    state.stopPropagation = true;
    state.stopImmediatePropagation = true;
  }

  get bubbles() {
    return eventState(this).bubbles;
  }
  get cancelable() {
    return eventState(this).cancelable;
  }
  get returnValue() {
    return !eventState(this).canceled;
  }
  set returnValue(value) {
    const state = eventState(this);
    if (!value) setCanceled(state);
  }
  preventDefault() {
    setCanceled(eventState(this));
  }
  get defaultPrevented() {
    return eventState(this).canceled;
  }
  get composed() {
    return eventState(this).composed;
  }
  get timeStamp() {
    return eventState(this).timeStamp;
  }
  // The standard has it be each event's own; in Workers a copy of an event's own properties is empty.
  get isTrusted() {
    return eventState(this).trusted;
  }

  initEvent(type, bubbles = false, cancelable = false) {
    const state = eventState(this);
    requireArguments(arguments.length, 1, "execute 'initEvent' on 'Event'");
    reinitialize(state, toDomString(type), !!bubbles, !!cancelable);
  }
}

defineInterface(Event, 'Event');
defineConstants(Event, { NONE: kNone, CAPTURING_PHASE: 1, AT_TARGET: kAtTarget, BUBBLING_PHASE: 3 });

// https://dom.spec.whatwg.org/#set-the-canceled-flag
function setCanceled(state) {
  if (state.cancelable && !state.inPassiveListener) state.canceled = true;
}

// https://dom.spec.whatwg.org/#concept-event-initialize; ignored during dispatch. Returns whether it was done.
function reinitialize(state, type, bubbles, cancelable) {
  if (state.dispatching) return false;
  state.stopPropagation = false;
  state.stopImmediatePropagation = false;
  state.canceled = false;
  state.trusted = false;
  state.target = null;
  state.type = type;
  state.bubbles = bubbles;
  state.cancelable = cancelable;
  return true;
}

export class CustomEvent extends Event {
  #detail;

  constructor(type, eventInitDict = undefined) {
    requireArguments(arguments.length, 1, "construct 'CustomEvent'");
    super(type, eventInitDict);
    const { detail = null } = toDictionary(eventInitDict);
    this.#detail = detail;
  }

  get detail() {
    if (!(#detail in this)) throw illegalInvocation();
    return this.#detail;
  }

  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    if (!(#detail in this)) throw illegalInvocation();
    requireArguments(arguments.length, 1, "execute 'initCustomEvent' on 'CustomEvent'");
    if (reinitialize(eventState(this), toDomString(type), !!bubbles, !!cancelable)) {
      this.#detail = detail;
    }
  }
}
defineInterface(CustomEvent, 'CustomEvent');

// https://html.spec.whatwg.org/multipage/webappapis.html#errorevent
export class ErrorEvent extends Event {
  #init;

  constructor(type, eventInitDict = undefined) {
    requireArguments(arguments.length, 1, "construct 'ErrorEvent'");
    super(type, eventInitDict);
    const { colno = 0, error, filename = '', lineno = 0, message = '' } = toDictionary(eventInitDict);
    this.#init = {
      colno: toUnsignedLong(colno),
      error,
      filename: toDomString(filename),
      lineno: toUnsignedLong(lineno),
      message: toDomString(message),
    };
  }

  static #of(event) {
    if (!isObject(event) || !(#init in event)) throw illegalInvocation();
    return event.#init;
  }

  get message() {
    return ErrorEvent.#of(this).message;
  }
  get filename() {
    return ErrorEvent.#of(this).filename;
  }
  get lineno() {
    return ErrorEvent.#of(this).lineno;
  }
  get colno() {
    return ErrorEvent.#of(this).colno;
  }
  get error() {
    return ErrorEvent.#of(this).error;
  }
}
defineInterface(ErrorEvent, 'ErrorEvent');

const kNoPorts = freeze([]);

// https://html.spec.whatwg.org/multipage/comms.html#messageevent. As in Workers, what a message brings is the event's
// own: a copy of the event has it. `source` is whatever the script gave.
//
// These can be assigned to, unlike in Workers: messages come by the thousands, and plain fields cost least.
export class MessageEvent extends Event {
  #brand;
  ports;
  source;
  lastEventId;
  origin;
  data;

  constructor(type, eventInitDict = undefined) {
    requireArguments(arguments.length, 1, "construct 'MessageEvent'");
    super(type, eventInitDict);
    const {
      data = null,
      lastEventId = '',
      origin = '',
      ports,
      source = null,
    } = toDictionary(eventInitDict);
    this.data = data;
    this.lastEventId = toDomString(lastEventId);
    this.origin = toDomString(origin);
    this.ports = ports === undefined ? kNoPorts : freeze(toSequence(ports));
    this.source = source;
  }

  initMessageEvent(
    type,
    bubbles = false,
    cancelable = false,
    data = null,
    origin = '',
    lastEventId = '',
    source = null,
    ports = [],
  ) {
    if (!isObject(this) || !(#brand in this)) throw illegalInvocation();
    requireArguments(arguments.length, 1, "execute 'initMessageEvent' on 'MessageEvent'");
    origin = toDomString(origin);
    lastEventId = toDomString(lastEventId);
    ports = freeze(toSequence(ports));
    if (!reinitialize(eventState(this), toDomString(type), !!bubbles, !!cancelable)) return;
    this.data = data;
    this.origin = origin;
    this.lastEventId = lastEventId;
    this.source = source;
    this.ports = ports;
  }
}
defineInterface(MessageEvent, 'MessageEvent');

// The `sequence<T>` conversion: a copy of any iterable.
function toSequence(value) {
  if (!isObject(value) || (!isArray(value) && typeof value[Symbol.iterator] !== 'function')) {
    throw new TypeError("Failed to read the 'ports' property: the value is not a sequence.");
  }
  const copy = [];
  for (const item of value) arrayPush(copy, item);
  return copy;
}

// https://websockets.spec.whatwg.org/#the-closeevent-interface. As in Workers, what it tells is the event's own.
export class CloseEvent extends Event {
  constructor(type, eventInitDict = undefined) {
    requireArguments(arguments.length, 1, "construct 'CloseEvent'");
    super(type, eventInitDict);
    const { code = 0, reason = '', wasClean = false } = toDictionary(eventInitDict);
    defineOwn(this, 'wasClean', !!wasClean);
    defineOwn(this, 'reason', toUsvString(reason));
    defineOwn(this, 'code', toUnsignedShort(code));
  }
}
defineInterface(CloseEvent, 'CloseEvent');
