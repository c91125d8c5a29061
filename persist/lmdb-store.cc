#include "persist/lmdb-store.h"

#include <utility>

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include "persist/lmdb-changes.h"
#include "persist/lmdb-enumeration.h"
#include "persist/lmdb-format.h"
#include "persist/lmdb-records.h"
#include "persist/state-answer.h"
#include "persist/state-folder.h"
#include "persist/state-limits.h"

namespace lathe::persist {
namespace {

// How long a list may keep the loop: well under a millisecond when it is in memory.
constexpr LmdbListing::Piece kPieceOnLoop{1000, 1u << 20};
constexpr LmdbListing::Piece kAll{SIZE_MAX, SIZE_MAX};

const std::filesystem::path& prepared(const std::filesystem::path& folder) {
  prepareStateFolder(folder);
  return folder;
}

Value valueOf(std::string_view bytes) { return std::make_shared<const std::string>(bytes); }

}  // namespace

LmdbStore::LmdbStore(boost::asio::any_io_executor executor, const Options& options)
    : executor_(std::move(executor)),
      lock_(prepared(options.folder)),
      environment_({.file = options.folder / "actors.mdb",
                    .mapBytes = options.mapBytes,
                    .syncs = options.durability == Durability::fsync}),
      groupCommit_(environment_, options.durability == Durability::fsync),
      queue_((prepareFormat(environment_), executor_), groupCommit_) {}

LmdbStore::~LmdbStore() = default;

std::optional<RecordKey> LmdbStore::prefixOf(LmdbSnapshot& snapshot, const ActorRef& actor) {
  if (!storable(actor)) return std::nullopt;
  if (std::exchange(spacesGeneration_, snapshot.generation()) != snapshot.generation()) {
    spaces_.forget();
  }
  const auto space = spaces_.find(snapshot.records(), actor.space);
  if (!space) return std::nullopt;
  return actorPrefix(*space, actor.actor);
}

// ---- Reads at once ----

Value LmdbStore::Reads::get(const ActorRef& actor, RecordKind kind, const std::string& key) {
  auto snapshot = store_.environment_.read();
  const auto prefix = store_.prefixOf(snapshot, actor);
  if (!prefix) return nullptr;
  const auto stored = LmdbRecords(snapshot.records(), *prefix, kind).get(key);
  return stored ? valueOf(*stored) : nullptr;
}

std::vector<Pair> LmdbStore::Reads::list(const ActorRef& actor, RecordKind kind,
                                         const Range& range) {
  auto listing = store_.listing(actor, kind, range);
  if (!listing) return {};
  listing->read(kAll);
  return listing->take();
}

std::optional<AlarmTime> LmdbStore::Reads::getAlarm(const ActorRef& actor) {
  auto snapshot = store_.environment_.read();
  const auto prefix = store_.prefixOf(snapshot, actor);
  if (!prefix) return std::nullopt;
  const auto stored = LmdbRecords(snapshot.records(), *prefix, RecordKind::alarm).get("");
  if (!stored) return std::nullopt;
  return alarmTimeOf(*stored);
}

// ---- Reads that are heard later ----

std::optional<LmdbListing> LmdbStore::listing(const ActorRef& actor, RecordKind kind,
                                              const Range& range) {
  auto snapshot = environment_.read();
  const auto prefix = prefixOf(snapshot, actor);
  if (!prefix) return std::nullopt;
  return LmdbListing(std::move(snapshot), *prefix, kind, range);
}

template <class Read>
auto LmdbStore::onReader(Read read) {
  using T = decltype(read());
  if (!reader_) reader_ = std::make_unique<boost::asio::thread_pool>(1);
  auto channel = io::makePending<T>();
  // The loop runs while it is waited for. The resolver only passes through the other thread.
  auto loop = boost::asio::prefer(executor_, boost::asio::execution::outstanding_work.tracked);
  boost::asio::post(*reader_, [read = std::move(read), resolver = std::move(channel.resolver),
                               loop = std::move(loop)]() mutable {
    auto outcome = [&]() -> io::Outcome<T> {
      // What it reads from ends here, on this thread.
      auto reading = std::move(read);
      try {
        return reading();
      } catch (...) {
        return std::current_exception();
      }
    }();
    boost::asio::post(loop,
                      [resolver = std::move(resolver), outcome = std::move(outcome)]() mutable {
                        resolver.settle(std::move(outcome));
                      });
  });
  return std::move(channel.pending);
}

template <class Read>
auto LmdbStore::enumerate(Read read) {
  using T = decltype(read(std::declval<LmdbTransaction&>()));
  try {
    return onReader([snapshot = environment_.read(), read = std::move(read)]() mutable {
      return read(snapshot.records());
    });
  } catch (const StoreError&) {
    return failLater<T>(executor_);
  }
}

io::Pending<Value> LmdbStore::get(const ActorRef& actor, RecordKind kind, std::string key) {
  return answerLater(executor_, [&] { return reads_.get(actor, kind, key); });
}

io::Pending<std::vector<Pair>> LmdbStore::getMultiple(const ActorRef& actor, RecordKind kind,
                                                      std::vector<std::string> keys) {
  return answerLater(executor_, [&] {
    std::vector<Pair> pairs;
    auto snapshot = environment_.read();
    const auto prefix = prefixOf(snapshot, actor);
    if (!prefix) return pairs;
    const LmdbRecords records(snapshot.records(), *prefix, kind);
    for (auto& key : keys) {
      if (const auto stored = records.get(key)) {
        pairs.push_back({std::move(key), valueOf(*stored)});
      }
    }
    return pairs;
  });
}

io::Pending<std::optional<AlarmTime>> LmdbStore::getAlarm(const ActorRef& actor) {
  return answerLater(executor_, [&] { return reads_.getAlarm(actor); });
}

io::Pending<std::vector<Pair>> LmdbStore::list(const ActorRef& actor, RecordKind kind,
                                               Range range) {
  try {
    auto listing = this->listing(actor, kind, range);
    if (!listing) return answerLater(executor_, [] { return std::vector<Pair>(); });
    if (listing->read(kPieceOnLoop) || (environment_.crowded() && listing->read(kAll))) {
      return answerLater(executor_, [&] { return listing->take(); });
    }
    return onReader([listing = std::move(*listing)]() mutable {
      listing.read(kAll);
      return listing.take();
    });
  } catch (const StoreError&) {
    return failLater<std::vector<Pair>>(executor_);
  }
}

// ---- Writes ----

io::Pending<BatchResult> LmdbStore::commit(Batch batch) {
  std::size_t bytes = 0;
  try {
    bytes = checkStorable(batch);
  } catch (const StoreError&) {
    return failLater<BatchResult>(executor_);
  }
  return queue_.commit(std::move(batch), bytes);
}

io::Pending<void> LmdbStore::erase(ActorRef actor) {
  // There is nothing of one that cannot be stored.
  if (!storable(actor)) return answerLater(executor_, [] {});
  return queue_.erase(std::move(actor));
}

io::Pending<void> LmdbStore::replaceFile(std::filesystem::path path) {
  return queue_.exchange(std::move(path));
}

// ---- Enumeration ----

io::Pending<std::vector<ActorStore::Alarm>> LmdbStore::alarms() {
  return enumerate([](LmdbTransaction& records) { return alarmsIn(records); });
}

io::Pending<std::vector<std::string>> LmdbStore::spaces() {
  return enumerate([](LmdbTransaction& records) { return spacesIn(records); });
}

io::Pending<std::vector<std::string>> LmdbStore::actors(std::string space, std::string after,
                                                        std::size_t limit) {
  return enumerate(
      [space = std::move(space), after = std::move(after), limit](LmdbTransaction& records) {
        return actorsIn(records, space, after, limit);
      });
}

}  // namespace lathe::persist
