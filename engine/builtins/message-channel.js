// MessageChannel and MessagePort: each of two ports hears what is posted at the other.
// https://html.spec.whatwg.org/multipage/web-messaging.html#message-channels
import { Event, MessageEvent } from './event.js';
import { EventTarget, defineEventHandler, fireEvent } from './event-target.js';
import { native } from './native.js';
import { arrayPush, defineProperty, getOwnPropertyDescriptor, isArray, reflectApply } from './primordials.js';
import {
  defineInterface,
  defineOwn,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
} from './webidl.js';

const kCreate = Symbol('create');

let isPort;
let portState;

export class MessagePort extends EventTarget {
  // `other` is the port that hears what is posted here; null once either is closed. `waiting` has copies of
  // what came before this one was started; null since.
  #state = { other: null, waiting: [], closed: false };

  static {
    isPort = (value) => isObject(value) && #state in value;
    portState = (value) => {
      if (!isPort(value)) throw illegalInvocation();
      return value.#state;
    };
  }

  constructor() {
    super();
    if (arguments[0] !== kCreate) throw illegalConstructor();
  }

  postMessage(message, options = undefined) {
    const { other } = portState(this);
    requireArguments(arguments.length, 1, "execute 'postMessage' on 'MessagePort'");
    const transfer = toTransfer(options);
    for (let i = 0; i < transfer.length; ++i) {
      if (transfer[i] === this) {
        throw new globalThis.DOMException('A MessagePort cannot be sent through itself.', 'DataCloneError');
      }
      if (isPort(transfer[i])) throw new Error('not implemented in lathe: transferring a MessagePort');
    }
    const moved = transfer.length === 0 ? undefined : { __proto__: null, transfer };
    const data = globalThis.structuredClone(message, moved);
    if (other === null) return;
    const { waiting } = portState(other);
    if (waiting === null) {
      deliverLater(other, data);
    } else {
      arrayPush(waiting, data);
    }
  }

  start() {
    const state = portState(this);
    const { waiting } = state;
    if (waiting === null) return;
    state.waiting = null;
    for (let i = 0; i < waiting.length; ++i) deliverLater(this, waiting[i]);
  }

  close() {
    const state = portState(this);
    state.closed = true;
    const { other } = state;
    if (other === null) return;
    state.other = null;
    portState(other).other = null;
    // Outside of a request nothing can be done later.
    if (native.currentContextToken() !== undefined) later(() => fireEvent(other, new Event('close')));
  }
}
defineInterface(MessagePort, 'MessagePort');
defineEventHandler(MessagePort, 'message');
defineEventHandler(MessagePort, 'messageerror');
defineEventHandler(MessagePort, 'close');

// Who sets `onmessage` need not call start().
const onmessage = getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
defineProperty(MessagePort.prototype, 'onmessage', {
  __proto__: null,
  get: onmessage.get,
  set(value) {
    reflectApply(onmessage.set, this, [value]);
    reflectApply(MessagePort.prototype.start, this, []);
  },
  enumerable: true,
  configurable: true,
});

// Each message is a task of the request that has posted it, or that has started the port: it is lost with that.
function deliverLater(port, data) {
  later(() => {
    if (!portState(port).closed) fireEvent(port, new MessageEvent('message', { __proto__: null, data }));
  });
}

function later(task) {
  native.setTimer(task, 0, false);
}

// (sequence<object> or StructuredSerializeOptions), as a list.
function toTransfer(options) {
  if (options === undefined || options === null) return [];
  if (!isObject(options)) {
    throw new TypeError("Failed to execute 'postMessage' on 'MessagePort': parameter 2 is not of type 'object'.");
  }
  const list = isArray(options) || typeof options[Symbol.iterator] === 'function' ? options : options.transfer;
  if (list === undefined) return [];
  const transfer = [];
  for (const object of list) arrayPush(transfer, object);
  return transfer;
}

export class MessageChannel {
  constructor() {
    const port1 = new MessagePort(kCreate);
    const port2 = new MessagePort(kCreate);
    portState(port1).other = port2;
    portState(port2).other = port1;
    // As in Workers, these are its own.
    defineOwn(this, 'port2', port2);
    defineOwn(this, 'port1', port1);
  }
}
defineInterface(MessageChannel, 'MessageChannel');
