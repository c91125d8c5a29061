// Writes to a store until it is killed, and tells what was confirmed; or checks what a killed one
// left.
//
//   store-writer write FOLDER [os]   one line for each batch: "confirmed ACTOR NUMBER", "failed
//   ACTOR
//                                    NUMBER REASON TEXT" (then it is tried again)
//   store-writer check FOLDER        one line for each actor: "stored ACTOR NUMBER"; "torn ACTOR
//   WHY"
//
// Every actor writes batches with numbers that go up. A batch changes several records, each of
// which says the number; so a store that holds different ones has torn a batch.

#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

#include "persist/lmdb-store.h"

namespace {

using namespace lathe;
using namespace lathe::persist;

constexpr int kActors = 8;
constexpr int kParts = 5;

ActorRef actorOf(int index) {
  return {index % 2 ? "rooms" : "clocks", "actor " + std::to_string(index)};
}

// Some in a node, whose keys are longer than LMDB's.
std::string partKey(int part) {
  return (part % 2 ? std::string(1500, 'k') : "") + "part " + std::to_string(part);
}

Value textOf(std::uint64_t number, std::size_t padding = 0) {
  return std::make_shared<const std::string>(std::to_string(number) + " " +
                                             std::string(padding, '.'));
}

std::uint64_t numberIn(const Value& value) { return value ? std::stoull(*value) : 0; }

// One line, in one write: what was confirmed must be heard even if the next instruction never runs.
void say(const std::string& line) {
  const std::string whole = line + "\n";
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::_Exit(3);
}

const char* nameOf(StoreError::Reason reason) {
  switch (reason) {
    case StoreError::Reason::invalid:
      return "invalid";
    case StoreError::Reason::disconnected:
      return "disconnected";
    case StoreError::Reason::diskFull:
      return "diskFull";
    case StoreError::Reason::failed:
      return "failed";
  }
  return "unknown";
}

// ---- Writing ----

class Writer {
 public:
  Writer(boost::asio::io_context& loop, LmdbStore& store, int index)
      : loop_(loop), store_(store), index_(index), random_(std::random_device()()) {
    number_ =
        numberIn(store_.synchronousReads()->get(actorOf(index), RecordKind::metadata, "number"));
  }

  void next() {
    ++number_;
    commit();
  }

 private:
  void commit() {
    const std::string about = std::to_string(index_) + " " + std::to_string(number_);
    pending_ = store_.commit(batch());
    pending_.then([this, about](io::Outcome<BatchResult> outcome) {
      try {
        outcome.take();
        say("confirmed " + about);
        boost::asio::post(loop_, [this] { next(); });
      } catch (const StoreError& error) {
        say("failed " + about + " " + nameOf(error.reason()) + " " + error.what());
        pause_.expires_after(std::chrono::milliseconds(10));
        pause_.async_wait([this](boost::system::error_code) { commit(); });
      }
    });
  }

  Batch batch() {
    Batch batch{actorOf(index_), {}};
    if (random_() % 10 == 0) batch.changes.emplace_back(DeleteAll{});
    Put put;
    for (int part = 0; part < kParts; ++part) {
      // Mostly small; now and then so large that the map must grow.
      const std::size_t padding = random_() % 20 ? random_() % 200 : random_() % 300'000;
      put.pairs.push_back({partKey(part), textOf(number_, padding)});
    }
    batch.changes.emplace_back(std::move(put));
    batch.changes.emplace_back(Put{RecordKind::metadata, {{"number", textOf(number_)}}});
    batch.changes.emplace_back(
        SetAlarm{AlarmTime(std::chrono::milliseconds(static_cast<std::int64_t>(number_)))});
    return batch;
  }

  boost::asio::io_context& loop_;
  LmdbStore& store_;
  const int index_;
  std::mt19937 random_;
  std::uint64_t number_ = 0;
  boost::asio::steady_timer pause_{loop_};
  io::Pending<BatchResult> pending_;
};

int write(const LmdbStore::Options& options) {
  boost::asio::io_context loop;
  LmdbStore store(loop.get_executor(), options);
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < kActors; ++i) {
    writers.push_back(std::make_unique<Writer>(loop, store, i));
    writers.back()->next();
  }
  loop.run();
  return 0;
}

// ---- Checking ----

std::string tornness(SynchronousReads& reads, const ActorRef& actor, std::uint64_t number) {
  const auto pairs = reads.list(actor, RecordKind::keyValue, {});
  if (pairs.size() != (number ? kParts : 0))
    return "has " + std::to_string(pairs.size()) + " parts";
  for (const auto& [key, value] : pairs) {
    if (numberIn(value) != number) return "a part says " + std::to_string(numberIn(value));
  }
  const auto alarm = reads.getAlarm(actor);
  const auto time = alarm ? static_cast<std::uint64_t>(alarm->time_since_epoch().count()) : 0;
  if (time != number) return "the alarm says " + std::to_string(time);
  return "";
}

int check(const LmdbStore::Options& options) {
  boost::asio::io_context loop;
  LmdbStore store(loop.get_executor(), options);
  SynchronousReads& reads = *store.synchronousReads();
  std::uint64_t withAlarm = 0;
  for (int i = 0; i < kActors; ++i) {
    const ActorRef actor = actorOf(i);
    const auto number = numberIn(reads.get(actor, RecordKind::metadata, "number"));
    withAlarm += number ? 1 : 0;
    const auto torn = tornness(reads, actor, number);
    say((torn.empty() ? "stored " : "torn ") + std::to_string(i) + " " + std::to_string(number) +
        (torn.empty() ? "" : ", but " + torn));
  }
  auto alarms = store.alarms();
  alarms.then([&](io::Outcome<std::vector<ActorStore::Alarm>> outcome) {
    const auto all = outcome.take();
    if (all.size() != withAlarm) say("torn index: " + std::to_string(all.size()) + " alarms");
    for (const auto& [actor, time] : all) {
      if (reads.getAlarm(actor) != time) say("torn index: another time for " + actor.actor);
    }
  });
  loop.run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  LmdbStore::Options options;
  options.folder = arguments[2];
  options.mapBytes = 256 << 10;
  if (count > 3 && std::strcmp(arguments[3], "os") == 0) {
    options.durability = LmdbStore::Durability::os;
  }
  try {
    return std::strcmp(arguments[1], "check") == 0 ? check(options) : write(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
