#include "engine/api/durable-object-storage.h"

#include "engine/api/durable-object-transaction.h"
#include "engine/api/hook.h"
#include "engine/api/sync-kv-storage.h"
#include "engine/compatibility.h"
#include "engine/io/io-context.h"

namespace lathe::api {
namespace {

// Where the object keeps its `kv`.
constexpr int kKvSlot = 0;

[[noreturn]] void throwNoRecovery() {
  throw js::plainError(
      "This Durable Object's storage back-end does not implement point-in-time recovery.");
}

}  // namespace

js::Answer DurableObjectStorage::get(js::Lock& js, v8::Local<v8::Value> keys,
                                     StorageReadOptions options) {
  return StorageOperations(js, records(), records().target()).get(keys, options);
}

v8::Local<v8::Promise> DurableObjectStorage::list(js::Lock& js, StorageListOptions options) {
  return StorageOperations(js, records(), records().target()).list(options);
}

js::Answer DurableObjectStorage::put(js::Lock& js, v8::Local<v8::Value> first,
                                     v8::Local<v8::Value> second, v8::Local<v8::Value> third) {
  return StorageOperations(js, records(), records().target()).put(first, second, third);
}

v8::Local<v8::Value> DurableObjectStorage::erase(js::Lock& js, v8::Local<v8::Value> keys,
                                                 StorageWriteOptions options) {
  return StorageOperations(js, records(), records().target()).erase(keys, options).value;
}

v8::Local<v8::Promise> DurableObjectStorage::deleteAll(js::Lock& js, StorageWriteOptions options) {
  if (records().synchronous() && !records().transactions.empty()) {
    throw js::plainError("Cannot call deleteAll() within a transaction");
  }
  bool alarmToo = io::Realm::of(js).compatibility().has(Flag::DeleteAllDeletesAlarm);
  using AlarmToo = persist::ActorCache::AlarmToo;
  auto pending =
      records().cache.deleteAll(alarmToo ? AlarmToo::yes : AlarmToo::no, options.forCache());
  auto& context = io::IoContext::current();
  auto done = [](js::Lock&, std::uint64_t) {};
  if (options.allowConcurrency) return context.awaitIo(js, std::move(pending), done);
  return context.awaitIoWithInputLock(js, std::move(pending), done);
}

v8::Local<v8::Promise> DurableObjectStorage::getAlarm(js::Lock& js, StorageReadOptions options) {
  return StorageOperations(js, records(), records().target()).getAlarm(options);
}

v8::Local<v8::Promise> DurableObjectStorage::setAlarm(js::Lock& js, v8::Local<v8::Value> time,
                                                      StorageWriteOptions options) {
  return StorageOperations(js, records(), records().target()).setAlarm(time, options);
}

v8::Local<v8::Promise> DurableObjectStorage::deleteAlarm(js::Lock& js,
                                                         StorageWriteOptions options) {
  return StorageOperations(js, records(), records().target()).deleteAlarm(options);
}

v8::Local<v8::Promise> DurableObjectStorage::sync(js::Lock& js) {
  auto pending = records().cache.sync();
  if (!pending) return fulfilled(js, js.undefined());
  return io::IoContext::current().awaitIo(js, std::move(*pending), [](js::Lock&) {});
}

// ---- Transactions ----

v8::Local<v8::Promise> DurableObjectStorage::transaction(js::Lock& js, js::Receiver receiver,
                                                         v8::Local<v8::Function> callback) {
  records();  // from its own actor only
  struct Running {
    js::Ref<v8::Function> callback;
    js::Ref<v8::Object> storage;
    js::Ptr<DurableObjectTransaction> transaction;
  };
  auto running = std::make_shared<Running>();
  running->callback = js::Ref<v8::Function>(js, callback);
  // What the transaction refers to must not go before it.
  running->storage = js::Ref<v8::Object>(js, receiver.object);

  io::IoContext::SectionBody body;
  body.start = [this, running](js::Lock& inner) {
    running->transaction =
        js::make<DurableObjectTransaction>(js::Ptr<DurableObjectStorage>(this), records().begin());
    v8::Local<v8::Value> argument = js::wrap(inner, running->transaction);
    return js::check(
        running->callback.get(inner)->Call(inner.context(), inner.undefined(), 1, &argument));
  };
  body.succeed = [running](js::Lock&, v8::Local<v8::Value> value) {
    // What the store has to catch up with holds back the next entry, not this result.
    running->transaction->commit();
    return value;
  };
  body.fail = [running](js::Lock&) {
    if (running->transaction) running->transaction->forget();
  };
  return io::IoContext::current().runSection(js, std::move(body));
}

v8::Local<v8::Value> DurableObjectStorage::transactionSync(js::Lock& js,
                                                           v8::Local<v8::Function> callback) {
  if (!records().synchronous()) throw js::plainError("Durable Object is not backed by SQL.");
  auto* transaction = records().begin();
  v8::Local<v8::Value> result;
  auto failure = js::caught(
      js, [&] { result = js::check(callback->Call(js.context(), js.undefined(), 0, nullptr)); });
  auto ended = records().end(transaction);
  if (!failure) {
    if (ended) ended->commit();
    return result;
  }
  ended.reset();
  if (!failure->IsEmpty()) js.v8()->ThrowException(*failure);
  throw js::ExceptionPending();
}

// ---- What only some classes have ----

v8::Local<v8::Value> DurableObjectStorage::kv(js::Lock& js, js::Receiver receiver) {
  if (!records().synchronous()) {
    throw js::plainError(
        "The storage.kv (synchronous KV) API is only available for SQLite-backed Durable Objects, "
        "but this object's namespace is not declared to use SQLite. Name the class in "
        "\"new_sqlite_classes\" of a migration.");
  }
  auto kept = js::slot(receiver.object, kKvSlot);
  if (!kept->IsUndefined()) return kept;
  auto made = js::wrap(js, js::make<SyncKvStorage>(js::Ptr<DurableObjectStorage>(this)));
  js::setSlot(receiver.object, kKvSlot, made);
  return made;
}

v8::Local<v8::Value> DurableObjectStorage::sql(js::Lock& js) {
  if (!records().synchronous()) {
    throw js::plainError(
        "SQL is not enabled for this Durable Object class. Name the class in "
        "\"new_sqlite_classes\" of a migration.");
  }
  return callHook(js, "missingBinding", {js.string("ctx.storage.sql")});
}

v8::Local<v8::Promise> DurableObjectStorage::getCurrentBookmark() { throwNoRecovery(); }
v8::Local<v8::Promise> DurableObjectStorage::getBookmarkForTime(v8::Local<v8::Value>) {
  throwNoRecovery();
}
v8::Local<v8::Promise> DurableObjectStorage::onNextSessionRestoreBookmark(v8::Local<v8::Value>) {
  throwNoRecovery();
}

void DurableObjectStorage::describe(js::Class<DurableObjectStorage>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&DurableObjectStorage::get>("get");
  c.method<&DurableObjectStorage::list>("list");
  c.method<&DurableObjectStorage::put>("put");
  c.method<&DurableObjectStorage::erase>("delete");
  c.method<&DurableObjectStorage::deleteAll>("deleteAll");
  c.method<&DurableObjectStorage::transaction>("transaction");
  c.method<&DurableObjectStorage::transactionSync>("transactionSync");
  c.method<&DurableObjectStorage::sync>("sync");
  c.method<&DurableObjectStorage::getAlarm>("getAlarm");
  c.method<&DurableObjectStorage::setAlarm>("setAlarm");
  c.method<&DurableObjectStorage::deleteAlarm>("deleteAlarm");
  c.method<&DurableObjectStorage::getCurrentBookmark>("getCurrentBookmark");
  c.method<&DurableObjectStorage::getBookmarkForTime>("getBookmarkForTime");
  c.method<&DurableObjectStorage::onNextSessionRestoreBookmark>("onNextSessionRestoreBookmark");
  c.attribute<&DurableObjectStorage::kv>("kv");
  c.attribute<&DurableObjectStorage::sql>("sql");
}

}  // namespace lathe::api
