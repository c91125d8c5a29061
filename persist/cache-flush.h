#pragma once

#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/io/pending.h"
#include "persist/actor-cache.h"
#include "persist/alarm-state.h"
#include "persist/cache-map.h"
#include "persist/cache-pending-reads.h"

namespace lathe::persist {

// Brings what is dirty into the store: everything that is when a flush begins, in one batch, one
// flush after the other (Durable Objects §5.5 to §5.8, §5.10).
//
// A flush begins in a turn of the loop after the one of its first write. Settling what it has
// promised may end the cache: `close` is called then, and it touches nothing more.
class CacheFlush : public std::enable_shared_from_this<CacheFlush> {
 public:
  // What a flush works with; all outlive `close`.
  struct Parties {
    ActorStore& store;
    const ActorRef& actor;
    CacheOwner& owner;
    CacheMap& map;
    AlarmState& alarm;
    PendingReads& reads;
    // To be stored along with whatever is stored first.
    std::vector<Pair> metadata = {};
  };
  CacheFlush(boost::asio::any_io_executor executor, Parties parties)
      : executor_(std::move(executor)), with_(std::move(parties)) {}
  CacheFlush(const CacheFlush&) = delete;
  CacheFlush& operator=(const CacheFlush&) = delete;
  void close();

  // ---- Writes, after they were made in the map or the alarm ----

  // Something was written.
  void wrote(WriteOptions options);
  // `erased` were not known to the cache: how many the store deletes, and `more`.
  io::Pending<std::uint64_t> countErased(std::vector<CacheEntry*> erased, std::uint64_t more);
  // Empties the map and sees that the store is emptied.
  io::Pending<std::uint64_t> deleteAll(ActorCache::AlarmToo alarm, WriteOptions options);

  // ---- Waiting ----

  std::optional<io::Pending<void>> sync();
  // Whether too much is dirty.
  bool tooMuch() const { return with_.map.dirtyBytes() > with_.map.limits().dirtyBytes; }
  // Settles when that is over.
  io::Pending<void> whenLess();

  // A read has ended: what waited for it goes on.
  void readEnded();

  // ---- Ends ----

  // What is not under way yet will not be, and has failed with `error`.
  void stop(const std::exception_ptr& error);
  // Nothing more is written: everything has failed with `error`.
  void fail(const std::exception_ptr& error);

 private:
  // One flush: who waits for its end.
  struct Ticket {
    bool requested = false;
    // There as soon as a confirmed write belongs to it.
    std::optional<io::Resolver<void>> hold;
    std::vector<io::Resolver<void>> syncs;
  };
  // Keys of one call whose deletions are counted. Their entries stay dirty as long as it is there.
  struct CountedDelete {
    std::vector<CacheEntry*> entries;
    std::uint64_t more = 0;
    io::Resolver<std::uint64_t> resolver;
    std::optional<std::size_t> change;  // in the batch under way
  };
  using CountedDeletes = std::list<CountedDelete>;
  struct DeleteAllRequest {
    io::Resolver<std::uint64_t> resolver;
    // Of further calls before the first was confirmed: these have deleted nothing more.
    std::vector<io::Resolver<std::uint64_t>> merged;
    bool begun = false;
  };
  enum class Sending { nothing, writes, deleteAll };

  void request();
  void postBegin();
  void begin();
  void proceed();
  Batch takeWrites(CacheEntryList& entries, CountedDeletes& counted);
  void send(Sending what, Batch batch);
  void sendWhenRead();
  void sent(io::Outcome<BatchResult> outcome);
  void writesStored(const BatchResult& result);
  void allDeleted(std::uint64_t count);
  void finish();
  // Breaks the owner too.
  void rejectTickets(std::vector<Ticket> tickets, const std::exception_ptr& error);
  static void reject(CountedDeletes deletes, std::optional<DeleteAllRequest> all,
                     std::vector<io::Resolver<void>> less, const std::exception_ptr& error);

  boost::asio::any_io_executor executor_;
  Parties with_;
  bool closed_ = false;
  std::exception_ptr stopped_;
  std::exception_ptr failed_;

  Ticket next_;
  Ticket current_;
  bool running_ = false;
  CountedDeletes counted_;
  CountedDeletes countedAside_;  // from before the deleteAll
  std::optional<DeleteAllRequest> deleteAll_;
  std::vector<io::Resolver<void>> waitForLess_;

  // ---- The batch under way ----
  Sending sending_ = Sending::nothing;
  int attempts_ = 0;
  Batch batch_;
  // Its alarm change, the last in the batch.
  std::optional<AlarmState::Writing> alarm_;
  bool metadataSent_ = false;
  bool waitsForReads_ = false;
  PendingReads::Number readsBefore_ = 0;
  io::Pending<BatchResult> commit_;

  // What is stored but cannot be evicted before the reads with smaller numbers have ended.
  std::optional<PendingReads::Number> heldFor_;
};

}  // namespace lathe::persist
