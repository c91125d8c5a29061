#pragma once

#include <list>
#include <memory>

#include "persist/actor-cache.h"

namespace lathe::api {

// The stored side of one actor: owned by its I/O context, used by its JavaScript through
// `DurableObjectStorage` and by the worker's floor around its events.
struct ActorRecords {
  // What scripts see differs by how the class was declared (Durable Objects §5.12, §5.13).
  enum class Model {
    cached,      // classes of `new_classes`, and those without a migration
    synchronous  // classes of `new_sqlite_classes`
  };

  ActorRecords(boost::asio::any_io_executor executor, persist::ActorStore& store,
               persist::ActorRef actor, persist::CacheLru& lru, persist::CacheOwner& owner,
               Model declared, std::vector<persist::Pair> metadata)
      : model(declared),
        cache(std::move(executor), store, std::move(actor), lru, owner,
              {.synchronous = declared == Model::synchronous,
               .neverFlush = false,
               .metadata = std::move(metadata)}) {}

  bool synchronous() const { return model == Model::synchronous; }

  // What calls on `ctx.storage` act on: in the synchronous model they are part of the innermost
  // transaction that is open.
  persist::ActorStorage& target() {
    if (synchronous() && !transactions.empty()) return *transactions.back();
    return cache;
  }

  // A transaction within what `target` gives. It stays until `end`.
  persist::ActorCache::Transaction* begin() {
    bool nested = synchronous() && !transactions.empty();
    transactions.push_back(nested ? transactions.back()->begin() : cache.begin());
    return transactions.back().get();
  }
  // Takes it out of the open ones.
  std::unique_ptr<persist::ActorCache::Transaction> end(persist::ActorCache::Transaction* ended) {
    for (auto i = transactions.begin(); i != transactions.end(); ++i) {
      if (i->get() != ended) continue;
      auto taken = std::move(*i);
      transactions.erase(i);
      return taken;
    }
    return nullptr;
  }

  const Model model;
  // Whether the class has an `alarm` method; unknown while its constructor runs.
  enum class AlarmHandler { unknown, missing, present };
  AlarmHandler alarmHandler = AlarmHandler::unknown;
  // Whether an alarm whose handler was ended by `ctx.abort` is to be tried again.
  bool retryAlarm = true;
  persist::ActorCache cache;
  // Those that are open, outer ones first; they go before the cache.
  std::list<std::unique_ptr<persist::ActorCache::Transaction>> transactions;
};

}  // namespace lathe::api
