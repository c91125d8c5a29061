// The JavaScript half of the platform, run once while the startup snapshot is made.
//
// `install(global, native, hidden)` defines its globals on `global` and returns the hooks by which C++ calls
// into it; `hidden` has the native interfaces that are no globals. Nothing here holds a native object or a
// timer at that time: only functions, classes and plain data.
import {
  AbortController,
  AbortSignal,
  abortState,
  addAbortAlgorithm,
  createDependentSignal,
  createSignal,
  isSignal,
  removeAbortAlgorithm,
  signalAbort,
} from './abort.js';
import { followAsyncWaits } from './atomics.js';
import { basePrototypes, entrypointKind, isRpcTarget } from './cloudflare-workers.js';
import { createConsole } from './console.js';
import { Crypto, createCrypto } from './crypto.js';
import { deviate } from './deviations.js';
import { CloseEvent, CustomEvent, ErrorEvent, Event, MessageEvent } from './event.js';
import {
  EventTarget,
  connectEventTarget,
  fireEvent,
  fireGlobalEvent,
  globalListenersOf,
  installGlobalEventTarget,
} from './event-target.js';
import {
  ExtendableEvent,
  FetchEvent,
  ScheduledEvent,
  dispatchFetchEvent,
  dispatchScheduledEvent,
} from './extendable-event.js';
import { format } from './format.js';
import { ServiceWorkerGlobalScope, WorkerGlobalScope } from './global-scope.js';
import { inspect } from './inspect.js';
import { MessageChannel, MessagePort } from './message-channel.js';
import { queueMicrotask } from './microtask.js';
import { builtinModule } from './modules.js';
import { bindNative } from './native.js';
import { Navigator, createNavigator } from './navigator.js';
import { missingBuffer, missingObject, missingProcess, unavailable } from './missing.js';
import { defineMissingGlobals } from './not-implemented.js';
import { Performance, createPerformance } from './performance.js';
import { PerformanceEntry, PerformanceMark, PerformanceMeasure } from './performance-entry.js';
import { defineProperty, fillMap, objectKeys } from './primordials.js';
import { PromiseRejectionEvent, reportLateHandling, reportRejection } from './promise-rejection-event.js';
import { reportError, reportException } from './report-error.js';
import { receiveCall, rpcProperty } from './rpc.js';
import { Scheduler, createScheduler } from './scheduler.js';
import { promiseAnswers } from './storage.js';
import {
  WebSocket,
  WebSocketPair,
  makeWebSocket,
  nativeWebSocket,
  webSocketClosed,
  webSocketFailed,
  webSocketMessage,
  webSocketOpened,
} from './web-socket.js';
import { defineOwn, interfacePrototypes } from './webidl.js';

const interfaces = {
  AbortController,
  AbortSignal,
  CloseEvent,
  Crypto,
  CustomEvent,
  ErrorEvent,
  Event,
  EventTarget,
  ExtendableEvent,
  FetchEvent,
  MessageChannel,
  MessageEvent,
  MessagePort,
  Navigator,
  Performance,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  PromiseRejectionEvent,
  ScheduledEvent,
  Scheduler,
  ServiceWorkerGlobalScope,
  WebSocket,
  WebSocketPair,
  WorkerGlobalScope,
};

export function install(global, native, hidden) {
  bindNative(native);
  promiseAnswers(hidden.DurableObjectStorage);
  promiseAnswers(hidden.DurableObjectTransaction);
  connectEventTarget({
    signals: {
      isSignal,
      hasAborted: (signal) => abortState(signal).aborted,
      addAlgorithm: addAbortAlgorithm,
    },
    reportException,
  });
  installGlobalEventTarget(global);
  if (global.Atomics !== undefined) followAsyncWaits(global.Atomics);
  Object.setPrototypeOf(global, ServiceWorkerGlobalScope.prototype);

  const names = objectKeys(interfaces);
  for (let i = 0; i < names.length; ++i) define(global, names[i], interfaces[names[i]], false);
  define(global, 'console', createConsole(), false);
  define(global, 'queueMicrotask', queueMicrotask, true);
  define(global, 'reportError', reportError, true);
  defineMissingGlobals((name, value, enumerable) => define(global, name, value, enumerable));
  define(global, 'Buffer', missingBuffer(), true);
  define(global, 'global', global, true);
  define(global, 'process', missingProcess(), true);
  defineOwn(global, 'origin', 'null');
  defineReplaceable(global, 'self', global);
  defineReplaceable(global, 'crypto', createCrypto());
  defineReplaceable(global, 'navigator', createNavigator());
  defineReplaceable(global, 'performance', createPerformance());
  defineReplaceable(global, 'scheduler', createScheduler());
  return hooks;
}

