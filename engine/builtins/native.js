// The C++ half of the platform, as the JavaScript half sees it.
//
// `install(global, native)` binds it once, while the startup snapshot is made; nothing here may be called
// before a script runs. The functions, all synchronous:
//
//   kindOf(object)            what V8 says the object (never a primitive) is, whatever its prototype or
//                             toStringTag claim. The first of these that fits:
//                             'proxy' 'array' 'typedarray' 'dataview' 'arraybuffer' 'sharedarraybuffer'
//                             'map' 'set' 'mapiterator' 'setiterator' 'weakmap' 'weakset'
//                             'promise' 'date' 'regexp' 'error' (IsNativeError) 'module'
//                             (IsModuleNamespaceObject) 'arguments' 'number' 'string' 'boolean' 'symbol'
//                             'bigint' (wrapper objects) 'generator' (IsGeneratorObject)
//                             'asyncgeneratorfunction' (IsAsyncFunction and IsGeneratorFunction)
//                             'asyncfunction' 'generatorfunction' 'function' 'platform' (an instance of
//                             a class bound from C++) 'object'
//   sharedByteLength(buffer)           the length of a SharedArrayBuffer, whose getter no snapshot has
//   getPromiseDetails(promise)         [0 pending | 1 fulfilled | 2 rejected, result]
//   getProxyDetails(value)             [target, handler], both null when revoked; undefined for others
//   previewEntries(collection)         [entries, isKeyValue] of a Map, Set, or iterator of either
//   getConstructorName(object)         V8's guess of the class name
//   getOwnNonIndexProperties(object, filter)   keys; filter 0 is all, 2 the enumerable ones
//   print(level, text)                 one console message; 'log' 'debug' 'info' 'warn' 'error'
//   colors()                           whether console output may carry ANSI colours
//   now()                              milliseconds since the time origin, with fractions
//   timeOrigin()                       the time origin in milliseconds since 1970
//   reportException(error)             prints an uncaught exception
//   fillRandom(view)                   random bytes into an integer typed array; checks it; throws in global scope
//   randomUuid()                       a random UUID; throws in global scope
//   setTimer(callback, ms, repeat)     an id; throws in global scope
//   clearTimer(id)                     forgets the timer; an unknown id is ignored
//   setTimerKeepsAlive(id, boolean)    whether an armed timer counts as pending work (it does at first)
//   enqueueMicrotask(callback)         runs a callback that never throws at the next checkpoint
//   asyncFrame()              what goes with this code (async-frame.js), or undefined
//   swapAsyncFrame(frame)     puts another in its place, and answers it
//   rpcSend(stub, path, args) a promise of a method's result; of a property when args is undefined
//   waitUntil(promise)        keeps the running event alive until it settles; throws in global scope
//   dialWebSocket(face, url, protocols)   what a WebSocket (web-socket.js) holds, towards a server
//   makeWebSocketPair()       both ends of a new pair
//   followPromise(promise)    what V8 itself will settle, as a promise that the running event waits for; outside of
//                             events the same
//   isContextActive()                  whether a request or actor event is running
//   currentContextToken()              an object that stands for the running I/O context, or undefined
export let native;

export function bindNative(functions) {
  native = functions;
}
