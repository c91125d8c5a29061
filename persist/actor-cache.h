#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/io/pending.h"
#include "persist/actor-store.h"
#include "persist/cache-lru.h"

namespace lathe::persist {

// A result that is there at once when the cache knows it.
template <class T>
using NowOrLater = std::variant<T, io::Pending<T>>;

struct ReadOptions {
  // What is read is not kept in the cache.
  bool noCache = false;
};
struct WriteOptions {
  // What the actor says does not wait for this write; its failure still resets the actor.
  bool allowUnconfirmed = false;
  // What is written is not kept in the cache once it is stored.
  bool noCache = false;
};

// The operations that a cache and a transaction over it have in common. Keys of one call need no
// order. Values that are read are sorted by key.
class ActorStorage {
 public:
  virtual ~ActorStorage() = default;
  virtual NowOrLater<Value> get(std::string key, ReadOptions options) = 0;
  virtual NowOrLater<std::vector<Pair>> get(std::vector<std::string> keys, ReadOptions options) = 0;
  // Ascending or, when the range says so, descending.
  virtual NowOrLater<std::vector<Pair>> list(Range range, ReadOptions options) = 0;
  virtual NowOrLater<std::optional<AlarmTime>> getAlarm(ReadOptions options) = 0;

  // Writes take effect in the cache at once. A Pending that they return is back-pressure: whoever
  // waits for it lets the store catch up. The pairs are moved from.
  virtual std::optional<io::Pending<void>> put(std::span<Pair> pairs, WriteOptions options) = 0;
  virtual std::optional<io::Pending<void>> setAlarm(std::optional<AlarmTime> time,
                                                    WriteOptions options) = 0;
  // How many of the keys existed.
  virtual NowOrLater<std::uint64_t> erase(std::vector<std::string> keys, WriteOptions options) = 0;
};

// What the cache asks of the actor that owns it.
class CacheOwner {
 public:
  virtual ~CacheOwner() = default;
  // From now until `flush` has ended nothing of the actor's output that depends on its writes may
  // leave it. Its failure (also one that is there already) resets the actor.
  virtual void holdOutput(io::Pending<void> flush) = 0;
  // A flush that changed the alarm has been confirmed: this is what the store holds now.
  virtual void alarmStored(std::optional<AlarmTime>) {}
};

// One actor's records in memory, over a store: reads are answered from it when it knows, writes are
// kept as dirty entries until they are flushed, all that are dirty at one time in one batch
// (Durable Objects §5.1 to §5.12). Loop thread. No call runs JavaScript; settling a result may.
class ActorCache final : public ActorStorage {
 public:
  struct Options {
    // Misses are read from the store at once, on the loop, so that every result but sync() and
    // back-pressure is there at once. The store must have synchronous reads.
    bool synchronous = false;
    // Nothing is ever written to the store; dirty entries stay (Durable Objects §5.11,
    // "neverFlush").
    bool neverFlush = false;
    // Records of the kind metadata that are to be there as soon as anything of the actor is: put
    // along with the first batch that stores something.
    std::vector<Pair> metadata = {};
  };

  // `store`, `lru` and `owner` outlive the cache.
  ActorCache(boost::asio::any_io_executor executor, ActorStore& store, ActorRef actor,
             CacheLru& lru, CacheOwner& owner, Options options);
  ActorCache(const ActorCache&) = delete;
  ActorCache& operator=(const ActorCache&) = delete;
  // Results still awaited end as Abandoned; writes whose flush has not begun are lost.
  ~ActorCache() override;

  NowOrLater<Value> get(std::string key, ReadOptions options) override;
  NowOrLater<std::vector<Pair>> get(std::vector<std::string> keys, ReadOptions options) override;
  NowOrLater<std::vector<Pair>> list(Range range, ReadOptions options) override;
  NowOrLater<std::optional<AlarmTime>> getAlarm(ReadOptions options) override;
  std::optional<io::Pending<void>> put(std::span<Pair> pairs, WriteOptions options) override;
  std::optional<io::Pending<void>> setAlarm(std::optional<AlarmTime> time,
                                            WriteOptions options) override;
  NowOrLater<std::uint64_t> erase(std::vector<std::string> keys, WriteOptions options) override;

  // Everything is known absent at once. How many records the store deleted.
  enum class AlarmToo { no, yes };
  io::Pending<std::uint64_t> deleteAll(AlarmToo alarm, WriteOptions options);

  // Resolves when every write made before the call is durable; none when that is so already.
  std::optional<io::Pending<void>> sync();

  // To be awaited before JavaScript of the actor is entered: there while too much is dirty. Also
  // sweeps what has gone stale.
  std::optional<io::Pending<void>> beforeEntry();

  // Writes from now on are seen through the transaction only until it is committed. Transactions
  // nest: `begin` of a transaction begins one whose commit goes into the outer one.
  class Transaction : public ActorStorage {
   public:
    virtual std::unique_ptr<Transaction> begin() = 0;
    // Applies all changes. A Pending is back-pressure. Nothing may be called afterwards; dropping a
    // transaction that was not committed forgets its changes.
    virtual std::optional<io::Pending<void>> commit() = 0;
  };
  std::unique_ptr<Transaction> begin();

  // ---- The alarm while its handler runs (Durable Objects §5.12) ----

  // Held while the handler runs. Dropping it deletes the alarm for good, unless another one was set
  // meanwhile or `keep` was called.
  class AlarmHandling {
   public:
    virtual ~AlarmHandling() = default;
    // The handler has failed: the alarm stays stored, to be tried again.
    virtual void keep() = 0;
  };
  // The alarm due at `scheduled` is to be handled now: getAlarm gives none from here on. When what
  // is stored is another time, gives that instead, or none when there is no alarm: nothing is to
  // run.
  using ArmedAlarm = std::variant<std::unique_ptr<AlarmHandling>, std::optional<AlarmTime>>;
  // `options` are those of the deletion.
  ArmedAlarm armAlarm(AlarmTime scheduled, WriteOptions options = {});
  // The alarm has failed too often: forgets it when it is still the one of `scheduled`.
  // The time of a later one, when there is.
  std::optional<AlarmTime> abandonAlarm(AlarmTime scheduled);

  // Every use from now on throws `error`, and writes not yet under way are never flushed.
  void shutdown(std::exception_ptr error);

  // How many bytes of this actor's are not stored yet.
  std::size_t dirtyBytes() const;

 private:
  class Implementation;
  std::shared_ptr<Implementation> implementation_;
};

}  // namespace lathe::persist