function define(global, name, value, enumerable) {
  const descriptor = { value, writable: true, enumerable, configurable: true };
  defineProperty(global, name, { __proto__: null, ...descriptor });
}

// A [Replaceable] attribute of the global: assigning to it puts a plain property in its place.
// https://webidl.spec.whatwg.org/#Replaceable
function defineReplaceable(global, name, object) {
  const accessor = {
    get [name]() {
      return object;
    },
    set [name](value) {
      define(global, name, value, true);
    },
  };
  const { get, set } = Object.getOwnPropertyDescriptor(accessor, name);
  defineProperty(global, name, {
    __proto__: null,
    get,
    set,
    enumerable: true,
    configurable: true,
  });
}

// What C++ calls. Every hook needs a context to be entered; exceptions are the caller's.
const hooks = {
  // inspect(value, options?) → text; format(array, options?) → one console line.
  inspect,
  format,

  // isAbortSignal(value); createAbortSignal() → a signal that only signalAbort(signal, reason?) aborts;
  // createDependentSignal(signals) → as AbortSignal.any; abortState(signal) → { aborted, reason };
  // addAbortAlgorithm(signal, function (reason)) runs once at the abort, before listeners.
  isAbortSignal: isSignal,
  createAbortSignal: createSignal,
  createDependentSignal,
  signalAbort,
  abortState,
  addAbortAlgorithm,
  removeAbortAlgorithm,

  // fireEvent(target, event) dispatches a trusted event, reporting what listeners throw, and returns false
  // when it was canceled. fireGlobalEvent(event, onException) does so at the global object: onException
  // gets each listener's exception, and ends the dispatch by throwing it.
  // globalListeners(type) → the callbacks registered there.
  fireEvent,
  fireGlobalEvent,
  globalListeners: globalListenersOf,

  // Service-worker syntax: see extendable-event.js. dispatchFetchEvent(request, controls) →
  // { responded, response, prevented }; dispatchScheduledEvent({ scheduledTime, cron }, controls).
  dispatchFetchEvent,
  dispatchScheduledEvent,

  // reportException(error): the "error" event at the global object, then native.reportException unless it
  // was canceled. reportRejection(promise, reason) fires "unhandledrejection" and returns whether it was
  // left alone; reportLateHandling(promise, reason) fires "rejectionhandled".
  reportException,
  reportLateHandling,
  reportRejection,

  // builtinModule(specifier, env, exports) → the exports of a module that belongs to the platform, or undefined.
  // entrypointKind(class) → 'WorkerEntrypoint', 'DurableObject', 'WorkflowEntrypoint' or undefined.
  // deviate(flags) takes away what a worker with these compatibility flags must not see.
  // unavailable(message) → what stands for a binding that lathe lacks: its use throws an Error of that message.
  // isRpcTarget(value) → whether it extends that class.
  // missingBinding(text) → the same for an entry of `ctx.exports`.
  // rpcProperty(stub, name) → a property of a stub that its interface does not have; receiveCall(target,
  // path, args, env?, ctx?) → what a remote call comes to.
  builtinModule,
  deviate,
  entrypointKind,
  isRpcTarget,
  receiveCall,
  rpcProperty,
  missingBinding: missingObject,
  unavailable,

  // makeWebSocket(native) → a WebSocket that holds it; nativeWebSocket(value) → what one holds, or undefined. The
  // others fire the events of a WebSocket: what was received, the Close, the failure before it.
  makeWebSocket,
  nativeWebSocket,
  webSocketClosed,
  webSocketFailed,
  webSocketMessage,
  webSocketOpened,

  // fillMap(map, entries): `entries` is [key, value, key, value…].
  fillMap,

  // The prototypes of the platform's classes, whose instances are not cloned as plain objects are.
  platformPrototypes: [...interfacePrototypes, ...basePrototypes],
};
