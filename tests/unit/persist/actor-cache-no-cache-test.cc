#include <utility>

#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {

TEST_CASE("AC-91: a read without the cache leaves nothing") {
  CacheTest test;
  auto read = test.get("foo", kReadNoCache);
  test.expect("get foo").give({{"foo", "1"}});
  CHECK(read == "1");
  auto many = test.get(std::vector<std::string>{"foo", "bar"}, kReadNoCache);
  test.expect("getMultiple bar,foo").give({{"foo", "1"}});
  CHECK(many == "foo=1");
  CHECK(test.lru.bytes() == 0);
}

TEST_CASE("AC-92: a put without the cache is there until it is stored") {
  CacheTest test;
  test.put({{"foo", "1"}}, kWriteNoCache);
  CHECK(test.get("foo", kReadNoCache) == "1");
  auto flush = test.expect("put foo=1");
  CHECK(test.get("foo", kReadNoCache) == "1");
  flush.done();
  CHECK(test.lru.bytes() == 0);
  auto read = test.get("foo");
  test.expect("get foo").give({{"foo", "1"}});
}

TEST_CASE("AC-93: unless it is read with the cache meanwhile") {
  CacheTest test;
  test.put({{"foo", "1"}}, kWriteNoCache);
  CHECK(test.get("foo") == "1");
  test.expect("put foo=1").done();
  CHECK(test.get("foo") == "1");
  test.quiet();
}

TEST_CASE("AC-94: a list without the cache uses what is there and keeps nothing") {
  CacheTest test;
  test.put({{"foo", "new"}});
  const auto bytes = test.lru.bytes();
  for (bool reverse : {false, true}) {
    auto range = within("a", "z");
    range.reverse = reverse;
    auto list = test.list(range, kReadNoCache);
    auto answer = test.expect(reverse ? "list a..z reverse" : "list a..z");
    Texts found{{"bar", "1"}, {"foo", "old"}};
    if (reverse) std::swap(found[0], found[1]);
    answer.give(found);
    CHECK(list == (reverse ? "foo=new bar=1" : "bar=1 foo=new"));
    CHECK(test.lru.bytes() == bytes);
    if (!reverse) test.expect("put foo=new").done();
  }
  for (const std::string key : {"a", "bar", "bas"}) {
    auto read = test.get(key, kReadNoCache);
    test.expect("get " + key).give({});
  }
}

TEST_CASE("a delete without the cache") {
  CacheTest test;
  auto list = test.list(within("a", "z"));
  test.expect("list a..z").give({{"foo", "1"}});
  CHECK(test.erase({"foo"}, kWriteNoCache) == "1");
  test.expect("delete foo").done();
  CHECK(test.get("foo") == "none");
  CHECK(test.list(within("a", "z")) == "");
  test.quiet();
}

}  // namespace lathe::persist
