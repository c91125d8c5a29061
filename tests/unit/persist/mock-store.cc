#include "tests/unit/persist/mock-store.h"

#include <stdexcept>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

namespace lathe::persist {
namespace {

template <class Items, class Describe>
std::string joined(const Items& items, const char* between, Describe describe) {
  std::string text;
  for (const auto& item : items) {
    if (&item != &items.front()) text += between;
    text += describe(item);
  }
  return text;
}

std::string itself(const std::string& text) { return text; }
std::string assignment(const Pair& pair) { return pair.key + "=" + *pair.value; }
std::string number(AlarmTime time) { return std::to_string(time.time_since_epoch().count()); }

std::string describe(const Change& change) {
  if (auto* put = std::get_if<Put>(&change)) {
    const bool metadata = put->kind == RecordKind::metadata;
    return (metadata ? "put metadata " : "put ") + joined(put->pairs, ",", assignment);
  }
  if (auto* gone = std::get_if<Delete>(&change)) {
    return (gone->counted ? "delete# " : "delete ") + joined(gone->keys, ",", itself);
  }
  if (auto* set = std::get_if<SetAlarm>(&change)) return "setAlarm " + number(set->time);
  if (auto* gone = std::get_if<DeleteAlarm>(&change)) {
    return "deleteAlarm" + (gone->onlyAt ? " " + number(*gone->onlyAt) : "");
  }
  return "deleteAll";
}

std::string describe(const Value& value) { return value ? *value : "none"; }
std::string describe(const std::vector<Pair>& pairs) { return joined(pairs, " ", assignment); }
std::string describe(const std::optional<AlarmTime>& time) { return time ? number(*time) : "none"; }
std::string describe(std::uint64_t count) { return std::to_string(count); }

std::vector<Pair> pairsOf(const Texts& texts) { return putOf(texts).pairs; }

template <class T>
Result resultOf(io::Pending<T> pending) {
  return Result::later<T>(std::move(pending), [](io::Outcome<T>& outcome) -> std::string {
    if constexpr (std::is_void_v<T>) {
      outcome.take();
      return "done";
    } else {
      return describe(outcome.take());
    }
  });
}

template <class T>
Result resultOf(NowOrLater<T> result) {
  if (auto* now = std::get_if<T>(&result)) return Result::now(describe(*now));
  return resultOf(std::get<1>(std::move(result)));
}

Result resultOf(std::optional<io::Pending<void>> pending) {
  return pending ? resultOf(std::move(*pending)) : Result::now("none");
}

}  // namespace

// ---- The store ----

template <class T>
io::Pending<T> MockStore::ask(
    std::string text, std::function<void(Request&, std::shared_ptr<io::Resolver<T>>)> wire) {
  auto channel = io::makePending<T>();
  auto resolver = std::make_shared<io::Resolver<T>>(std::move(channel.resolver));
  Request request;
  request.text = std::move(text);
  request.fail_ = [resolver](std::exception_ptr error) { resolver->reject(std::move(error)); };
  request.wanted_ = [resolver] { return resolver->wanted(); };
  wire(request, resolver);
  requests.push_back(std::move(request));
  return std::move(channel.pending);
}

io::Pending<Value> MockStore::get(const ActorRef&, RecordKind, std::string key) {
  return ask<Value>("get " + key, [](Request& request, auto resolver) {
    request.give_ = [resolver](const Texts& texts) {
      resolver->resolve(texts.empty() ? nullptr : valueOf(texts.front().second));
    };
  });
}

io::Pending<std::vector<Pair>> MockStore::getMultiple(const ActorRef&, RecordKind,
                                                      std::vector<std::string> keys) {
  return ask<std::vector<Pair>>(
      "getMultiple " + joined(keys, ",", itself), [](Request& request, auto resolver) {
        request.give_ = [resolver](const Texts& texts) { resolver->resolve(pairsOf(texts)); };
      });
}

io::Pending<std::vector<Pair>> MockStore::list(const ActorRef&, RecordKind, Range range) {
  // A byte 0 is written as "0".
  auto shown = [](std::string key) {
    for (char& byte : key) byte = byte == '\0' ? '0' : byte;
    return key;
  };
  std::string text = "list " + shown(range.start) + ".." + shown(range.end.value_or(""));
  if (range.limit) text += " limit " + std::to_string(*range.limit);
  if (range.reverse) text += " reverse";
  return ask<std::vector<Pair>>(text, [](Request& request, auto resolver) {
    request.give_ = [resolver](const Texts& texts) { resolver->resolve(pairsOf(texts)); };
  });
}

io::Pending<std::optional<AlarmTime>> MockStore::getAlarm(const ActorRef&) {
  return ask<std::optional<AlarmTime>>("getAlarm", [](Request& request, auto resolver) {
    request.giveAlarm_ = [resolver](std::optional<std::int64_t> time) {
      resolver->resolve(time ? std::optional(at(*time)) : std::nullopt);
    };
  });
}

io::Pending<BatchResult> MockStore::commit(Batch batch) {
  std::vector<bool> counted;
  for (const Change& change : batch.changes) {
    auto* deletion = std::get_if<Delete>(&change);
    auto* alarm = std::get_if<DeleteAlarm>(&change);
    counted.push_back((deletion && deletion->counted) || alarm ||
                      std::holds_alternative<DeleteAll>(change));
  }
  return ask<BatchResult>(
      joined(batch.changes, "; ", [](const Change& change) { return describe(change); }),
      [counted](Request& request, auto resolver) {
        request.done_ = [resolver, counted](const std::vector<std::uint64_t>& counts) {
          BatchResult result;
          auto count = counts.begin();
          for (bool counts_ : counted) {
            result.push_back(counts_ && count != counts.end() ? *count++ : 0);
          }
          resolver->resolve(std::move(result));
        };
      });
}

io::Pending<std::vector<ActorStore::Alarm>> MockStore::alarms() {
  throw std::logic_error("not asked by a cache");
}
io::Pending<std::vector<std::string>> MockStore::spaces() {
  throw std::logic_error("not asked by a cache");
}
io::Pending<std::vector<std::string>> MockStore::actors(std::string, std::string, std::size_t) {
  throw std::logic_error("not asked by a cache");
}
io::Pending<void> MockStore::erase(ActorRef) { throw std::logic_error("not asked by a cache"); }

// ---- Results ----

Result Result::now(std::string text) {
  Result result;
  *result.text_ = std::move(text);
  return result;
}

template <class T>
Result Result::later(io::Pending<T> pending,
                     std::function<std::string(io::Outcome<T>&)> describeIt) {
  Result result;
  auto kept = std::make_shared<io::Pending<T>>(std::move(pending));
  result.pending_ = kept;
  kept->then([text = result.text_, describeIt](io::Outcome<T> outcome) {
    try {
      *text = describeIt(outcome);
    } catch (const std::exception& error) {
      *text = std::string("failed: ") + error.what();
    }
  });
  return result;
}

std::ostream& operator<<(std::ostream& out, const Result& result) { return out << result.text(); }

// ---- Operations ----

Result In::get(const std::string& key, ReadOptions options) {
  return resultOf(storage.get(key, options));
}
Result In::get(const std::vector<std::string>& keys, ReadOptions options) {
  return resultOf(storage.get(keys, options));
}
Result In::list(Range range, ReadOptions options) {
  return resultOf(storage.list(std::move(range), options));
}
Result In::getAlarm(ReadOptions options) { return resultOf(storage.getAlarm(options)); }
Result In::put(const Texts& texts, WriteOptions options) {
  auto pairs = pairsOf(texts);
  return resultOf(storage.put(pairs, options));
}
Result In::setAlarm(std::optional<std::int64_t> milliseconds, WriteOptions options) {
  return resultOf(
      storage.setAlarm(milliseconds ? std::optional(at(*milliseconds)) : std::nullopt, options));
}
Result In::erase(const std::vector<std::string>& keys, WriteOptions options) {
  return resultOf(storage.erase(keys, options));
}

// ---- The cache and its owner ----

CacheTest::CacheTest(Options options) : lru(options.limits) {
  cache.emplace(loop.get_executor(), store, ActorRef{"space", "actor"}, lru, *this,
                ActorCache::Options{.synchronous = false,
                                    .neverFlush = options.neverFlush,
                                    .metadata = std::move(options.metadata)});
}

Result CacheTest::deleteAll(ActorCache::AlarmToo alarm, WriteOptions options) {
  return resultOf(cache->deleteAll(alarm, options));
}
Result CacheTest::sync() { return resultOf(cache->sync()); }
Result CacheTest::beforeEntry() { return resultOf(cache->beforeEntry()); }

MockStore::Request CacheTest::expect(const std::string& text) {
  if (store.requests.empty()) turn();
  REQUIRE_MESSAGE(!store.requests.empty(), "nothing is asked, but should be: ", text);
  auto request = std::move(store.requests.front());
  store.requests.pop_front();
  CHECK(request.text == text);
  return request;
}

void CacheTest::quiet() {
  turn();
  for (const auto& request : store.requests) FAIL_CHECK("asked: ", request.text);
}

void CacheTest::turn() {
  loop.restart();
  loop.poll();
}

void CacheTest::know(const Texts& texts) {
  for (const auto& [key, value] : texts) {
    auto result = get(key);
    auto request = expect("get " + key);
    request.give(value == "none" ? Texts() : Texts{{key, value}});
    CHECK(result == value);
  }
}

std::string CacheTest::gate() const {
  std::string state = "open";
  for (const Result& hold : holds_) {
    if (hold == "pending") state = "shut";
    if (hold.text().starts_with("failed: ")) return hold.text().substr(8);
  }
  return state;
}

void CacheTest::holdOutput(io::Pending<void> flush) {
  holds_.push_back(resultOf(std::move(flush)));
}

}  // namespace lathe::persist
