#include "engine/api/sync-kv-storage.h"

namespace lathe::api {
namespace {

constexpr const char* kInvalidated =
    "kv.list() iterator was invalidated because a new call to kv.list() was started. Only one "
    "kv.list() iterator can exist at a time.";

// In the synchronous model every result is there at once.
template <class T>
T now(persist::NowOrLater<T> result) {
  return std::move(std::get<T>(result));
}

}  // namespace

v8::Local<v8::Value> SyncKvStorage::get(js::Lock& js, v8::Local<v8::Value> key) {
  auto& records = storage_->records();
  StorageOperations operations(js, records, records.target());
  return operations.restored(
      js, now(records.target().get(operations.key(key), persist::ReadOptions())));
}

void SyncKvStorage::put(js::Lock& js, v8::Local<v8::Value> key, v8::Local<v8::Value> value) {
  auto& records = storage_->records();
  StorageOperations operations(js, records, records.target());
  auto name = operations.key(key);
  if (value->IsUndefined()) throw js::typeError("put() called with undefined value.");
  persist::Pair pair{std::move(name), operations.stored(value)};
  records.target().put({&pair, 1}, {});
}

bool SyncKvStorage::erase(js::Lock& js, v8::Local<v8::Value> key) {
  auto& records = storage_->records();
  StorageOperations operations(js, records, records.target());
  return now(records.target().erase({operations.key(key)}, {})) > 0;
}

js::Ptr<SyncKvIterator> SyncKvStorage::list(StorageListOptions options) {
  auto& records = storage_->records();
  auto range = options.range();
  ++lists_;
  std::vector<persist::Pair> pairs;
  if (range) pairs = now(records.target().list(std::move(*range), {options.noCache}));
  return js::make<SyncKvIterator>(js::Ptr<SyncKvStorage>(this), std::move(pairs));
}

void SyncKvStorage::describe(js::Class<SyncKvStorage>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&SyncKvStorage::get>("get");
  c.method<&SyncKvStorage::put>("put");
  c.method<&SyncKvStorage::erase>("delete");
  c.method<&SyncKvStorage::list>("list");
}

v8::Local<v8::Value> SyncKvIterator::next(js::Lock& js) {
  if (storage_->lastList() != number_) throw js::plainError(kInvalidated);
  bool done = index_ >= pairs_.size();
  v8::Local<v8::Value> value = js.undefined();
  if (!done) {
    const auto& pair = pairs_[index_++];
    v8::Local<v8::Value> both[] = {js::utf8(js, pair.key),
                                   StorageOperations::restored(js, pair.value)};
    value = v8::Array::New(js.v8(), both, 2);
  }
  auto result = v8::Object::New(js.v8());
  js::check(
      result->CreateDataProperty(js.context(), js.name("done"), v8::Boolean::New(js.v8(), done)));
  js::check(result->CreateDataProperty(js.context(), js.name("value"), value));
  return result;
}

std::size_t SyncKvIterator::nativeBytes() const {
  std::size_t bytes = kNativeBytes;
  for (const auto& pair : pairs_) bytes += sizeof pair + pair.key.size() + pair.value->size();
  return bytes;
}

void SyncKvIterator::describe(js::Class<SyncKvIterator>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&SyncKvIterator::next>("next");
  c.symbolMethod<&SyncKvIterator::self>(&v8::Symbol::GetIterator, "[Symbol.iterator]");
}

}  // namespace lathe::api
