#pragma once

#include <memory>

#include "engine/api/actor-records.h"
#include "engine/api/storage-operations.h"
#include "engine/io/io-own.h"
#include "engine/js/class.h"

namespace lathe::api {

// `ctx.storage` (Durable Objects §6). Every method throws the error of Durable Objects §2.4 when it
// is called from outside its actor.
class DurableObjectStorage final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectStorage";

  explicit DurableObjectStorage(io::IoOwn<ActorRecords> records) : records_(std::move(records)) {}

  js::Answer get(js::Lock& js, v8::Local<v8::Value> keys, StorageReadOptions options);
  v8::Local<v8::Promise> list(js::Lock& js, StorageListOptions options);
  js::Answer put(js::Lock& js, v8::Local<v8::Value> first, v8::Local<v8::Value> second,
                 v8::Local<v8::Value> third);
  // Mistakes in the arguments are thrown at once: its type is a union of promises.
  v8::Local<v8::Value> erase(js::Lock& js, v8::Local<v8::Value> keys, StorageWriteOptions options);
  v8::Local<v8::Promise> deleteAll(js::Lock& js, StorageWriteOptions options);
  v8::Local<v8::Promise> getAlarm(js::Lock& js, StorageReadOptions options);
  v8::Local<v8::Promise> setAlarm(js::Lock& js, v8::Local<v8::Value> time,
                                  StorageWriteOptions options);
  v8::Local<v8::Promise> deleteAlarm(js::Lock& js, StorageWriteOptions options);
  v8::Local<v8::Promise> sync(js::Lock& js);

  // `callback(txn)` runs in a critical section; its changes are kept when it is fulfilled.
  v8::Local<v8::Promise> transaction(js::Lock& js, js::Receiver receiver,
                                     v8::Local<v8::Function> callback);
  // The same at once, for a callback that does not wait.
  v8::Local<v8::Value> transactionSync(js::Lock& js, v8::Local<v8::Function> callback);

  v8::Local<v8::Value> kv(js::Lock& js, js::Receiver receiver);
  // Scripts may ask what it is; using it throws.
  v8::Local<v8::Value> sql(js::Lock& js);
  v8::Local<v8::Promise> getCurrentBookmark();
  v8::Local<v8::Promise> getBookmarkForTime(v8::Local<v8::Value> time);
  v8::Local<v8::Promise> onNextSessionRestoreBookmark(v8::Local<v8::Value> bookmark);

  ActorRecords& records() const { return records_.get(); }

  static void describe(js::Class<DurableObjectStorage>& c, const Compatibility&);

 private:
  io::IoOwn<ActorRecords> records_;
};

}  // namespace lathe::api
