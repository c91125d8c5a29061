#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {

TEST_CASE("AC-16: counted deletes of several calls are not merged") {
  CacheTest test;
  test.put({{"p1", "1"}, {"p2", "2"}});
  test.erase({"m1", "m2"}).drop();
  auto three = test.erase({"a", "b", "c"});
  auto one = test.erase({"d"});
  test.expect("delete# a,b,c; delete# d; delete m1,m2; put p1=1,p2=2").done({2, 1});
  CHECK(three == "2");
  CHECK(one == "1");
}

TEST_CASE("AC-17: much that is written in a turn is one batch nevertheless") {
  CacheTest test;
  std::string batch;
  for (int i = 100; i < 228; ++i) {
    const std::string key = std::to_string(i);
    const std::string value(128u << 10, 'x');
    test.put({{key, value}});
    batch += (batch.empty() ? "put " : ",") + key + "=" + value;
  }
  test.turn();
  REQUIRE(test.store.requests.size() == 1);
  CHECK((test.store.requests.front().text == batch));
  test.store.requests.front().done();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-18: of overwrites in a turn the last counts") {
  CacheTest test;
  test.put({{"foo", "1"}, {"bar", "1"}});
  test.put({{"foo", "2"}});
  CHECK(test.erase({"bar"}) == "1");
  auto deleted = test.erase({"baz"});
  test.put({{"baz", "3"}});
  test.expect("delete# baz; delete bar; put foo=2,baz=3").done({1});
  CHECK(deleted == "1");
  CHECK(test.get("baz") == "3");
}

TEST_CASE("AC-19: deletes that nobody counts are one, and none when the key was put again") {
  CacheTest test;
  test.erase({"foo"}).drop();
  test.erase({"bar", "baz"}).drop();
  test.erase({"qux"}).drop();
  test.put({{"qux", "1"}});
  test.expect("delete foo,bar,baz; put qux=1").done();
  test.quiet();
}

TEST_CASE("AC-20: what is put during a flush belongs to the next") {
  CacheTest test;
  test.put({{"foo", "1"}, {"bar", "1"}});
  auto first = test.expect("put foo=1,bar=1");
  test.put({{"bar", "2"}});
  test.quiet();
  first.done();
  CHECK(test.gate() == "shut");
  test.expect("put bar=2").done();
  CHECK(test.gate() == "open");
  CHECK(test.get("foo") == "1");
  CHECK(test.get("bar") == "2");
}

TEST_CASE("AC-21: a put and an alarm are one batch") {
  CacheTest test;
  test.setAlarm(5);
  test.put({{"foo", "1"}});
  test.expect("put foo=1; setAlarm 5").done();
  REQUIRE(test.stored.size() == 1);
  CHECK(test.stored[0] == at(5));
}

TEST_CASE("AC-22: an alarm alone is a batch of one change") {
  CacheTest test;
  test.setAlarm(5);
  test.expect("setAlarm 5").done();
  CHECK(test.getAlarm() == "5");
  test.setAlarm(5);
  test.quiet();
  test.setAlarm({});
  test.expect("deleteAlarm").done({1});
  CHECK(test.getAlarm() == "none");
  REQUIRE(test.stored.size() == 2);
  CHECK_FALSE(test.stored[1]);
}

// ---- Metadata ----

TEST_CASE("what is to be there with the first record comes along with it, once") {
  CacheTest::Options options;
  options.metadata = putOf({{"name", "it"}}).pairs;
  CacheTest test(options);
  std::string batch;
  SUBCASE("a put") {
    test.put({{"foo", "1"}});
    batch = "put foo=1; put metadata name=it";
  }
  SUBCASE("an alarm") {
    test.setAlarm(5);
    batch = "put metadata name=it; setAlarm 5";
  }
  SUBCASE("before a deleteAll") {
    test.put({{"foo", "1"}});
    auto all = test.deleteAll();
    batch = "put foo=1; put metadata name=it";
  }
  test.expect(batch).disconnect();
  test.expect(batch).done();
  if (!test.store.requests.empty()) test.expect("deleteAll").done();
  test.put({{"bar", "2"}});
  test.expect("put bar=2").done();
  test.quiet();
}

TEST_CASE("what only deletes brings no metadata") {
  CacheTest::Options options;
  options.metadata = putOf({{"name", "it"}}).pairs;
  CacheTest test(options);
  auto deleted = test.erase({"foo"});
  test.expect("delete# foo").done({0});
  test.setAlarm({});
  test.expect("deleteAlarm").done({0});
  auto all = test.deleteAll(ActorCache::AlarmToo::yes);
  test.expect("deleteAll").done({0});
  test.expect("deleteAlarm").done({0});
  test.put({{"foo", "1"}});
  test.expect("put foo=1; put metadata name=it").done();
  test.quiet();
}

}  // namespace lathe::persist
