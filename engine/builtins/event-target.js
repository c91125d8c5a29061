// EventTarget, the dispatch of events, and the global object as a target.
// https://dom.spec.whatwg.org/#interface-eventtarget
import { eventState, isEvent } from './event.js';
import {
  SafeMap,
  arrayPush,
  arrayRemove,
  arraySlice,
  defineProperty,
  getOwnPropertyDescriptor,
  mapDelete,
  mapGet,
  mapSet,
  reflectApply,
} from './primordials.js';
import {
  defineInterface,
  illegalInvocation,
  isObject,
  requireArguments,
  toDomString,
  wrongParameter,
} from './webidl.js';

const kAtTarget = 2;
const kNoListeners = [];

// The listeners of one target: for each type a list that is replaced, never changed, so that a running
// dispatch may walk the one it began with.
class Listeners {
  #byType = undefined;
  #handlers = undefined;
  #onChange;

  // `onChange(type, any)`, if given, is called when a type gains its first listener or loses its last.
  constructor(onChange) {
    this.#onChange = onChange;
  }

  of(type) {
    return (this.#byType !== undefined && mapGet(this.#byType, type)) || kNoListeners;
  }

  add(type, listener) {
    const list = arraySlice(this.of(type));
    arrayPush(list, listener);
    this.#byType ??= new SafeMap();
    mapSet(this.#byType, type, list);
    if (list.length === 1) this.#onChange?.(type, true);
  }

  removeAt(type, index) {
    const list = arraySlice(this.of(type));
    list[index].removed = true;
    arrayRemove(list, index);
    if (list.length > 0) {
      mapSet(this.#byType, type, list);
    } else {
      mapDelete(this.#byType, type);
      this.#onChange?.(type, false);
    }
  }

  // The `on<type>` handler: its value, and the callback that stands for it among the listeners.
  handler(type) {
    return this.#handlers && mapGet(this.#handlers, type);
  }

  setHandler(type, handler) {
    this.#handlers ??= new SafeMap();
    mapSet(this.#handlers, type, handler);
  }

  // The place of the listener that the standard considers the same, or -1.
  find(type, callback, capture) {
    const list = this.of(type);
    for (let i = 0; i < list.length; ++i) {
      if (list[i].callback === callback && list[i].capture === capture) return i;
    }
    return -1;
  }
}

// How the dispatcher deals with AbortSignals, which are event targets themselves (abort.js), and with what
// listeners throw (report-error.js). Connected once, while the snapshot is made.
let signals;
let reportException;

export function connectEventTarget(connections) {
  ({ signals, reportException } = connections);
}

let globalTarget;
let globalListeners;
let listenersOf;
// Lets a subclass of ours hear of its listeners coming and going; called by its constructor.
export let watchListeners;

export class EventTarget {
  #listeners = new Listeners(undefined);

  static {
    // Operations of the global's prototype chain take an absent `this` to be the global object.
    listenersOf = (target) => {
      if (target === undefined || target === null) target = globalTarget;
      if (isObject(target) && #listeners in target) return target.#listeners;
      if (target === globalTarget && target !== undefined) return globalListeners;
      throw illegalInvocation();
    };
    watchListeners = (target, onChange) => {
      target.#listeners = new Listeners(onChange);
    };
  }

  addEventListener(type, callback, options = undefined) {
    const listeners = listenersOf(this);
    const where = "execute 'addEventListener' on 'EventTarget'";
    requireArguments(arguments.length, 2, where);
    type = toDomString(type);
    callback = toCallback(callback, where);
    const { capture, once, passive, signal } = toAddOptions(options);
    if (signal !== undefined && signals.hasAborted(signal)) return;
    if (callback === null || listeners.find(type, callback, capture) !== -1) return;
    listeners.add(type, newListener(callback, capture, once, passive));
    if (signal !== undefined) {
      signals.addAlgorithm(signal, () => removeListener(listeners, type, callback, capture));
    }
  }

  removeEventListener(type, callback, options = undefined) {
    const listeners = listenersOf(this);
    const where = "execute 'removeEventListener' on 'EventTarget'";
    requireArguments(arguments.length, 2, where);
    type = toDomString(type);
    callback = toCallback(callback, where);
    removeListener(listeners, type, callback, toCapture(options));
  }

  dispatchEvent(event) {
    const listeners = listenersOf(this);
    const where = "execute 'dispatchEvent' on 'EventTarget'";
    requireArguments(arguments.length, 1, where);
    if (!isEvent(event)) throw wrongParameter(where, 1, 'Event');
    const state = eventState(event);
    if (state.dispatching) {
      throw new globalThis.DOMException(
        'The event is already being dispatched.',
        'InvalidStateError',
      );
    }
    state.trusted = false;
    return dispatch(this ?? globalTarget, listeners, event, rethrow);
  }
}

// As in Workers, who dispatches an event has what the first listener throws, and no other listener is called.
function rethrow(error) {
  throw error;
}
defineInterface(EventTarget, 'EventTarget');

function removeListener(listeners, type, callback, capture) {
  const index = listeners.find(type, callback, capture);
  if (index !== -1) listeners.removeAt(type, index);
}

function toCallback(value, where) {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw wrongParameter(where, 2, 'EventListener');
  return value;
}

// https://dom.spec.whatwg.org/#event-flatten
function toCapture(options) {
  return isObject(options) ? !!options.capture : !!options;
}

// https://dom.spec.whatwg.org/#event-flatten-more
function toAddOptions(options) {
  const capture = toCapture(options);
  if (!isObject(options)) return { capture, once: false, passive: false, signal: undefined };
  const once = !!options.once;
  const passive = !!options.passive;
  const { signal } = options;
  if (signal !== undefined && !signals.isSignal(signal)) {
    throw new TypeError(
      "Failed to execute 'addEventListener' on 'EventTarget': member 'signal' is not of type " +
        "'AbortSignal'.",
    );
  }
  return { capture, once, passive, signal };
}

// https://dom.spec.whatwg.org/#concept-event-dispatch for a target without parents: its capturing listeners
// are invoked, then the others. What a listener throws goes to `onException`. Returns false when canceled.
function dispatch(target, listeners, event, onException) {
  const state = eventState(event);
  state.dispatching = true;
  state.target = target;
  state.currentTarget = target;
  state.phase = kAtTarget;
  try {
    invoke(target, listeners, event, state, true, onException);
    invoke(target, listeners, event, state, false, onException);
  } finally {
    state.phase = 0;
    state.currentTarget = null;
    state.dispatching = false;
    state.stopPropagation = false;
    state.stopImmediatePropagation = false;
  }
  return !state.canceled;
}

// https://dom.spec.whatwg.org/#concept-event-listener-inner-invoke
function invoke(target, listeners, event, state, capture, onException) {
  if (state.stopPropagation) return;
  const { type } = state;
  const list = listeners.of(type);
  for (let i = 0; i < list.length; ++i) {
    const listener = list[i];
    if (listener.removed || listener.capture !== capture) continue;
    if (listener.once) removeListener(listeners, type, listener.callback, capture);
    state.inPassiveListener = listener.passive;
    try {
      call(listener.callback, target, event);
    } catch (error) {
      onException(error);
    } finally {
      state.inPassiveListener = false;
    }
    if (state.stopImmediatePropagation) return;
  }
}

// https://webidl.spec.whatwg.org/#call-a-user-objects-operation
function call(callback, target, event) {
  if (typeof callback === 'function') return reflectApply(callback, target, [event]);
  const { handleEvent } = callback;
  if (typeof handleEvent !== 'function') {
    throw new TypeError("The event listener's 'handleEvent' member is not a function.");
  }
  reflectApply(handleEvent, callback, [event]);
}

// Fires a trusted event at one of the platform's own targets; exceptions of listeners are reported, and
// told to `onException` as well if there is one.
export function fireEvent(target, event, onException) {
  eventState(event).trusted = true;
  const report = onException
    ? (error) => {
        onException(error);
        reportException(error);
      }
    : reportException;
  return dispatch(target, listenersOf(target), event, report);
}

// Fires a trusted event at the global object. Exceptions of listeners go to `onException`; one that it
// throws ends the dispatch and is the caller's.
export function fireGlobalEvent(event, onException) {
  eventState(event).trusted = true;
  return dispatch(globalTarget, globalListeners, event, onException);
}

// The callbacks that listen at the global object for a type, oldest first.
export function globalListenersOf(type) {
  const list = globalListeners.of(`${type}`);
  const callbacks = [];
  for (let i = 0; i < list.length; ++i) arrayPush(callbacks, list[i].callback);
  return callbacks;
}

// Makes the global object an event target. Its operations are own functions of the global, as a service
// worker's script expects, and work without a receiver.
export function installGlobalEventTarget(global) {
  globalTarget = global;
  globalListeners = new Listeners(undefined);
  const names = ['addEventListener', 'removeEventListener', 'dispatchEvent'];
  for (let i = 0; i < names.length; ++i) {
    defineProperty(global, names[i], {
      __proto__: null,
      value: EventTarget.prototype[names[i]],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

// Adds an `on<type>` attribute to the interface. The handler keeps its place among the listeners while it
// is replaced, and loses it when set to null.
// https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-attributes
export function defineEventHandler(constructor, type) {
  const name = `on${type}`;
  const accessor = {
    get [name]() {
      return listenersOf(this).handler(type)?.value ?? null;
    },
    set [name](value) {
      setHandler(listenersOf(this), type, isObject(value) ? value : null);
    },
  };
  defineProperty(constructor.prototype, name, {
    __proto__: null,
    ...getOwnPropertyDescriptor(accessor, name),
    enumerable: true,
  });
}

function setHandler(listeners, type, value) {
  const handler = listeners.handler(type);
  if (handler !== undefined && value !== null) {
    handler.value = value;
  } else if (handler !== undefined) {
    removeListener(listeners, type, handler.callback, false);
    listeners.setHandler(type, undefined);
  } else if (value !== null) {
    const added = {
      value,
      callback(event) {
        // An object that is no function may be set as a handler, but is never called.
        if (typeof added.value !== 'function') return;
        if (reflectApply(added.value, this, [event]) === false) event.preventDefault();
      },
    };
    listeners.setHandler(type, added);
    listeners.add(type, newListener(added.callback));
  }
}

function newListener(callback, capture = false, once = false, passive = false) {
  return { callback, capture, once, passive, removed: false };
}
