// Random operations on a cache, beside the same on a std::map. LATHE_SEED replays a run.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "persist/actor-cache.h"
#include "persist/cache-failure.h"
#include "tests/unit/persist/actor-cache-model-store.h"

namespace lathe::persist {
namespace {

using Records = std::map<std::string, std::string>;
using AlarmToo = ActorCache::AlarmToo;

struct Setting {
  std::string title;
  ActorCache::Options options;
  CacheLru::Limits limits;
  ModelStore::Failures failures;
  std::size_t operations;
};

// Few enough that operations meet, with neighbours that only just differ.
const std::vector<std::string> kKeys = {"",     std::string(1, '\0'),
                                        "a",    std::string("a\0", 2),
                                        "aa",   "ab",
                                        "b",    "ba",
                                        "bb",   "bbb",
                                        "c",    "ca",
                                        "d",    "da",
                                        "e",    "f",
                                        "foo",  "foo1",
                                        "foo2", "g",
                                        "h",    "\x7f",
                                        "\x80", "\xff\xff"};

// A cache, its owner, the store beneath, and what all that should look like.
class Run final : public CacheOwner {
 public:
  Run(const Setting& setting, std::uint64_t seed)
      : setting_(setting), random_(seed), store_(random_, setting.failures), lru_(setting.limits) {
    open();
  }

  void operate() {
    for (std::size_t i = 0; i < setting_.operations; ++i) {
      const unsigned kind = roll(100);
      if (kind < 84) {
        change(*cache_, model_, 0);
      } else if (kind < 88) {
        transact(*cache_, model_, 1);
        note();
      } else if (kind < 90) {
        deleteAll();
      } else if (kind < 92) {
        keepIf(cache_->beforeEntry());
      } else if (kind < 94) {
        sync();
      } else if (kind < 95) {
        handleAlarm();
      } else {
        loop_.restart();
        loop_.poll();
      }
      for (unsigned steps = roll(4); steps > 0; --steps) store_.step();
      if (broken_) reopen();
      if (roll(40) == 0) settle();
    }
    settle();
  }

 private:
  void holdOutput(io::Pending<void> flush) override {
    const std::size_t version = forgotten_ + states_.size();
    keep<void>(std::move(flush), [this, version](io::Outcome<void>& outcome) {
      if (outcome.failed()) {
        broken_ = true;
      } else {
        durable(version);
      }
    });
  }

  // ---- Operations, on the cache and on transactions ----

  void change(ActorStorage& storage, Records& model, int depth) {
    const ReadOptions read{.noCache = roll(8) == 0};
    const WriteOptions write{.allowUnconfirmed = roll(4) == 0, .noCache = roll(8) == 0};
    switch (roll(11)) {
      case 0:
      case 1:
      case 2: {
        const std::string key = anyKey();
        auto found = model.find(key);
        std::string expected = found == model.end() ? "(none)" : found->second;
        expect<Value>(storage.get(key, read), [expected](const Value& value) {
          return (value ? *value : "(none)") == expected;
        });
        break;
      }
      case 3: {
        auto keys = someKeys();
        Records expected;
        for (const std::string& key : keys) {
          if (auto found = model.find(key); found != model.end()) expected.insert(*found);
        }
        expect<std::vector<Pair>>(storage.get(keys, read),
                                  [expected](const std::vector<Pair>& pairs) {
                                    return same(pairs, {expected.begin(), expected.end()});
                                  });
        break;
      }
      case 4:
      case 5:
        list(storage, model, read);
        break;
      case 6:
      case 7:
      case 8: {
        std::vector<Pair> pairs;
        const unsigned count = roll(3) == 0 ? 1 + roll(6) : 1;
        for (unsigned i = 0; i < count; ++i) {
          auto value = std::make_shared<const std::string>(1 + roll(30), char('p' + roll(3)));
          pairs.push_back({anyKey(), value});
          model[pairs.back().key] = *value;
        }
        keepIf(storage.put(pairs, write));
        if (depth == 0) note();
        break;
      }
      case 9: {
        auto keys = someKeys();
        std::uint64_t expected = 0;
        for (const std::string& key : keys) expected += model.erase(key);
        // What a lost answer deleted is not there to be counted the next time.
        const bool sure = setting_.failures.lostAnswers == 0;
        auto result = storage.erase(keys, write);
        if (roll(4) != 0) {
          expect<std::uint64_t>(std::move(result), [expected, sure](std::uint64_t count) {
            return !sure || count == expected;
          });
        }
        if (depth == 0) note();
        break;
      }
      case 10:
        alarm(storage, read, write, depth);
        break;
    }
  }

