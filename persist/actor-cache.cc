#include "persist/actor-cache.h"

#include <functional>
#include <utility>

#include "persist/alarm-state.h"
#include "persist/cache-failure.h"
#include "persist/cache-flush.h"
#include "persist/cache-map.h"
#include "persist/cache-pending-reads.h"
#include "persist/cache-reads.h"
#include "persist/cache-transaction.h"
#include "persist/cache-transformed.h"

namespace lathe::persist {
namespace {

constexpr const char* kShutDown = "Durable Object storage is no longer accessible.";

}  // namespace

// The parts of a cache, and what concerns all of them: the end of it, and the limits.
class ActorCache::Implementation final : public PendingReads::Watcher,
                                         public std::enable_shared_from_this<Implementation> {
 public:
  Implementation(boost::asio::any_io_executor executor, ActorStore& store, ActorRef itsActor,
                 CacheLru& lru, CacheOwner& itsOwner, Options itsOptions)
      : options{itsOptions.synchronous, itsOptions.neverFlush, {}},
        actor(std::move(itsActor)),
        owner(itsOwner),
        map(lru),
        pending(*this),
        reads(store, actor, map, alarm, pending,
              options.synchronous ? CacheReads::Misses::atOnce : CacheReads::Misses::later),
        flush(std::make_shared<CacheFlush>(
            std::move(executor), CacheFlush::Parties{store, actor, owner, map, alarm, pending,
                                                     std::move(itsOptions.metadata)})) {}

  // Throws when the cache has been shut down, and breaks the owner.
  void beforeUse() {
    if (!terminal) return;
    const std::exception_ptr error = terminal;
    owner.holdOutput(io::Pending<void>::failed(error));
    std::rethrow_exception(error);
  }

  // After every read that is there at once.
  void afterRead() {
    if (auto error = overflow()) std::rethrow_exception(error);
  }

  // After every write; the back-pressure.
  std::optional<io::Pending<void>> afterWrite(WriteOptions write) {
    if (!options.neverFlush) flush->wrote(write);
    if (auto error = overflow()) std::rethrow_exception(error);
    if (options.synchronous) return std::nullopt;
    return pressure();
  }

  std::optional<io::Pending<void>> pressure() {
    if (options.neverFlush || !flush->tooMuch()) return std::nullopt;
    return flush->whenLess();
  }

  // Evicts what is too much. When that is not enough, this actor is what grows: it ends.
  std::exception_ptr overflow(std::size_t passing = 0) {
    if (map.withinLimits(passing)) return nullptr;
    auto self = shared_from_this();
    const auto error = std::make_exception_ptr(CacheOverflow());
    terminal = error;
    flush->fail(error);
    pending.failAll(error);
    map.clear();
    return error;
  }

  // ---- PendingReads::Watcher ----
  std::exception_ptr readEnded(std::size_t bytes) override {
    auto self = shared_from_this();
    if (auto error = overflow(bytes)) return error;
    flush->readEnded();
    return nullptr;
  }

  const Options options;
  const ActorRef actor;
  CacheOwner& owner;
  std::exception_ptr terminal;
  CacheMap map;
  AlarmState alarm;
  PendingReads pending;
  CacheReads reads;
  const std::shared_ptr<CacheFlush> flush;
};

ActorCache::ActorCache(boost::asio::any_io_executor executor, ActorStore& store, ActorRef actor,
                       CacheLru& lru, CacheOwner& owner, Options options)
    : implementation_(std::make_shared<Implementation>(std::move(executor), store, std::move(actor),
                                                       lru, owner, options)) {}

ActorCache::~ActorCache() {
  Implementation& cache = *implementation_;
  cache.flush->close();
  cache.pending.failAll(std::make_exception_ptr(io::Abandoned()));
  cache.map.clear();
}

// ---- Reads ----

NowOrLater<Value> ActorCache::get(std::string key, ReadOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  auto result = cache.reads.get(std::move(key), options);
  cache.afterRead();
  return result;
}

NowOrLater<std::vector<Pair>> ActorCache::get(std::vector<std::string> keys, ReadOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  auto result = cache.reads.get(std::move(keys), options);
  cache.afterRead();
  return result;
}

NowOrLater<std::vector<Pair>> ActorCache::list(Range range, ReadOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  auto result = cache.reads.list(std::move(range), options);
  cache.afterRead();
  return result;
}

NowOrLater<std::optional<AlarmTime>> ActorCache::getAlarm(ReadOptions options) {
  implementation_->beforeUse();
  return implementation_->reads.getAlarm(options);
}

// ---- Writes ----

std::optional<io::Pending<void>> ActorCache::put(std::span<Pair> pairs, WriteOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  bool changed = false;
  for (Pair& pair : pairs) {
    if (cache.map.put(pair.key, std::move(pair.value), options.noCache)) changed = true;
  }
  return changed ? cache.afterWrite(options) : std::nullopt;
}

std::optional<io::Pending<void>> ActorCache::setAlarm(std::optional<AlarmTime> time,
                                                      WriteOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  if (!cache.alarm.set(time, options.noCache)) return std::nullopt;
  // What is never stored is in force at once.
  if (cache.options.neverFlush) cache.owner.alarmStored(time);
  return cache.afterWrite(options);
}

NowOrLater<std::uint64_t> ActorCache::erase(std::vector<std::string> keys, WriteOptions options) {
  using Erased = CacheMap::Erased;
  Implementation& cache = *implementation_;
  cache.beforeUse();
  // Without a batch to be counted in, they are counted by reading.
  const bool readFirst = cache.options.synchronous || cache.options.neverFlush;
  std::optional<NowOrLater<std::vector<Pair>>> existing;
  if (readFirst) existing = cache.reads.get(keys, {.noCache = options.noCache});
  if (existing && cache.options.synchronous) {
    std::vector<Pair> found = std::get<0>(std::move(*existing));
    bool changed = false;
    for (const Pair& pair : found) {
      if (cache.map.erase(pair.key, options.noCache).entry) changed = true;
    }
    if (changed) {
      cache.afterWrite(options);
    } else {
      cache.afterRead();
    }
    return static_cast<std::uint64_t>(found.size());
  }

  std::uint64_t count = 0;
  bool changed = false;
  std::vector<CacheEntry*> unknown;
  for (const std::string& key : keys) {
    auto erasure = cache.map.erase(key, options.noCache);
    if (erasure.entry) changed = true;
    if (erasure.result == Erased::wasPresent) ++count;
    if (erasure.result == Erased::wasUnknown) unknown.push_back(erasure.entry);
  }
  if (!changed) return count;
  std::optional<io::Pending<std::uint64_t>> counted;
  if (!unknown.empty() && !existing) counted = cache.flush->countErased(std::move(unknown), count);
  auto pressure = cache.afterWrite(options);
  if (counted) return std::move(*counted);
  if (existing) {
    return transformed<std::uint64_t>(std::move(*existing), [](std::vector<Pair> found) {
      return static_cast<std::uint64_t>(found.size());
    });
  }
  if (!pressure) return count;
  return transformed<std::uint64_t>(std::move(*pressure), [count] { return count; });
}

io::Pending<std::uint64_t> ActorCache::deleteAll(AlarmToo alarm, WriteOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  if (!cache.options.neverFlush) return cache.flush->deleteAll(alarm, options);
  cache.map.eraseAll(CacheMap::DirtyEntries::drop);
  if (alarm == AlarmToo::yes && cache.alarm.set(std::nullopt, false)) {
    cache.owner.alarmStored(std::nullopt);
  }
  return io::Pending<std::uint64_t>::ready(0);
}

std::optional<io::Pending<void>> ActorCache::sync() {
  implementation_->beforeUse();
  return implementation_->flush->sync();
}

std::optional<io::Pending<void>> ActorCache::beforeEntry() {
  Implementation& cache = *implementation_;
  if (cache.terminal) return std::nullopt;
  cache.map.sweep();
  return cache.pressure();
}

std::unique_ptr<ActorCache::Transaction> ActorCache::begin() {
  implementation_->beforeUse();
  return std::make_unique<CacheTransaction>(*this);
}

// ---- Alarms ----

namespace {

// Calls back when the handler has ended.
class Handling final : public ActorCache::AlarmHandling {
 public:
  enum class Ended { succeeded, failed };
  explicit Handling(std::function<void(Ended)> ended) : ended_(std::move(ended)) {}
  ~Handling() override {
    if (ended_) ended_(Ended::succeeded);
  }
  void keep() override {
    if (auto ended = std::exchange(ended_, nullptr)) ended(Ended::failed);
  }

