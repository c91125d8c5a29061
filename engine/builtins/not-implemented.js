// The globals of Workers that lathe lacks: each can be looked at, compared and extended, and says on use
// that it is missing.
import { missingClass, missingFunction, missingObject } from './missing.js';

const kClasses = [
  'ByteLengthQueuingStrategy',
  'Cache',
  'CacheStorage',
  'CompressionStream',
  'CountQueuingStrategy',
  'CryptoKey',
  'DecompressionStream',
  'EventSource',
  'FixedLengthStream',
  'FormData',
  'HTMLRewriter',
  'IdentityTransformStream',
  'ReadableByteStreamController',
  'ReadableStream',
  'ReadableStreamBYOBReader',
  'ReadableStreamBYOBRequest',
  'ReadableStreamDefaultController',
  'ReadableStreamDefaultReader',
  'SubtleCrypto',
  'TextDecoderStream',
  'TextEncoderStream',
  'TransformStream',
  'TransformStreamDefaultController',
  'URLPattern',
  'WritableStream',
  'WritableStreamDefaultController',
  'WritableStreamDefaultWriter',
];

// `define(name, value, enumerable)` puts one into the global object.
export function defineMissingGlobals(define) {
  for (let i = 0; i < kClasses.length; ++i) define(kClasses[i], missingClass(kClasses[i]), false);
  define('fetch', missingFunction('fetch'), true);
  define('caches', missingObject('caches'), true);
}