  void list(ActorStorage& storage, const Records& model, ReadOptions read) {
    Range range{
        .start = anyKey(), .end = std::nullopt, .limit = std::nullopt, .reverse = roll(2) == 0};
    if (roll(3) == 0) range.start.clear();
    if (roll(2) == 0) range.end = anyKey() + (roll(3) == 0 ? std::string(1, '\0') : "");
    if (roll(2) == 0) range.limit = roll(8);
    std::vector<std::pair<std::string, std::string>> expected;
    for (const auto& pair : model) {
      if (pair.first >= range.start && (!range.end || pair.first < *range.end)) {
        expected.push_back(pair);
      }
    }
    if (range.reverse) std::reverse(expected.begin(), expected.end());
    if (range.limit && expected.size() > *range.limit) expected.resize(*range.limit);
    expect<std::vector<Pair>>(
        storage.list(range, read),
        [expected](const std::vector<Pair>& pairs) { return same(pairs, expected); });
  }

  void alarm(ActorStorage& storage, ReadOptions read, WriteOptions write, int depth) {
    if (roll(2) == 0) {
      const auto expected = alarm_;
      expect<std::optional<AlarmTime>>(
          storage.getAlarm(read),
          [expected](const std::optional<AlarmTime>& time) { return time == expected; });
    } else {
      alarm_ = roll(3) == 0 ? std::nullopt : std::optional(time(roll(5)));
      keepIf(storage.setAlarm(alarm_, write));
      if (depth == 0) {
        ++alarmWrites_;
        note();
      }
    }
  }

  void transact(ActorStorage& storage, Records& model, int depth) {
    Records inner = model;
    const auto alarmBefore = alarm_;
    auto* cache = dynamic_cast<ActorCache*>(&storage);
    auto transaction =
        cache ? cache->begin() : static_cast<ActorCache::Transaction&>(storage).begin();
    for (unsigned left = roll(8); left > 0; --left) {
      if (depth < 3 && roll(6) == 0) {
        transact(*transaction, inner, depth + 1);
      } else {
        change(*transaction, inner, depth);
      }
      if (roll(4) == 0) store_.step();
      if (broken_) return;
    }
    if (roll(3) == 0) {
      alarm_ = alarmBefore;
    } else {
      keepIf(transaction->commit());
      model = std::move(inner);
    }
  }

  void deleteAll() {
    const auto too = roll(2) == 0 ? AlarmToo::yes : AlarmToo::no;
    auto result = cache_->deleteAll(too, {.allowUnconfirmed = roll(4) == 0, .noCache = false});
    model_.clear();
    if (too == AlarmToo::yes) alarm_.reset();
    note();
    keep<std::uint64_t>(std::move(result), [](io::Outcome<std::uint64_t>&) {});
  }

  void sync() {
    const std::size_t version = forgotten_ + states_.size() - 1;
    auto pending = cache_->sync();
    if (!pending) {
      durable(version);
      return;
    }
    keep<void>(std::move(*pending), [this, version](io::Outcome<void>& outcome) {
      if (!outcome.failed()) durable(version);
    });
  }

