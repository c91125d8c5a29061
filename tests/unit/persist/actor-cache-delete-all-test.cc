#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {
namespace {

constexpr auto kAlarmToo = ActorCache::AlarmToo::yes;

}  // namespace

TEST_CASE(
    "AC-23: deleteAll comes after what was written before it, and before what is written later") {
  CacheTest test;
  test.put({{"foo", "1"}});
  auto counted = test.erase({"bar"});
  test.erase({"baz"}).drop();
  auto all = test.deleteAll();
  test.put({{"qux", "2"}});
  test.put({{"corge", "3"}});
  test.setAlarm(7);
  test.expect("delete# bar; delete baz; put foo=1; setAlarm 7").done({1});
  CHECK(counted == "1");
  CHECK(all == "pending");
  test.expect("deleteAll").done({5});
  CHECK(all == "5");
  CHECK(test.gate() == "shut");
  test.expect("put qux=2,corge=3").done();
  test.quiet();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-24: after deleteAll everything is known") {
  CacheTest test;
  test.know({{"foo", "1"}, {"", "2"}});
  auto all = test.deleteAll();
  test.put({{"bar", "2"}});
  CHECK(test.get("foo") == "none");
  CHECK(test.get("") == "none");
  CHECK(test.get("never seen") == "none");
  CHECK(test.get("bar") == "2");
  CHECK(test.list({}) == "bar=2");
  CHECK(test.erase({"foo"}) == "0");
  test.expect("deleteAll").done({2});
  test.expect("put bar=2").done();
  CHECK(test.get("foo") == "none");
  test.quiet();
}

TEST_CASE("AC-25: deleteAll during a flush") {
  CacheTest test;
  test.put({{"foo", "1"}});
  auto flush = test.expect("put foo=1");
  test.put({{"bar", "2"}});
  auto all = test.deleteAll();
  test.quiet();
  flush.done();
  test.expect("put bar=2").done();
  test.expect("deleteAll").done({2});
  CHECK(all == "2");
  test.quiet();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-26: what is written between two calls of deleteAll is never sent") {
  CacheTest test;
  auto one = test.deleteAll();
  test.put({{"foo", "1"}});
  auto two = test.deleteAll();
  test.put({{"bar", "2"}});
  test.expect("deleteAll").done({3});
  CHECK(one == "3");
  CHECK(two == "0");
  test.expect("put bar=2").done();
  test.quiet();
}

TEST_CASE("AC-27: the alarm goes after the rest") {
  CacheTest test;
  test.setAlarm(5);
  test.expect("setAlarm 5").done();
  auto all = test.deleteAll(kAlarmToo);
  CHECK(test.getAlarm() == "none");
  test.expect("deleteAll").done({0});
  test.expect("deleteAlarm").done({1});
  CHECK(test.getAlarm() == "none");
  test.quiet();
}

TEST_CASE("AC-28: the alarm stays when it is to stay") {
  CacheTest test;
  test.setAlarm(5);
  test.expect("setAlarm 5").done();
  auto all = test.deleteAll();
  test.expect("deleteAll").done();
  test.quiet();
  CHECK(test.getAlarm() == "5");
}

TEST_CASE("AC-29: an alarm set meanwhile takes the place of the deletion") {
  CacheTest test;
  auto all = test.deleteAll(kAlarmToo);
  auto flush = test.expect("deleteAll");
  test.setAlarm(9);
  flush.done();
  test.expect("setAlarm 9").done();
  test.quiet();
}

TEST_CASE("AC-30: deleteAll with the alarm, in the alarm's handler") {
  CacheTest test;
  auto armed = test.cache->armAlarm(at(5));
  auto all = test.deleteAll(kAlarmToo);
  std::get<0>(armed).reset();
  test.expect("deleteAll").done();
  test.expect("deleteAlarm").done({1});
  test.quiet();
}

TEST_CASE("AC-31: deleteAll without the alarm, in the alarm's handler") {
  CacheTest test;
  auto armed = test.cache->armAlarm(at(5));
  auto all = test.deleteAll();
  std::get<0>(armed).reset();
  test.expect("deleteAlarm 5").done({1});
  test.expect("deleteAll").done();
  test.quiet();
}

TEST_CASE("AC-32: a deleteAll that fails breaks the actor") {
  CacheTest test;
  auto all = test.deleteAll(kAlarmToo);
  test.expect("deleteAll").fail(StoreError::Reason::diskFull, "the disk is full");
  CHECK(test.gate() == "the disk is full");
  CHECK(all == "failed: the disk is full");
  test.quiet();
}

TEST_CASE("AC-33: why a deleteAll failed is not always for the script to see") {
  CacheTest test;
  auto all = test.deleteAll();
  test.expect("deleteAll").fail(StoreError::Reason::failed, "secret");
  const std::string text =
      "Internal error in Durable Object storage deleteAll() caused object to be reset; "
      "reference = ";
  CHECK(test.gate().substr(0, text.size()) == text);
  CHECK(test.gate().size() == text.size() + 24);
}

TEST_CASE("a deleteAll that does not reach the store is sent again") {
  CacheTest test;
  auto all = test.deleteAll();
  for (int attempt = 0; attempt < 4; ++attempt) test.expect("deleteAll").disconnect();
  test.expect("deleteAll").done({1});
  CHECK(all == "1");
}

TEST_CASE("nothing of before a deleteAll is read while the store has not confirmed it") {
  CacheTest test({.limits = {.softBytes = 1, .staleAfter = {}}});
  auto all = test.deleteAll();
  auto flush = test.expect("deleteAll");
  test.beforeEntry();
  test.beforeEntry();
  CHECK(test.get("foo") == "none");
  flush.done();
  CHECK(test.lru.bytes() == 0);
  auto read = test.get("foo");
  test.expect("get foo").give({});
}

TEST_CASE("a read from before a deleteAll brings nothing back") {
  CacheTest test;
  auto read = test.list({});
  auto answer = test.expect("list ..");
  auto all = test.deleteAll();
  test.quiet();
  answer.give({{"foo", "1"}});
  CHECK(read == "foo=1");
  CHECK(test.get("foo") == "none");
  test.expect("deleteAll").done({1});
  CHECK(test.get("foo") == "none");
}

}  // namespace lathe::persist
