#include "engine/api/durable-object-transaction.h"

namespace lathe::api {

void DurableObjectTransaction::requireOpen(const char* operation) const {
  if (state_ == State::rolledBack) {
    throw js::plainError("Cannot " + std::string(operation) + " on rolled back transaction");
  }
  if (state_ == State::committed) {
    throw js::plainError("Cannot call " + std::string(operation) +
                         " on transaction that has already committed: did you move `txn` outside "
                         "of the closure?");
  }
}

StorageOperations DurableObjectTransaction::operations(js::Lock& js, const char* operation) {
  auto& records = storage_->records();
  requireOpen(operation);
  return StorageOperations(js, records, *transaction_);
}

js::Answer DurableObjectTransaction::get(js::Lock& js, v8::Local<v8::Value> keys,
                                         StorageReadOptions options) {
  return operations(js, "get()").get(keys, options);
}

v8::Local<v8::Promise> DurableObjectTransaction::list(js::Lock& js, StorageListOptions options) {
  return operations(js, "list()").list(options);
}

js::Answer DurableObjectTransaction::put(js::Lock& js, v8::Local<v8::Value> first,
                                         v8::Local<v8::Value> second, v8::Local<v8::Value> third) {
  return operations(js, "put()").put(first, second, third);
}

v8::Local<v8::Value> DurableObjectTransaction::erase(js::Lock& js, v8::Local<v8::Value> keys,
                                                     StorageWriteOptions options) {
  return operations(js, "delete()").erase(keys, options).value;
}

v8::Local<v8::Promise> DurableObjectTransaction::deleteAll(js::Rest) {
  throw js::plainError("Cannot call deleteAll() within a transaction");
}

v8::Local<v8::Promise> DurableObjectTransaction::getAlarm(js::Lock& js,
                                                          StorageReadOptions options) {
  return operations(js, "getAlarm()").getAlarm(options);
}

v8::Local<v8::Promise> DurableObjectTransaction::setAlarm(js::Lock& js, v8::Local<v8::Value> time,
                                                          StorageWriteOptions options) {
  return operations(js, "setAlarm()").setAlarm(time, options);
}

v8::Local<v8::Promise> DurableObjectTransaction::deleteAlarm(js::Lock& js,
                                                             StorageWriteOptions options) {
  return operations(js, "deleteAlarm()").deleteAlarm(options);
}

void DurableObjectTransaction::rollback(js::Rest) {
  auto& records = storage_->records();
  if (state_ == State::rolledBack) return;
  requireOpen("rollback()");
  if (records.synchronous() && records.transactions.back().get() != transaction_) {
    throw js::plainError(
        "Cannot roll back an outer transaction while a nested transaction is still running.");
  }
  forget();
}

void DurableObjectTransaction::commit() {
  if (state_ != State::open) return;
  state_ = State::committed;
  if (auto ended = storage_->records().end(transaction_)) ended->commit();
}

void DurableObjectTransaction::forget() {
  if (state_ != State::open) return;
  state_ = State::rolledBack;
  storage_->records().end(transaction_);
}

void DurableObjectTransaction::describe(js::Class<DurableObjectTransaction>& c,
                                        const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&DurableObjectTransaction::get>("get");
  c.method<&DurableObjectTransaction::list>("list");
  c.method<&DurableObjectTransaction::put>("put");
  c.method<&DurableObjectTransaction::erase>("delete");
  c.method<&DurableObjectTransaction::deleteAll>("deleteAll");
  c.method<&DurableObjectTransaction::getAlarm>("getAlarm");
  c.method<&DurableObjectTransaction::setAlarm>("setAlarm");
  c.method<&DurableObjectTransaction::deleteAlarm>("deleteAlarm");
  c.method<&DurableObjectTransaction::rollback>("rollback");
}

}  // namespace lathe::api
