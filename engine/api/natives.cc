#include "engine/api/natives.h"

#include <chrono>

#include "engine/io/io-context.h"
#include "engine/js/async-frame.h"
#include "engine/js/promise-listener.h"

namespace lathe::api {

// ---- What V8 knows about a value ----

std::string kindOf(js::Lock&, v8::Local<v8::Object> object) {
  if (object->IsProxy()) return "proxy";
  if (object->IsArray()) return "array";
  if (object->IsTypedArray()) return "typedarray";
  if (object->IsDataView()) return "dataview";
  if (object->IsArrayBuffer()) return "arraybuffer";
  if (object->IsSharedArrayBuffer()) return "sharedarraybuffer";
  if (object->IsMap()) return "map";
  if (object->IsSet()) return "set";
  if (object->IsMapIterator()) return "mapiterator";
  if (object->IsSetIterator()) return "setiterator";
  if (object->IsWeakMap()) return "weakmap";
  if (object->IsWeakSet()) return "weakset";
  if (object->IsPromise()) return "promise";
  if (object->IsDate()) return "date";
  if (object->IsRegExp()) return "regexp";
  if (object->IsNativeError()) return "error";
  if (object->IsModuleNamespaceObject()) return "module";
  if (object->IsArgumentsObject()) return "arguments";
  if (object->IsNumberObject()) return "number";
  if (object->IsStringObject()) return "string";
  if (object->IsBooleanObject()) return "boolean";
  if (object->IsSymbolObject()) return "symbol";
  if (object->IsBigIntObject()) return "bigint";
  if (object->IsGeneratorObject()) return "generator";
  if (object->IsAsyncFunction()) {
    return object->IsGeneratorFunction() ? "asyncgeneratorfunction" : "asyncfunction";
  }
  if (object->IsGeneratorFunction()) return "generatorfunction";
  if (object->IsFunction()) return "function";
  if (object->InternalFieldCount() >= js::kFieldCount) return "platform";
  return "object";
}

double sharedByteLength(v8::Local<v8::Value> buffer) {
  return static_cast<double>(buffer.As<v8::SharedArrayBuffer>()->ByteLength());
}

v8::Local<v8::Value> getPromiseDetails(js::Lock& js, v8::Local<v8::Promise> promise) {
  bool pending = promise->State() == v8::Promise::kPending;
  v8::Local<v8::Value> details[] = {
      v8::Integer::New(js.v8(), static_cast<int>(promise->State())),
      pending ? v8::Local<v8::Value>(js.undefined()) : promise->Result()};
  return v8::Array::New(js.v8(), details, 2);
}

v8::Local<v8::Value> getProxyDetails(js::Lock& js, v8::Local<v8::Value> value) {
  if (!value->IsProxy()) return js.undefined();
  auto proxy = value.As<v8::Proxy>();
  v8::Local<v8::Value> details[] = {proxy->GetTarget(), proxy->GetHandler()};
  return v8::Array::New(js.v8(), details, 2);
}

v8::Local<v8::Value> previewEntries(js::Lock& js, v8::Local<v8::Object> collection) {
  bool pairs = false;
  auto entries = js::check(collection->PreviewEntries(&pairs));
  v8::Local<v8::Value> preview[] = {entries, v8::Boolean::New(js.v8(), pairs)};
  return v8::Array::New(js.v8(), preview, 2);
}

v8::Local<v8::Value> getConstructorName(js::Lock&, v8::Local<v8::Object> object) {
  return object->GetConstructorName();
}

v8::Local<v8::Value> getOwnNonIndexProperties(js::Lock& js, v8::Local<v8::Object> object,
                                              std::int32_t filter) {
  return js::check(object->GetPropertyNames(
      js.context(), v8::KeyCollectionMode::kOwnOnly, static_cast<v8::PropertyFilter>(filter),
      v8::IndexFilter::kSkipIndices, v8::KeyConversionMode::kNoNumbers));
}

// ---- The log ----

void print(js::Lock& js, std::string level, std::string text) {
  io::Realm::of(js).print(level, text);
}

bool colors(js::Lock& js) { return io::Realm::of(js).colors(); }

void reportException(js::Lock& js, v8::Local<v8::Value> exception) {
  io::Realm::of(js).printException(js::describeException(js, exception));
}

// ---- Time and order ----

namespace {

// One time origin for the process: events of all its workers can be compared.
struct Origin {
  std::chrono::steady_clock::time_point steady = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point wall = std::chrono::system_clock::now();
};

const Origin& origin() {
  static const Origin made;
  return made;
}

double inMilliseconds(auto duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

double now() {
  auto start = origin().steady;
  return inMilliseconds(std::chrono::steady_clock::now() - start);
}

double timeOrigin() { return inMilliseconds(origin().wall.time_since_epoch()); }

std::uint32_t setTimer(js::Lock& js, v8::Local<v8::Function> callback, double delayMs,
                       bool repeat) {
  return io::IoContext::current().setTimer(
      js, callback, delayMs, repeat ? io::Timers::Repeat::interval : io::Timers::Repeat::once, {});
}

void clearTimer(std::uint32_t id) {
  if (auto* context = io::IoContext::currentOrNull()) context->timers().clear(id);
}

void setTimerKeepsAlive(std::uint32_t id, bool keepsAlive) {
  if (auto* context = io::IoContext::currentOrNull()) context->timers().setCounted(id, keepsAlive);
}

void enqueueMicrotask(js::Lock& js, v8::Local<v8::Function> callback) {
  js.v8()->EnqueueMicrotask(callback);
}

v8::Local<v8::Value> asyncFrame(js::Lock& js) { return js::asyncFrame(js); }

v8::Local<v8::Value> swapAsyncFrame(js::Lock& js, v8::Local<v8::Value> frame) {
  auto before = js::asyncFrame(js);
  js.v8()->SetContinuationPreservedEmbedderDataV2(frame);
  return before;
}

// ---- The running event ----

void waitUntil(js::Lock& js, v8::Local<v8::Value> promise) {
  auto& context = io::IoContext::current();
  auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
  js::check(resolver->Resolve(js.context(), promise));
  context.waitUntil(js, resolver->GetPromise());
}

v8::Local<v8::Value> followPromise(js::Lock& js, v8::Local<v8::Promise> promise) {
  auto* context = io::IoContext::currentOrNull();
  if (!context) return promise;
  auto channel = io::makePending<std::string>();
  js::listen(js, promise,
             [resolver = std::move(channel.resolver)](js::Lock& inner, v8::Local<v8::Value> value,
                                                      bool) mutable {
               std::string text =
                   value->IsString() ? js::toUtf8(inner, value.As<v8::String>()) : "";
               resolver.resolve(std::move(text));
             });
  return context->awaitIo(js, std::move(channel.pending),
                          [](js::Lock&, std::string text) { return text; });
}

bool isContextActive() { return io::IoContext::currentOrNull() != nullptr; }

v8::Local<v8::Value> currentContextToken(js::Lock& js) {
  if (auto* context = io::IoContext::currentOrNull()) return context->token(js);
  return js.undefined();
}

}  // namespace lathe::api