  void handleAlarm() {
    settle();
    if (!alarm_) return;
    const AlarmTime due = *alarm_;
    if (roll(4) == 0) {
      // Only what the cache knows is compared.
      if (cache_->getAlarm({}).index() != 0) return;
      auto other = cache_->armAlarm(due + std::chrono::hours(1));
      CHECK(std::get<1>(other) == due);
      return;
    }
    auto armed = cache_->armAlarm(due);
    REQUIRE(armed.index() == 0);
    alarm_.reset();
    auto handling = std::move(std::get<0>(armed));
    const std::size_t writesBefore = alarmWrites_;
    for (unsigned left = roll(6); left > 0 && !broken_; --left) {
      change(*cache_, model_, 0);
      store_.step();
      loop_.restart();
      loop_.poll();
    }
    if (broken_) return;
    if (roll(2) == 0) {
      handling->keep();
      if (alarmWrites_ == writesBefore) alarm_ = due;
    } else {
      handling.reset();
    }
    note();
  }

  // ---- The world around ----

  void open() {
    broken_ = false;
    cache_ = std::make_unique<ActorCache>(loop_.get_executor(), store_, ActorRef{"space", "actor"},
                                          lru_, *this, setting_.options);
    states_.assign(1, model_);
  }

  // After a failed flush: what was stored is one of the states since the last that was confirmed.
  void reopen() {
    ++broken;
    CHECK_THROWS_AS(failureOf(*cache_), std::exception);
    cache_.reset();
    waiting_.clear();
    while (store_.step()) {
    }
    matchesSome(confirmed_);
    forgotten_ += states_.size();
    confirmed_ = forgotten_;
    model_ = store_.contents();
    alarm_ = store_.alarm();
    CHECK(lru_.bytes() == 0);
    open();
  }

  // The sync of a broken cache fails.
  static void failureOf(ActorCache& cache) {
    auto pending = cache.sync();
    if (pending && pending->settled()) pending->takeOutcome().take();
  }

  // Until nothing is under way.
  void settle() {
    do {
      loop_.restart();
    } while (loop_.poll() > 0 || store_.step());
    if (broken_) {
      reopen();
      return;
    }
    CHECK(waitingCount() == 0);
    waiting_.clear();
    CHECK(cache_->dirtyBytes() == 0);
    CHECK_FALSE(cache_->sync());
    CHECK(store_.contents() == model_);
    CHECK(store_.alarm() == alarm_);
    CHECK(lru_.bytes() <= setting_.limits.softBytes);
    forgotten_ += states_.size() - 1;
    confirmed_ = forgotten_;
    states_.erase(states_.begin(), states_.end() - 1);
  }

  void note() { states_.push_back(model_); }

  // Everything up to this version was confirmed.
  void durable(std::size_t version) {
    confirmed_ = std::max(confirmed_, version);
    if (roll(8) == 0) matchesSome(confirmed_);
  }

  void matchesSome(std::size_t fromVersion) {
    const Records contents = store_.contents();
    const std::size_t skipped = fromVersion > forgotten_ ? fromVersion - forgotten_ : 0;
    const bool known = skipped >= states_.size()
                           ? contents == model_
                           : std::find(states_.begin() + static_cast<std::ptrdiff_t>(skipped),
                                       states_.end(), contents) != states_.end();
    CHECK_MESSAGE(known, "what is stored is not what the cache held at any time since");
  }

  // ---- Results ----

  static bool same(const std::vector<Pair>& pairs,
                   const std::vector<std::pair<std::string, std::string>>& expected) {
    return std::equal(pairs.begin(), pairs.end(), expected.begin(), expected.end(),
                      [](const Pair& pair, const auto& other) {
                        return pair.key == other.first && *pair.value == other.second;
                      });
  }

  template <class T>
  void expect(NowOrLater<T> result, std::function<bool(const T&)> right) {
    if (auto* now = std::get_if<T>(&result)) {
      if (!right(*now)) FAIL_CHECK("a wrong result at once");
      return;
    }
    CHECK_FALSE(setting_.options.synchronous);
    if (roll(20) == 0) return;  // nobody wants it any more
    keep<T>(std::get<1>(std::move(result)), [this, right](io::Outcome<T>& outcome) {
      if (outcome.failed()) {
        if (setting_.failures.disconnectedReads == 0 && !broken_) FAIL_CHECK("a failed read");
      } else if (!right(outcome.take())) {
        FAIL_CHECK("a wrong result");
      }
    });
  }

