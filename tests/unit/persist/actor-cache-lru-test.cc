#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "persist/cache-entry.h"
#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {
namespace {

// Room for so many entries with short keys, and values that their keys and they take 4 bytes.
constexpr std::size_t roomFor(std::size_t entries) { return entries * (sizeof(CacheEntry) + 4); }

CacheTest::Options soft(std::size_t entries) {
  CacheTest::Options options;
  options.limits.softBytes = roomFor(entries);
  return options;
}

CacheTest::Options swept() {
  CacheTest::Options options;
  options.limits.staleAfter = {};
  return options;
}

// "bar baz foo", and the markers of the range a..z.
void learnRange(CacheTest& test) {
  auto list = test.list(within("a", "z"));
  test.expect("list a..z").give({{"bar", "1"}, {"baz", "2"}, {"foo", "3"}});
}

// Which of these the cache has to ask the store for. Nothing is learnt by it.
std::string misses(CacheTest& test, const std::vector<std::string>& keys) {
  std::string missing;
  for (const std::string& key : keys) {
    auto read = test.get(key, kReadNoCache);
    if (!(read == "pending")) continue;
    missing += (missing.empty() ? "" : " ") + key;
    test.expect("get " + key).give({});
  }
  return missing;
}

}  // namespace

TEST_CASE("AC-76: above the soft limit the longest unused goes") {
  CacheTest test(soft(1));
  test.know({{"foo", "1"}, {"bar", "2"}});
  CHECK(misses(test, {"foo", "bar"}) == "foo");
}

TEST_CASE("AC-77: what was used last stays") {
  CacheTest test(soft(3));
  test.know({{"foo", "1"}, {"bar", "2"}, {"baz", "3"}});
  CHECK(test.get("foo") == "1");
  test.know({{"qux", "4"}, {"fum", "5"}});
  CHECK(misses(test, {"foo", "bar", "baz", "qux", "fum"}) == "bar baz");
}

TEST_CASE("AC-78: what is dirty stays, and goes in its turn when it is stored") {
  CacheTest test(soft(1));
  test.put({{"foo", "1"}});
  test.put({{"bar", "2"}});
  test.put({{"baz", "3"}});
  CHECK(test.get("foo") == "1");
  auto flush = test.expect("put foo=1,bar=2,baz=3");
  CHECK(misses(test, {"foo", "bar", "baz"}) == "");
  CHECK(test.lru.bytes() == roomFor(3));
  flush.done();
  CHECK(misses(test, {"foo", "bar", "baz"}) == "foo bar");
}

TEST_CASE("AC-79: with no room at all reads succeed, and nothing stays") {
  CacheTest test({.limits = {.softBytes = 1}});
  auto read = test.get({"foo", "bar", "baz"});
  test.expect("getMultiple bar,baz,foo").give({{"bar", "1"}, {"foo", "2"}});
  CHECK(read == "bar=1 foo=2");
  CHECK(test.lru.bytes() == 0);
}

TEST_CASE("AC-80: what is not used between two sweeps goes") {
  CacheTest test(swept());
  test.know({{"foo", "1"}, {"bar", "2"}});
  CHECK(test.beforeEntry() == "none");
  CHECK(test.get("foo") == "1");
  test.beforeEntry();
  CHECK(misses(test, {"foo", "bar"}) == "bar");
  test.beforeEntry();
  CHECK(misses(test, {"foo"}) == "foo");
  CHECK(test.lru.bytes() == 0);
}

TEST_CASE("AC-80: sweeps are made once in a while only") {
  CacheTest test({.limits = {.staleAfter = std::chrono::hours(1)}});
  test.know({{"foo", "1"}});
  for (int entry = 0; entry < 5; ++entry) test.beforeEntry();
  CHECK(misses(test, {"foo"}) == "");
}

