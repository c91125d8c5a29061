// WebSocket and WebSocketPair. https://websockets.spec.whatwg.org/, with what Workers add. What they do is
// C++'s (engine/api/web-socket.h): here is the event target around it.
import { CloseEvent, ErrorEvent, Event, MessageEvent } from './event.js';
import { EventTarget, defineEventHandler, fireEvent } from './event-target.js';
import { native } from './native.js';
import { arrayPush, isArray } from './primordials.js';
import {
  defineConstants,
  defineInterface,
  defineOwn,
  illegalInvocation,
  isObject,
  requireArguments,
  toDomString,
} from './webidl.js';

// Only the platform makes a WebSocket around what it has: it passes this to the constructor.
const kMake = Symbol('make');

// What a WebSocket holds; undefined for anything else.
export let nativeWebSocket;
let held;
let originOf;
let setOrigin;

export class WebSocket extends EventTarget {
  #native;
  // Of the messages: known once it is connected.
  #origin = '';

  static {
    originOf = (socket) => socket.#origin;
    setOrigin = (socket, origin) => {
      socket.#origin = origin;
    };
    nativeWebSocket = (value) => (isObject(value) && #native in value ? value.#native : undefined);
    held = (value) => {
      const found = nativeWebSocket(value);
      if (found === undefined) throw illegalInvocation();
      return found;
    };
  }

  constructor(url, protocols = undefined) {
    super();
    if (arguments[0] === kMake) {
      this.#native = arguments[1];
    } else {
      requireArguments(arguments.length, 1, "construct 'WebSocket'");
      this.#native = native.dialWebSocket(this, toDomString(url), toProtocols(protocols));
    }
  }

  accept(options = undefined) {
    held(this).accept(options);
  }
  send(message) {
    const socket = held(this);
    requireArguments(arguments.length, 1, "execute 'send' on 'WebSocket'");
    socket.send(message);
  }
  close(code = undefined, reason = undefined) {
    held(this).close(code, reason);
  }

  serializeAttachment(attachment) {
    const socket = held(this);
    requireArguments(arguments.length, 1, "execute 'serializeAttachment' on 'WebSocket'");
    socket.serializeAttachment(attachment);
  }
  deserializeAttachment() {
    return held(this).deserializeAttachment();
  }

  get readyState() {
    return held(this).readyState;
  }
  get url() {
    return held(this).url;
  }
  get protocol() {
    return held(this).protocol;
  }
  get extensions() {
    return held(this).extensions;
  }
  get bufferedAmount() {
    return held(this).bufferedAmount;
  }
  get binaryType() {
    return held(this).binaryType;
  }
  set binaryType(type) {
    held(this).binaryType = type;
  }
}
defineInterface(WebSocket, 'WebSocket');
defineEventHandler(WebSocket, 'open');
defineEventHandler(WebSocket, 'message');
defineEventHandler(WebSocket, 'close');
defineEventHandler(WebSocket, 'error');
defineConstants(WebSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
// The names that Workers had first.
defineConstants(WebSocket, {
  READY_STATE_CONNECTING: 0,
  READY_STATE_OPEN: 1,
  READY_STATE_CLOSING: 2,
  READY_STATE_CLOSED: 3,
});

// (DOMString or sequence<DOMString>), as a list.
function toProtocols(value) {
  if (value === undefined) return [];
  const protocols = [];
  if (isObject(value) && (isArray(value) || typeof value[Symbol.iterator] === 'function')) {
    for (const protocol of value) arrayPush(protocols, toDomString(protocol));
  } else {
    arrayPush(protocols, toDomString(value));
  }
  return protocols;
}

// Both ends: what is sent into one comes out of the other. The ends are its properties 0 and 1.
export class WebSocketPair {
  constructor() {
    const ends = native.makeWebSocketPair();
    defineOwn(this, 0, ends[0]);
    defineOwn(this, 1, ends[1]);
  }

  *[Symbol.iterator]() {
    yield this[0];
    yield this[1];
  }
}
defineInterface(WebSocketPair, 'WebSocketPair');

export function makeWebSocket(socket) {
  return new WebSocket(kMake, socket);
}

// ---- What C++ tells ----

export function webSocketOpened(socket) {
  setOrigin(socket, new globalThis.URL(held(socket).url).origin);
  fireEvent(socket, new Event('open'));
}

// Returns whether the socket may go on: Workers drop one whose listener throws, and tell it so.
export function webSocketMessage(socket, data) {
  let failed = false;
  let first;
  fireEvent(socket, new MessageEvent('message', { data, origin: originOf(socket) }), (error) => {
    if (!failed) first = error;
    failed = true;
  });
  if (!failed) return true;
  fireEvent(socket, new ErrorEvent('error', { error: first, message: uncaught(first) }));
  return false;
}

// Reading a thrown value may run the script's code, and fail.
function uncaught(error) {
  try {
    return `Uncaught ${error}`;
  } catch {
    return 'Uncaught exception';
  }
}

export function webSocketClosed(socket, code, reason, wasClean) {
  fireEvent(socket, new CloseEvent('close', { code, reason, wasClean }));
}

export function webSocketFailed(socket, error) {
  fireEvent(socket, new ErrorEvent('error', { error, message: error.message }));
}