  void keepIf(std::optional<io::Pending<void>> pending) {
    if (!pending) return;
    keep<void>(std::move(*pending), [](io::Outcome<void>&) {});
  }

  struct Waiting {
    virtual ~Waiting() = default;
    bool done = false;
  };
  template <class T>
  struct WaitingFor final : Waiting {
    io::Pending<T> pending;
  };

  template <class T>
  void keep(io::Pending<T> pending, std::function<void(io::Outcome<T>&)> heard) {
    auto waiting = std::make_unique<WaitingFor<T>>();
    auto* raw = waiting.get();
    raw->pending = std::move(pending);
    waiting_.push_back(std::move(waiting));
    raw->pending.then([raw, heard = std::move(heard)](io::Outcome<T> outcome) {
      raw->done = true;
      heard(outcome);
    });
  }

  std::size_t waitingCount() const {
    return static_cast<std::size_t>(std::count_if(
        waiting_.begin(), waiting_.end(), [](const auto& waiting) { return !waiting->done; }));
  }

  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  const std::string& anyKey() { return kKeys[roll(static_cast<unsigned>(kKeys.size()))]; }
  std::vector<std::string> someKeys() {
    std::vector<std::string> keys(1 + roll(roll(3) == 0 ? 6 : 1));
    for (std::string& key : keys) key = anyKey();
    return keys;
  }
  static AlarmTime time(unsigned hours) { return AlarmTime(std::chrono::hours(1000 + hours)); }

 public:
  int broken = 0;

 private:
  const Setting& setting_;
  std::mt19937_64 random_;
  boost::asio::io_context loop_;
  ModelStore store_;
  CacheLru lru_;
  Records model_;
  std::optional<AlarmTime> alarm_;
  std::size_t alarmWrites_ = 0;  // outside transactions
  std::vector<std::unique_ptr<Waiting>> waiting_;
  bool broken_ = false;
  // The model after each write since all was stored; the numbers of those before are smaller.
  std::deque<Records> states_;
  std::size_t forgotten_ = 0;
  std::size_t confirmed_ = 0;
  std::unique_ptr<ActorCache> cache_;
};

std::uint64_t seed() {
  const char* given = std::getenv("LATHE_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

std::vector<Setting> settings() {
  using std::chrono::milliseconds;
  const CacheLru::Limits big;
  const CacheLru::Limits tiny{
      .softBytes = 700, .hardBytes = 1u << 30, .dirtyBytes = 500, .staleAfter = milliseconds(0)};
  const ModelStore::Failures none;
  const ModelStore::Failures some{
      .disconnectedReads = 50, .disconnectedCommits = 100, .lostAnswers = 0, .failedCommits = 10};
  const ModelStore::Failures lost{
      .disconnectedReads = 50, .disconnectedCommits = 100, .lostAnswers = 200, .failedCommits = 10};
  std::vector<Setting> all;
  for (bool synchronous : {false, true}) {
    for (bool large : {true, false}) {
      for (const auto& [title, failures] : {std::pair("", none), std::pair(", failures", some),
                                            std::pair(", answers lost", lost)}) {
        all.push_back({std::string(synchronous ? "synchronous" : "asynchronous") +
                           (large ? ", big" : ", tiny") + title,
                       {.synchronous = synchronous, .neverFlush = false},
                       large ? big : tiny,
                       failures,
                       90'000});
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("a cache under random operations is as good as a map") {
  const std::uint64_t first = seed();
  for (const Setting& setting : settings()) {
    INFO(setting.title, ", LATHE_SEED=", first);
    Run run(setting, first);
    run.operate();
    CHECK((run.broken > 0) == (setting.failures.failedCommits > 0));
  }
}

}  // namespace lathe::persist
