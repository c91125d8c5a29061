#include "cli/storage-local.h"

#include <chrono>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "cli/class-table.h"

namespace lathe::cli {
namespace {

// Where ObjectStore keeps the table of classes, and where an actor's name is.
constexpr const char* kTableKey = "classes";
constexpr const char* kNameKey = "name";
// How long to look for a moment in which the object has nothing to do, and how often.
constexpr std::chrono::milliseconds kBusyPatience{500};
constexpr std::chrono::milliseconds kBusyPause{5};
// How many ids are counted at a time.
constexpr std::size_t kPage = 1000;

StoredClass toStored(const ClassTable::Row& row) {
  return {row.worker, row.className, row.uniqueKey, row.sqlite, row.deletedBy};
}

persist::Put metadata(const char* key, std::string text) {
  return {persist::RecordKind::metadata,
          {{key, std::make_shared<const std::string>(std::move(text))}}};
}

}  // namespace

std::string LocalStorage::tableText() {
  auto stored = store_.synchronousReads()->get({}, persist::RecordKind::metadata, kTableKey);
  return stored ? *stored : std::string();
}

// ---- Reading ----

io::Pending<std::vector<StoredClass>> LocalStorage::classes() {
  return io::start(executor_, countClasses());
}

io::net::awaitable<std::vector<StoredClass>> LocalStorage::countClasses() {
  ClassTable table(tableText());
  std::vector<StoredClass> all;
  for (const auto& row : table.rows()) all.push_back(toStored(row));
  for (const auto& row : table.deleted()) all.push_back(toStored(row));
  for (auto& each : all) {
    try {
      auto counting = countObjects(each.uniqueKey, each.objects);
      co_await std::move(counting);
    } catch (const persist::StoreError& error) {
      // The others may be whole.
      each.uncounted = error.what();
    }
  }
  co_return all;
}

io::net::awaitable<void> LocalStorage::countObjects(std::string uniqueKey, std::uint64_t& count) {
  std::string after;
  for (;;) {
    auto reading = store_.actors(uniqueKey, after, kPage);
    auto ids = co_await std::move(reading).wait();
    count += ids.size();
    if (ids.size() < kPage) co_return;
    after = std::move(ids.back());
  }
}

std::optional<std::string> LocalStorage::nameOf(const persist::ActorRef& actor) {
  try {
    auto name = store_.synchronousReads()->get(actor, persist::RecordKind::metadata, kNameKey);
    return name ? std::optional(*name) : std::nullopt;
  } catch (const persist::StoreError&) {
    // It is damaged, and is called by its id.
    return std::nullopt;
  }
}

io::Pending<std::vector<StoredObject>> LocalStorage::objects(std::string uniqueKey,
                                                             std::string after, std::size_t limit) {
  return io::start(executor_, nameObjects(std::move(uniqueKey), std::move(after), limit));
}

io::net::awaitable<std::vector<StoredObject>> LocalStorage::nameObjects(std::string uniqueKey,
                                                                        std::string after,
                                                                        std::size_t limit) {
  auto reading = store_.actors(uniqueKey, std::move(after), limit);
  auto ids = co_await std::move(reading).wait();
  std::vector<StoredObject> found;
  for (auto& id : ids) {
    persist::ActorRef actor{uniqueKey, id};
    StoredObject object;
    object.id = std::move(id);
    object.name = nameOf(actor);
    if (living_) {
      auto sockets = living_->sockets(actor);
      object.sockets = sockets.open;
      object.hibernating = sockets.hibernating;
    }
    found.push_back(std::move(object));
  }
  co_return found;
}

io::Pending<StoredRecords> LocalStorage::records(persist::ActorRef actor, persist::Range range) {
  return io::start(executor_, readRecords(std::move(actor), std::move(range)));
}

io::net::awaitable<StoredRecords> LocalStorage::readRecords(persist::ActorRef actor,
                                                            persist::Range range) {
  StoredRecords found;
  const bool reverse = range.reverse;
  auto listing = store_.list(actor, persist::RecordKind::keyValue, std::move(range));
  try {
    found.alarm = store_.synchronousReads()->getAlarm(actor);
  } catch (const persist::StoreError&) {
    // A reader that starts from the end has been told already.
    if (!reverse) throw;
  }
  found.pairs = co_await std::move(listing).wait();
  co_return found;
}

// ---- Changing ----

io::net::awaitable<io::Resolver<void>> LocalStorage::hold(persist::ActorRef actor) {
  const auto deadline = std::chrono::steady_clock::now() + kBusyPatience;
  for (;;) {
    auto channel = io::makePending<void>();
    if (!living_ || living_->hold(actor, std::move(channel.pending))) {
      co_return std::move(channel.resolver);
    }
    if (std::chrono::steady_clock::now() > deadline) break;
    io::net::steady_timer pause(executor_, kBusyPause);
    co_await pause.async_wait(io::net::use_awaitable);
  }
  throw ObjectBusy(
      "the object is at work in the running server; try again when it has nothing under way");
}

io::Pending<std::uint64_t> LocalStorage::change(StoredChange change) {
  return io::start(executor_, commitChange(std::move(change)));
}

io::net::awaitable<std::uint64_t> LocalStorage::commitChange(StoredChange change) {
  persist::Batch batch{change.actor, {}};
  if (change.name) batch.changes.push_back(metadata(kNameKey, std::move(*change.name)));
  if (!change.puts.empty()) {
    batch.changes.push_back(persist::Put{persist::RecordKind::keyValue, std::move(change.puts)});
  }
  if (!change.deletes.empty()) {
    batch.changes.push_back(
        persist::Delete{persist::RecordKind::keyValue, std::move(change.deletes), true});
  }
  if (change.alarm) batch.changes.push_back(persist::SetAlarm{*change.alarm});
  auto holding = hold(change.actor);
  auto held = co_await std::move(holding);
  auto committing = store_.commit(std::move(batch));
  auto deleted = co_await std::move(committing).wait();
  if (living_ && change.alarm) living_->alarmChanged(change.actor, change.alarm);
  held.resolve();
  std::uint64_t sum = 0;
  for (auto count : deleted) sum += count;
  co_return sum;
}

io::Pending<void> LocalStorage::erase(persist::ActorRef actor) {
  return io::start(executor_, eraseObject(std::move(actor)));
}

io::net::awaitable<void> LocalStorage::eraseObject(persist::ActorRef actor) {
  auto holding = hold(actor);
  auto held = co_await std::move(holding);
  auto erasing = store_.erase(actor);
  co_await std::move(erasing).wait();
  if (living_) living_->alarmChanged(actor, std::nullopt);
  held.resolve();
}

io::Pending<void> LocalStorage::forgetDeleted() {
  return io::start(executor_, writeTableWithoutDeleted());
}

io::net::awaitable<void> LocalStorage::writeTableWithoutDeleted() {
  std::string before = tableText();
  if (before.empty()) co_return;
  ClassTable table(before);
  table.forgetDeleted();
  persist::Batch batch{{}, {}};
  batch.changes.push_back(metadata(kTableKey, table.toText()));
  auto committing = store_.commit(std::move(batch));
  co_await std::move(committing).wait();
}

}  // namespace lathe::cli
