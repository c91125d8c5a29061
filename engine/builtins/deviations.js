// The startup snapshot is made for the newest compatibility date. This takes away, in a new context, what
// a worker with other settings must not see.

import { bindToFramesAlone } from './async-frame.js';

// `flags` are those of `Cloudflare.compatibilityFlags`.
export function deviate(flags) {
  const global = globalThis;
  if (!flags.bind_asynclocalstorage_snapshot_to_request) bindToFramesAlone();
  if (!flags.enable_navigator_language) {
    delete global.navigator.language;
    delete global.navigator.languages;
  }
  if (!flags.enable_weak_ref) {
    delete global.WeakRef;
    delete global.FinalizationRegistry;
  }
  if (!flags.nodejs_compat) {
    delete global.Buffer;
    delete global.global;
    delete global.process;
  }
  if (!flags.expose_global_message_channel) {
    delete global.MessageChannel;
    delete global.MessagePort;
  }
  if (!flags.set_tostring_tag) removeTags(global);
  if (!flags.websocket_standard_binary_type) delete global.WebSocket.prototype.binaryType;
  if (!flags.global_navigator) {
    delete global.navigator;
    delete global.Navigator;
  }
}

// The interfaces of the platform, as against those of the language, are what has a tag of its own name.
function removeTags(global) {
  for (const name of Object.getOwnPropertyNames(global)) {
    const { value } = Object.getOwnPropertyDescriptor(global, name);
    const prototype = typeof value === 'function' ? value.prototype : undefined;
    if (prototype?.[Symbol.toStringTag] === name && !kLanguage.has(name)) {
      delete prototype[Symbol.toStringTag];
    }
  }
}

const kLanguage = new Set([
  'ArrayBuffer',
  'AsyncDisposableStack',
  'BigInt',
  'DataView',
  'DisposableStack',
  'FinalizationRegistry',
  'Iterator',
  'Map',
  'Promise',
  'Set',
  'SharedArrayBuffer',
  'Symbol',
  'WeakMap',
  'WeakRef',
  'WeakSet',
]);