TEST_CASE("AC-81: when too much is dirty writers are to wait") {
  CacheTest::Options options;
  options.limits.dirtyBytes = roomFor(2);
  CacheTest test(options);
  test.know({{"bar", "0"}});
  CHECK(test.put({{"foo", "1"}}) == "none");
  CHECK(test.put({{"bar", "2"}}) == "none");
  CHECK(test.beforeEntry() == "none");
  auto put = test.put({{"baz", "3"}});
  CHECK(put == "pending");
  auto erased = test.erase({"bar"});
  CHECK(erased == "pending");
  auto entry = test.beforeEntry();
  CHECK(entry == "pending");
  auto flush = test.expect("delete bar; put foo=1,baz=3");
  CHECK(put == "pending");
  flush.done();
  CHECK(put == "done");
  CHECK(erased == "1");
  CHECK(entry == "done");
  CHECK(test.cache->dirtyBytes() == 0);
}

TEST_CASE("AC-82, AC-84, AC-85: what is evicted takes the gaps beside it along") {
  struct Row {
    const char* evicted;
    std::vector<std::string> used;
    const char* missing;
  };
  const Row rows[] = {
      {"in the middle", {"a", "bar", "foo", "z"}, "bas bay baz bb fo"},
      {"the first that exists", {"a", "baz", "foo", "z"}, "aa b bar bas bay"},
      {"the last", {"a", "bar", "baz", "z"}, "bb fo foo goo"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.evicted);
    CacheTest test(swept());
    learnRange(test);
    test.know({{"z", "4"}});
    test.beforeEntry();
    for (const std::string& key : row.used) test.get(key);
    test.beforeEntry();
    CHECK(misses(test, {"a", "aa", "b", "bar", "bas", "bay", "baz", "bb", "fo", "foo", "goo",
                        "z"}) == row.missing);
  }
}

TEST_CASE("AC-83: the marker at the end of a range takes the gap before it along") {
  CacheTest test(swept());
  learnRange(test);
  test.beforeEntry();
  for (const std::string key : {"a", "bar", "baz", "foo"}) test.get(key);
  test.beforeEntry();
  CHECK(misses(test, {"a", "b", "bar", "baz", "fa", "foo", "goo"}) == "goo");
}

TEST_CASE("AC-86: a list that is swept away leaves nothing") {
  CacheTest test(swept());
  learnRange(test);
  CHECK(test.lru.bytes() > 0);
  test.beforeEntry();
  test.beforeEntry();
  CHECK(test.lru.bytes() == 0);
}

TEST_CASE("AC-88: a list for which there is no room leaves nothing wrong beside it") {
  CacheTest test(soft(1));
  test.know({{"aaa", "1"}});
  auto list = test.list(within("bar", "qux"));
  test.expect("list bar..qux").give({{"bar", "1"}, {"baz", "2"}, {"foo", "3"}});
  CHECK(list == "bar=1 baz=2 foo=3");
  CHECK(misses(test, {"aab", "bar", "bas", "baz", "foo", "fop", "quw"}) ==
        "aab bar bas baz foo fop quw");
}

TEST_CASE("AC-87: a list gives also what was evicted while it was read") {
  for (bool reverse : {false, true}) {
    CAPTURE(reverse);
    CacheTest test(soft(1));
    auto range = within("a", "z");
    range.reverse = reverse;
    const std::string known = reverse ? "x" : "a";
    test.know({{known, "1"}});
    if (reverse) test.erase({"x"}).drop();
    auto list = test.list(range);
    auto answer = test.expect(reverse ? "list a..z reverse" : "list a0..z");
    auto other = test.get("other");
    test.expect("get other").give({{"other", "2"}});
    Texts found{{"b", "3"}, {"c", "4"}};
    if (reverse) found = {{"x", "1"}, {"c", "4"}, {"b", "3"}};
    answer.give(found);
    CHECK(list == (reverse ? "c=4 b=3" : "a=1 b=3 c=4"));
    if (reverse) test.expect("delete x").done();
    CHECK(test.lru.bytes() <= roomFor(1));
    CHECK(misses(test, {"a", "ab", "b", "bb", "c", "d"}) == "a ab b bb c d");
  }
}

