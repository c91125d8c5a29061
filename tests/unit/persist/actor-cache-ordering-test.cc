#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {

TEST_CASE("AC-34: reads say what was when they were made, and writes wait for them") {
  CacheTest test;
  auto first = test.get({"foo", "bar", "baz"});
  auto one = test.expect("getMultiple bar,baz,foo");
  test.put({{"foo", "new"}});
  test.erase({"bar"}).drop();
  auto second = test.get({"foo", "bar", "baz"});
  auto two = test.expect("getMultiple baz");
  test.put({{"bar", "newer"}});
  test.quiet();
  one.give({{"bar", "old"}, {"foo", "old"}});
  CHECK(first == "bar=old foo=old");
  test.quiet();
  two.give({{"baz", "late"}});
  CHECK(second == "baz=late foo=new");
  test.expect("put foo=new,bar=newer").done();
  CHECK(test.get({"foo", "bar", "baz"}) == "bar=newer foo=new");
}

TEST_CASE("AC-35, AC-36: a flush waits for the reads before it") {
  CacheTest test;
  auto read = test.get("foo");
  auto answer = test.expect("get foo");
  test.put({{"foo", "1"}});
  std::string batch = "put foo=1";
  SUBCASE("puts") {}
  SUBCASE("puts and a delete") {
    test.erase({"bar"}).drop();
    batch = "delete bar; put foo=1";
  }
  test.quiet();
  answer.give({{"foo", "0"}});
  CHECK(read == "0");
  test.expect(batch).done();
  CHECK(test.get("foo") == "1");
}

TEST_CASE("AC-37: a read that does not reach the store is made once again") {
  CacheTest test;
  auto read = test.get("foo");
  auto first = test.expect("get foo");
  test.put({{"foo", "1"}});
  first.disconnect();
  auto second = test.expect("get foo");
  test.quiet();
  second.give({{"foo", "0"}});
  CHECK(read == "0");
  test.expect("put foo=1").done();
}

TEST_CASE("AC-37: but not twice") {
  CacheTest test;
  auto read = test.get("foo");
  test.expect("get foo").disconnect();
  test.expect("get foo").disconnect();
  CHECK(read == "failed: why not");
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-38: a read that fails concerns nobody else") {
  CacheTest test;
  auto read = test.get("foo");
  auto answer = test.expect("get foo");
  test.put({{"bar", "1"}});
  answer.fail(StoreError::Reason::failed, "no such luck");
  CHECK(read == "failed: no such luck");
  test.expect("put bar=1").done();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-39: a read that nobody wants is cancelled") {
  CacheTest test;
  auto read = test.get("foo");
  auto answer = test.expect("get foo");
  test.put({{"bar", "1"}});
  test.quiet();
  read.drop();
  CHECK_FALSE(answer.wanted());
  test.expect("put bar=1").done();
}

TEST_CASE("AC-40: keys that are being read are not known before the answer") {
  CacheTest test;
  auto many = test.get({"bar", "baz", "foo"});
  auto answer = test.expect("getMultiple bar,baz,foo");
  auto one = test.get("baz");
  auto late = test.expect("get baz");
  answer.give({{"baz", "1"}});
  CHECK(many == "baz=1");
  for (const std::string key : {"bar", "foo"}) CHECK(test.get(key) == "none");
  CHECK(test.get("baz") == "1");
  CHECK(one == "pending");
  late.give({{"baz", "1"}});
  CHECK(one == "1");
  test.quiet();
}

TEST_CASE("AC-41: a read of many keys that does not reach the store is made once again") {
  CacheTest test;
  test.know({{"bar", "1"}});
  auto read = test.get({"bar", "baz", "foo"});
  auto first = test.expect("getMultiple baz,foo");
  // What is found out meanwhile changes nothing about it.
  test.know({{"foo", "2"}});
  first.disconnect();
  test.expect("getMultiple baz,foo").give({{"foo", "2"}});
  CHECK(read == "bar=1 foo=2");
  CHECK(test.get({"bar", "baz", "foo"}) == "bar=1 foo=2");
  test.quiet();
}

TEST_CASE(
    "AC-42: a flush that does not reach the store is sent again with what was written since") {
  CacheTest test;
  test.put({{"foo", "1"}});
  auto counted = test.erase({"qux"});
  auto two = test.erase({"corge", "grault"});
  auto flush = test.expect("delete# qux; delete# corge,grault; put foo=1");
  test.put({{"bar", "2"}, {"qux", "3"}, {"corge", "4"}});
  CHECK(test.erase({"foo"}) == "1");
  flush.disconnect();
  test.expect("delete# qux; delete# corge,grault; delete foo; put bar=2,qux=3,corge=4")
      .done({1, 2});
  CHECK(counted == "1");
  CHECK(two == "2");
  test.quiet();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-43: what is written is sent though the store has read the same") {
  CacheTest test;
  auto list = test.list(within("foo", "qux"));
  auto answer = test.expect("list foo..qux");
  test.put({{"foo", "1"}});
  test.turn();
  answer.give({{"foo", "1"}});
  auto first = test.expect("put foo=1");
  test.put({{"foo", "2"}});
  first.done();
  test.expect("put foo=2").done();
}

TEST_CASE("what a read said late does not displace what was stored meanwhile") {
  // The read begins while the batch is under way, and may have run before it.
  CacheTest test({.limits = {.softBytes = 1}});
  test.put({{"foo", "new"}});
  auto flush = test.expect("put foo=new");
  auto list = test.list(from("a"));
  auto answer = test.expect("list a..");
  flush.done();
  CHECK(test.get("foo") == "new");
  answer.give({{"foo", "old"}});
  CHECK(list == "foo=new");
  CHECK(test.lru.bytes() == 0);
}

}  // namespace lathe::persist
