#include "engine/api/platform-bindings.h"

#include "engine/api/base64.h"
#include "engine/api/blob.h"
#include "engine/api/body.h"
#include "engine/api/durable-object-id.h"
#include "engine/api/durable-object-namespace.h"
#include "engine/api/durable-object-state.h"
#include "engine/api/durable-object-storage.h"
#include "engine/api/durable-object-stub.h"
#include "engine/api/durable-object-transaction.h"
#include "engine/api/ephemeral-namespace.h"
#include "engine/api/execution-context.h"
#include "engine/api/fetcher.h"
#include "engine/api/file.h"
#include "engine/api/headers.h"
#include "engine/api/hibernatable-sockets.h"
#include "engine/api/loopback-service.h"
#include "engine/api/natives.h"
#include "engine/api/platform-objects.h"
#include "engine/api/random.h"
#include "engine/api/request.h"
#include "engine/api/response.h"
#include "engine/api/structured-clone.h"
#include "engine/api/sync-kv-storage.h"
#include "engine/api/text-decoder.h"
#include "engine/api/text-encoder.h"
#include "engine/api/timers.h"
#include "engine/api/url-search-params.h"
#include "engine/api/url.h"
#include "engine/api/web-socket.h"
#include "engine/js/dom-exception.h"
#include "engine/js/native-function.h"
#include "engine/js/promise-listener.h"

namespace lathe::api {
namespace {

// A parent stands before those that extend it.
constexpr js::Interface kInterfaces[] = {
    js::interface<js::DomException>(),
    js::interface<js::NativeFunction>(),
    js::interface<js::PromiseListener>(),
    js::interface<Blob>(),
    js::interface<BodyStream>(),
    js::interface<ExecutionContext>(),
    js::interface<Fetcher>(),
    js::interface<DurableObjectId>(),
    js::interface<DurableObjectNamespace>(),
    js::interface<DurableObjectState>(),
    js::interface<DurableObjectStorage>(),
    js::interface<DurableObjectStub>(),
    js::interface<DurableObjectTransaction>(),
    js::interface<EphemeralNamespace>(),
    js::interface<File>(),
    js::interface<Headers>(),
    js::interface<Headers::Iterator>(),
    js::interface<LoopbackService>(),
    js::interface<Request>(),
    js::interface<Response>(),
    js::interface<SyncKvIterator>(),
    js::interface<SyncKvStorage>(),
    js::interface<TextDecoder>(),
    js::interface<TextEncoder>(),
    js::interface<Url>(),
    js::interface<UrlSearchParams>(),
    js::interface<UrlSearchParams::Iterator>(),
    js::interface<WebSocket>(),
    js::interface<WebSocketRequestResponsePair>(),
};

constexpr js::Function kGlobals[] = {
    js::function<&api::atob>("atob"),
    js::function<&api::btoa>("btoa"),
    js::function<&clearTimeout>("clearImmediate"),
    js::function<&clearTimeout>("clearInterval"),
    js::function<&clearTimeout>("clearTimeout"),
    js::function<&setImmediate>("setImmediate"),
    js::function<&setInterval>("setInterval"),
    js::function<&setTimeout>("setTimeout"),
    js::function<&api::structuredClone>("structuredClone"),
};

// See engine/builtins/native.js.
constexpr js::Function kNatives[] = {
    js::function<&asyncFrame>("asyncFrame"),
    js::function<&clearTimer>("clearTimer"),
    js::function<&colors>("colors"),
    js::function<&currentContextToken>("currentContextToken"),
    js::function<&WebSocket::dial>("dialWebSocket"),
    js::function<&enqueueMicrotask>("enqueueMicrotask"),
    js::function<&fillRandom>("fillRandom"),
    js::function<&getConstructorName>("getConstructorName"),
    js::function<&getOwnNonIndexProperties>("getOwnNonIndexProperties"),
    js::function<&getPromiseDetails>("getPromiseDetails"),
    js::function<&getProxyDetails>("getProxyDetails"),
    js::function<&followPromise>("followPromise"),
    js::function<&isContextActive>("isContextActive"),
    js::function<&kindOf>("kindOf"),
    js::function<&WebSocket::makePair>("makeWebSocketPair"),
    js::function<&now>("now"),
    js::function<&previewEntries>("previewEntries"),
    js::function<&print>("print"),
    js::function<&randomUuid>("randomUuid"),
    js::function<&api::reportException>("reportException"),
    js::function<&rpcSend>("rpcSend"),
    js::function<&setTimer>("setTimer"),
    js::function<&setTimerKeepsAlive>("setTimerKeepsAlive"),
    js::function<&sharedByteLength>("sharedByteLength"),
    js::function<&swapAsyncFrame>("swapAsyncFrame"),
    js::function<&timeOrigin>("timeOrigin"),
    js::function<&waitUntil>("waitUntil"),
};

}  // namespace

const js::Bindings& platformBindings() {
  static const js::Bindings bindings{kInterfaces, kGlobals, kNatives, &platformObjects()};
  return bindings;
}

}  // namespace lathe::api
