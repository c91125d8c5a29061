#pragma once

#include "engine/api/durable-object-storage.h"

namespace lathe::api {

// What the callback of `ctx.storage.transaction` is given (Durable Objects §6.6).
class DurableObjectTransaction final : public js::Object {
 public:
  static constexpr const char* kInterface = "DurableObjectTransaction";

  // `transaction` stays in the storage's records until this one has ended.
  DurableObjectTransaction(js::Ptr<DurableObjectStorage> storage,
                           persist::ActorCache::Transaction* transaction)
      : storage_(std::move(storage)), transaction_(transaction) {}

  js::Answer get(js::Lock& js, v8::Local<v8::Value> keys, StorageReadOptions options);
  v8::Local<v8::Promise> list(js::Lock& js, StorageListOptions options);
  js::Answer put(js::Lock& js, v8::Local<v8::Value> first, v8::Local<v8::Value> second,
                 v8::Local<v8::Value> third);
  v8::Local<v8::Value> erase(js::Lock& js, v8::Local<v8::Value> keys, StorageWriteOptions options);
  v8::Local<v8::Promise> deleteAll(js::Rest);
  v8::Local<v8::Promise> getAlarm(js::Lock& js, StorageReadOptions options);
  v8::Local<v8::Promise> setAlarm(js::Lock& js, v8::Local<v8::Value> time,
                                  StorageWriteOptions options);
  v8::Local<v8::Promise> deleteAlarm(js::Lock& js, StorageWriteOptions options);
  void rollback(js::Rest);

  // The callback was fulfilled: applies the changes, unless they were rolled back.
  void commit();
  // The callback has failed.
  void forget();

  static void describe(js::Class<DurableObjectTransaction>& c, const Compatibility&);

 private:
  enum class State { open, rolledBack, committed };

  // Throws when it is over; `operation` is what the error calls it.
  StorageOperations operations(js::Lock& js, const char* operation);
  void requireOpen(const char* operation) const;

  js::Ptr<DurableObjectStorage> storage_;
  persist::ActorCache::Transaction* transaction_;
  State state_ = State::open;
};

}  // namespace lathe::api