TEST_CASE("AC-89: a read that is too large ends the actor") {
  CacheTest::Options options;
  options.limits.softBytes = 1'000;
  options.limits.hardBytes = 100'000;
  CacheTest test(options);
  const std::string large(60'000, 'x');
  std::string request;
  std::optional<Result> read;
  Texts found{{"foo", large}, {"fop", large}};
  SUBCASE("a list") {
    read = test.list(from("a"));
    request = "list a..";
  }
  SUBCASE("a list without the cache") {
    read = test.list(from("a"), kReadNoCache);
    request = "list a..";
  }
  SUBCASE("a reverse list") {
    read = test.list(reversed(from("a")));
    request = "list a.. reverse";
    std::swap(found[0], found[1]);
  }
  SUBCASE("many keys") {
    read = test.get({"fom", "foo", "fop"});
    request = "getMultiple fom,foo,fop";
  }
  SUBCASE("one, when the rest is dirty") {
    test.put({{"dirty", large}});
    read = test.get("foo");
    request = "get foo";
  }
  auto answer = test.expect(request);
  auto other = test.get("other");
  auto otherAnswer = test.expect("get other");
  answer.give(found);
  CHECK(read->text().starts_with(
      "failed: Durable Object's isolate exceeded its memory limit due to overflowing the storage "
      "cache."));
  CHECK("failed: " + test.gate() == read->text());
  CHECK(other == read->text());
  CHECK_FALSE(otherAnswer.wanted());
  CHECK(test.lru.bytes() == 0);
  CHECK_THROWS(test.put({{"foo", "1"}}));
  test.quiet();
}

TEST_CASE("AC-89: what can be evicted makes room for a large read") {
  CacheTest::Options options;
  options.limits.softBytes = options.limits.hardBytes = 100'000;
  CacheTest test(options);
  const std::string large(60'000, 'x');
  test.know({{"old", large}});
  auto list = test.list(from("p"));
  test.expect("list p..").give({{"q", large}});
  CHECK(list.text() == "q=" + large);
  CHECK(test.gate() == "open");
  CHECK(misses(test, {"old"}) == "old");
}

TEST_CASE("AC-89, AC-90: reads under way end with the actor whose writes are too large") {
  CacheTest::Options options;
  options.limits.softBytes = options.limits.hardBytes = 100'000;
  CacheTest test(options);
  test.put({{"dirty", std::string(90'000, 'x')}});
  auto list = test.list(from("a"));
  auto answer = test.expect("list a..");
  test.put({{"more", std::string(900, 'x')}});
  CHECK(test.gate() == "shut");
  std::string text;
  try {
    test.put({{"foo", std::string(50'000, 'x')}});
  } catch (const std::exception& error) {
    text = error.what();
  }
  CHECK(
      text.starts_with("Durable Object's isolate exceeded its memory limit due to overflowing "
                       "the storage cache."));
  CHECK(test.gate() == text);
  CHECK(list == "failed: " + text);
  CHECK_FALSE(answer.wanted());
  CHECK(test.lru.bytes() == 0);
  CHECK_THROWS(test.get("foo"));
  test.quiet();
}

TEST_CASE("AC-90: writes that are too large end the actor") {
  CacheTest::Options options;
  options.limits.softBytes = options.limits.hardBytes = 1'000;
  CacheTest test(options);
  CHECK_THROWS(test.put({{"foo", std::string(1'000, 'x')}}));
  CHECK(test.gate().starts_with("Durable Object's isolate exceeded its memory limit"));
  test.quiet();
}

TEST_CASE("the limits are those of all actors together") {
  CacheTest one(soft(2));
  MockStore store;
  ActorCache other(one.loop.get_executor(), store, {"space", "other"}, one.lru, one, {});
  one.know({{"foo", "1"}, {"bar", "2"}});
  auto read = In{other}.get("baz");
  store.requests.front().give({{"baz", "3"}});
  CHECK(read == "3");
  CHECK(misses(one, {"foo", "bar"}) == "foo");
}

}  // namespace lathe::persist
