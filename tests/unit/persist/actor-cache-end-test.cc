// Waiting for the store, and the end of a cache.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {
namespace {

std::exception_ptr reset() { return std::make_exception_ptr(std::runtime_error("reset")); }

template <class Call>
std::string thrownBy(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("AC-114: sync waits for what was written before it") {
  CacheTest test;
  CHECK(test.sync() == "none");
  std::string batch;
  SUBCASE("a put") {
    test.put({{"foo", "1"}});
    batch = "put foo=1";
  }
  SUBCASE("an unconfirmed put") {
    test.put({{"foo", "1"}}, kUnconfirmed);
    batch = "put foo=1";
  }
  SUBCASE("a delete") {
    test.erase({"foo"}).drop();
    batch = "delete foo";
  }
  SUBCASE("an alarm") {
    test.setAlarm(5);
    batch = "setAlarm 5";
  }
  SUBCASE("deleteAll") {
    auto all = test.deleteAll();
    batch = "deleteAll";
  }
  auto scheduled = test.sync();
  CHECK(scheduled == "pending");
  auto flush = test.expect(batch);
  auto underWay = test.sync();
  CHECK(underWay == "pending");
  test.put({{"later", "2"}});
  auto later = test.sync();
  flush.done();
  // What follows a deleteAll belongs to its flush.
  const std::string first = batch == "deleteAll" ? "pending" : "done";
  CHECK(scheduled == first);
  CHECK(underWay == first);
  CHECK(later == "pending");
  test.expect("put later=2").done();
  test.turn();
  CHECK(scheduled == "done");
  CHECK(underWay == "done");
  CHECK(later == "done");
  CHECK(test.sync() == "none");
}

TEST_CASE("AC-115: an idle cache that is shut down does nothing until it is used") {
  CacheTest test;
  test.cache->shutdown(reset());
  test.quiet();
  CHECK(test.gate() == "open");
  CHECK(thrownBy([&] { test.put({{"foo", "1"}}); }) == "reset");
  CHECK(test.gate() == "reset");
  test.quiet();
}

TEST_CASE("after shutdown every use throws") {
  CacheTest test;
  test.know({{"foo", "1"}});
  test.cache->shutdown(nullptr);
  const std::string text = "Durable Object storage is no longer accessible.";
  CHECK(thrownBy([&] { test.get("foo"); }) == text);
  CHECK(thrownBy([&] { test.get(std::vector<std::string>{"foo"}); }) == text);
  CHECK(thrownBy([&] { test.list(from("")); }) == text);
  CHECK(thrownBy([&] { test.getAlarm(); }) == text);
  CHECK(thrownBy([&] { test.setAlarm(5); }) == text);
  CHECK(thrownBy([&] { test.erase({"foo"}); }) == text);
  CHECK(thrownBy([&] { auto all = test.deleteAll(); }) == text);
  CHECK(thrownBy([&] { test.cache->begin(); }) == text);
  CHECK(thrownBy([&] { test.sync(); }) == text);
  CHECK(thrownBy([&] { test.cache->armAlarm(at(5)); }) == text);
  CHECK(test.beforeEntry() == "none");
  // The first error counts.
  test.cache->shutdown(reset());
  CHECK(thrownBy([&] { test.get("foo"); }) == text);
}

TEST_CASE("AC-116: what is scheduled when the cache is shut down is never sent") {
  CacheTest test;
  SUBCASE("confirmed") { test.put({{"foo", "1"}}); }
  SUBCASE("unconfirmed") { test.put({{"foo", "1"}}, kUnconfirmed); }
  auto counted = test.erase({"bar"});
  auto sync = test.sync();
  auto all = test.deleteAll();
  test.cache->shutdown(reset());
  CHECK(test.gate() == "reset");
  CHECK(sync == "failed: reset");
  CHECK(counted == "failed: reset");
  CHECK(all == "failed: reset");
  test.quiet();
}

TEST_CASE("AC-117: what is under way when the cache is shut down ends as it does") {
  CacheTest test;
  test.put({{"foo", "1"}});
  auto counted = test.erase({"bar"});
  auto flush = test.expect("delete# bar; put foo=1");
  test.cache->shutdown(reset());
  CHECK(test.gate() == "shut");
  flush.done({1});
  CHECK(counted == "1");
  CHECK(test.gate() == "open");
  CHECK(thrownBy([&] { test.get("foo"); }) == "reset");
  CHECK(test.gate() == "reset");
}

TEST_CASE("AC-118: what the store answers to a cache that is gone is not heard") {
  CacheTest test;
  test.put({{"foo", "1"}});
  auto flush = test.expect("put foo=1");
  auto one = test.get("a");
  auto many = test.get({"b", "bb", "c"});
  auto list = test.list(from("d"));
  auto reverse = test.list(reversed(from("d")), kReadNoCache);
  auto alarm = test.getAlarm();
  auto transaction = test.cache->begin();
  auto erased = In{*transaction}.erase({"bar"});
  std::vector<MockStore::Request> reads;
  for (const std::string request : {"get a", "getMultiple b,bb,c", "list d..", "list d.. reverse",
                                    "getAlarm", "getMultiple bar"}) {
    reads.push_back(test.expect(request));
  }
  transaction.reset();
  test.cache.reset();
  const std::string abandoned = std::string("failed: ") + io::Abandoned().what();
  for (const auto& read : std::vector<Result>{one, many, list, reverse, alarm, erased})
    CHECK(read == abandoned);
  for (const auto& read : reads) {
    CHECK_FALSE(read.wanted());
    read.text == "getAlarm" ? read.giveAlarm(5) : read.give({{"d", "1"}});
  }
  flush.done();
  test.turn();
  CHECK(test.lru.bytes() == 0);
  CHECK(test.store.requests.empty());
}

TEST_CASE("AC-119: a cache that never flushes sends nothing") {
  CacheTest::Options options;
  options.neverFlush = true;
  options.limits.dirtyBytes = 1;
  CacheTest test(options);
  CHECK(test.put({{"foo", "1"}, {"bar", "2"}}) == "none");
  CHECK(test.gate() == "open");
  CHECK(test.sync() == "none");
  CHECK(test.beforeEntry() == "none");
  CHECK(test.erase({"bar"}) == "1");
  CHECK(test.get({"bar", "foo", "foo"}) == "foo=1");
  test.setAlarm(5);
  REQUIRE(test.stored.size() == 1);
  CHECK(test.stored[0] == at(5));
  test.quiet();
  auto read = test.get("baz");
  test.expect("get baz").give({{"baz", "3"}});
  CHECK(read == "3");
  auto erased = test.erase({"qux"});
  CHECK(test.get("qux") == "none");
  test.expect("getMultiple qux").give({{"qux", "4"}});
  CHECK(erased == "1");
  CHECK(test.get("qux") == "none");
  CHECK(test.deleteAll() == "0");
  CHECK(test.get("foo") == "none");
  CHECK(test.get("never seen") == "none");
  test.quiet();
}

}  // namespace lathe::persist
