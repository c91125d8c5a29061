#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/api/actor-records.h"
#include "engine/js/class.h"

// What `ctx.storage` and the object of a transaction have in common: arguments are checked and
// turned into operations of a `persist::ActorStorage`, and their results into promises (Durable
// Objects §6); those of `get`, `put` and `erase`, when they are there at once, by JavaScript
// (engine/builtins/storage.js).
namespace lathe::api {

struct StorageReadOptions {
  bool allowConcurrency = false;
  bool noCache = false;

  static void members(js::Dictionary<StorageReadOptions>& d);
};

struct StorageWriteOptions {
  bool allowConcurrency = false;
  bool allowUnconfirmed = false;
  bool noCache = false;

  persist::WriteOptions forCache() const { return {allowUnconfirmed, noCache}; }
  static void members(js::Dictionary<StorageWriteOptions>& d);
};

struct StorageListOptions {
  bool allowConcurrency = false;
  std::optional<std::string> end;
  std::optional<double> limit;
  bool noCache = false;
  std::optional<std::string> prefix;
  bool reverse = false;
  std::optional<std::string> start;
  std::optional<std::string> startAfter;

  // The range that they ask for; nothing when it cannot hold a key. Throws TypeError.
  std::optional<persist::Range> range() const;
  static void members(js::Dictionary<StorageListOptions>& d);
};

class StorageOperations {
 public:
  StorageOperations(js::Lock& js, ActorRecords& records, persist::ActorStorage& target)
      : js_(js), records_(records), target_(target) {}

  js::Answer get(v8::Local<v8::Value> keys, const StorageReadOptions& options);
  v8::Local<v8::Promise> list(const StorageListOptions& options);
  // As the script gave them: (key, value, options?) or (entries, options?).
  js::Answer put(v8::Local<v8::Value> first, v8::Local<v8::Value> second,
                 v8::Local<v8::Value> third);
  js::Answer erase(v8::Local<v8::Value> keys, const StorageWriteOptions& options);
  v8::Local<v8::Promise> getAlarm(const StorageReadOptions& options);
  v8::Local<v8::Promise> setAlarm(v8::Local<v8::Value> time, const StorageWriteOptions& options);
  v8::Local<v8::Promise> deleteAlarm(const StorageWriteOptions& options);

  // A key as the script gave it, as UTF-8. Throws RangeError when it is too long.
  std::string key(v8::Local<v8::Value> value);
  // A copy of `value` for the store. Throws DataCloneError and RangeError.
  persist::Value stored(v8::Local<v8::Value> value);
  // A new value, or undefined for null.
  static v8::Local<v8::Value> restored(js::Lock& js, const persist::Value& value);

  static constexpr std::size_t kKeyBytesMax = 2048;
  static constexpr std::size_t kKeysPerGetMax = 128;
  // Room for the head of what is serialized comes on top.
  static constexpr std::size_t kValueBytesMax = 128 << 10;
  static constexpr std::size_t kValueHeadBytes = 34;
  static constexpr std::size_t kSynchronousValueBytesMax = 2 << 20;

 private:
  std::vector<std::string> keys(v8::Local<v8::Array> array);
  js::Answer put(std::span<persist::Pair> pairs, const StorageWriteOptions& options);

  js::Lock& js_;
  ActorRecords& records_;
  persist::ActorStorage& target_;
};

// A promise that is fulfilled already.
v8::Local<v8::Promise> fulfilled(js::Lock& js, v8::Local<v8::Value> value);

}  // namespace lathe::api