 private:
  std::function<void(Ended)> ended_;
};

}  // namespace

ActorCache::ArmedAlarm ActorCache::armAlarm(AlarmTime scheduled, WriteOptions options) {
  Implementation& cache = *implementation_;
  cache.beforeUse();
  // What can be known at once decides too.
  if (cache.reads.synchronous()) cache.reads.getAlarm({});
  if (cache.alarm.arm(scheduled, options.noCache) == AlarmState::Armed::otherTime) {
    return cache.alarm.time();
  }
  return std::make_unique<Handling>(
      [weak = cache.weak_from_this(), options](Handling::Ended ended) {
        auto held = weak.lock();
        if (!held || held->terminal) return;
        AlarmState& alarm = held->alarm;
        const bool write = ended == Handling::Ended::failed ? alarm.keepArmed() : alarm.handled();
        if (!write) return;
        if (held->options.neverFlush) {
          held->owner.alarmStored(alarm.time());
        } else {
          held->flush->wrote(options);
        }
      });
}

std::optional<AlarmTime> ActorCache::abandonAlarm(AlarmTime scheduled) {
  return implementation_->alarm.abandon(scheduled);
}

// ---- The end ----

void ActorCache::shutdown(std::exception_ptr error) {
  auto cache = implementation_;
  if (cache->terminal) return;
  if (!error) {
    error = std::make_exception_ptr(StoreError(StoreError::Reason::disconnected, kShutDown));
  }
  cache->terminal = error;
  cache->flush->stop(error);
}

std::size_t ActorCache::dirtyBytes() const { return implementation_->map.dirtyBytes(); }

}  // namespace lathe::persist
