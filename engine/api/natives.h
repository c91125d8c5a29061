#pragma once

#include <optional>
#include <string>

#include "engine/js/class.h"

// The functions that only the built-in JavaScript may call; engine/builtins/native.js tells what
// each does.
namespace lathe::api {

// ---- What V8 knows about a value ----

std::string kindOf(js::Lock& js, v8::Local<v8::Object> object);
double sharedByteLength(v8::Local<v8::Value> buffer);
v8::Local<v8::Value> getPromiseDetails(js::Lock& js, v8::Local<v8::Promise> promise);
v8::Local<v8::Value> getProxyDetails(js::Lock& js, v8::Local<v8::Value> value);
v8::Local<v8::Value> previewEntries(js::Lock& js, v8::Local<v8::Object> collection);
v8::Local<v8::Value> getConstructorName(js::Lock& js, v8::Local<v8::Object> object);
v8::Local<v8::Value> getOwnNonIndexProperties(js::Lock& js, v8::Local<v8::Object> object,
                                              std::int32_t filter);

// ---- The log ----

void print(js::Lock& js, std::string level, std::string text);
bool colors(js::Lock& js);
void reportException(js::Lock& js, v8::Local<v8::Value> exception);

// ---- Time and order ----

double now();
double timeOrigin();
std::uint32_t setTimer(js::Lock& js, v8::Local<v8::Function> callback, double delayMs, bool repeat);
void clearTimer(std::uint32_t id);
void setTimerKeepsAlive(std::uint32_t id, bool keepsAlive);
void enqueueMicrotask(js::Lock& js, v8::Local<v8::Function> callback);
v8::Local<v8::Value> asyncFrame(js::Lock& js);
v8::Local<v8::Value> swapAsyncFrame(js::Lock& js, v8::Local<v8::Value> frame);

// ---- The running event ----

// A promise that settles as `promise` does, which V8's own tasks settle with a text: for the
// running event, which lasts until then. The same one where none runs.
v8::Local<v8::Value> followPromise(js::Lock& js, v8::Local<v8::Promise> promise);
void waitUntil(js::Lock& js, v8::Local<v8::Value> promise);
bool isContextActive();
v8::Local<v8::Value> currentContextToken(js::Lock& js);

}  // namespace lathe::api
