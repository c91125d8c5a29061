#pragma once

#include <vector>

#include "engine/api/durable-object-storage.h"

namespace lathe::api {

class SyncKvIterator;

// `ctx.storage.kv`: the same records without promises, for classes whose store answers at once
// (Durable Objects §6.8).
class SyncKvStorage final : public js::Object {
 public:
  static constexpr const char* kInterface = "SyncKvStorage";

  explicit SyncKvStorage(js::Ptr<DurableObjectStorage> storage) : storage_(std::move(storage)) {}

  v8::Local<v8::Value> get(js::Lock& js, v8::Local<v8::Value> key);
  void put(js::Lock& js, v8::Local<v8::Value> key, v8::Local<v8::Value> value);
  bool erase(js::Lock& js, v8::Local<v8::Value> key);
  js::Ptr<SyncKvIterator> list(StorageListOptions options);

  // Which call of list() was the last one.
  std::uint64_t lastList() const { return lists_; }

  static void describe(js::Class<SyncKvStorage>& c, const Compatibility&);

 private:
  js::Ptr<DurableObjectStorage> storage_;
  std::uint64_t lists_ = 0;
};

// What list() gives: [key, value] by [key, value], of the moment of the call.
class SyncKvIterator final : public js::Object {
 public:
  static constexpr const char* kInterface = "SyncKvIterator";

  SyncKvIterator(js::Ptr<SyncKvStorage> storage, std::vector<persist::Pair> pairs)
      : storage_(std::move(storage)), number_(storage_->lastList()), pairs_(std::move(pairs)) {}

  v8::Local<v8::Value> next(js::Lock& js);
  v8::Local<v8::Value> self(js::Receiver receiver) { return receiver.object; }

  static void describe(js::Class<SyncKvIterator>& c, const Compatibility&);

 protected:
  std::size_t nativeBytes() const override;

 private:
  js::Ptr<SyncKvStorage> storage_;
  std::uint64_t number_;
  std::vector<persist::Pair> pairs_;
  std::size_t index_ = 0;
};

}  // namespace lathe::api
