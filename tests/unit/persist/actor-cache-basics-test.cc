#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {

TEST_CASE("AC-01: a miss is read once") {
  CacheTest test;
  auto first = test.get("foo");
  CHECK(first == "pending");
  test.expect("get foo").give({{"foo", "bar"}});
  CHECK(first == "bar");
  CHECK(test.get("foo") == "bar");
  test.quiet();
}

TEST_CASE("AC-02: absence is kept too") {
  CacheTest test;
  auto first = test.get("bar");
  test.expect("get bar").give({});
  CHECK(first == "none");
  CHECK(test.get("bar") == "none");
  test.quiet();
}

TEST_CASE("AC-03: a put is read back during and after its flush") {
  CacheTest test;
  test.know({{"foo", "bar"}});
  CHECK(test.put({{"foo", "baz"}}) == "none");
  CHECK(test.get("foo") == "baz");
  auto flush = test.expect("put foo=baz");
  CHECK(test.get("foo") == "baz");
  flush.done();
  CHECK(test.get("foo") == "baz");
  test.quiet();
}

TEST_CASE("AC-04: a delete of what is known is counted at once") {
  CacheTest test;
  test.know({{"foo", "bar"}});
  CHECK(test.erase({"foo"}) == "1");
  auto flush = test.expect("delete foo");
  CHECK(test.get("foo") == "none");
  flush.done();
  CHECK(test.get("foo") == "none");
  test.quiet();
}

TEST_CASE("AC-05: many keys are read at once, in order") {
  CacheTest test;
  auto result = test.get({"foo", "bar", "baz", "qux"});
  test.expect("getMultiple bar,baz,foo,qux").give({{"bar", "1"}, {"foo", "2"}});
  CHECK(result == "bar=1 foo=2");
  CHECK(test.get("baz") == "none");
  CHECK(test.get("qux") == "none");
  CHECK(test.get({"qux", "foo", "bar", "baz"}) == "bar=1 foo=2");
  test.quiet();
}

TEST_CASE("AC-06: of several deletes only those of what exists are sent") {
  CacheTest test;
  test.know({{"bar", "1"}, {"foo", "2"}, {"baz", "none"}, {"qux", "none"}});
  CHECK(test.erase({"foo", "bar", "baz", "qux"}) == "2");
  test.expect("delete foo,bar").done();
  test.quiet();
}

TEST_CASE("AC-07, AC-08: a put of what is there already is none") {
  CacheTest test;
  test.know({{"foo", "bar"}});
  test.put({{"foo", "bar"}});
  test.quiet();
  CHECK(test.gate() == "open");
  test.put({{"foo", "qux"}});
  test.expect("put foo=qux").done();
}

TEST_CASE("AC-09: a delete of what is not known is counted by the store") {
  CacheTest test;
  auto deleted = test.erase({"foo"});
  CHECK(deleted == "pending");
  CHECK(test.get("foo") == "none");
  test.expect("delete# foo").done({1});
  CHECK(deleted == "1");
}

TEST_CASE("AC-10: a delete of what turns out not to be there") {
  CacheTest test;
  auto deleted = test.erase({"foo"});
  test.expect("delete# foo").done({0});
  CHECK(deleted == "0");
  CHECK(test.get("foo") == "none");
}

TEST_CASE("AC-11: a delete of what is known to be absent is none") {
  CacheTest test;
  test.know({{"foo", "none"}});
  CHECK(test.erase({"foo"}) == "0");
  test.quiet();
}

TEST_CASE("AC-12: a put after a delete and a delete after that are both sent") {
  CacheTest test;
  auto deleted = test.erase({"foo"});
  test.expect("delete# foo").done({1});
  test.put({{"foo", "bar"}});
  test.expect("put foo=bar").done();
  CHECK(test.erase({"foo"}) == "1");
  test.expect("delete foo").done();
  CHECK(test.get("foo") == "none");
  test.quiet();
}

TEST_CASE("AC-12: a delete, a put and a delete in one turn end as a delete") {
  CacheTest test;
  auto first = test.erase({"foo"});
  test.put({{"foo", "bar"}});
  CHECK(test.erase({"foo"}) == "1");
  test.expect("delete# foo").done({0});
  CHECK(first == "0");
  CHECK(test.get("foo") == "none");
  test.quiet();
}

TEST_CASE("AC-13: of several puts those that change nothing are left out") {
  CacheTest test;
  test.know({{"foo", "old"}, {"bar", "same"}, {"baz", "none"}});
  test.put({{"foo", "new"}, {"bar", "same"}, {"baz", "new"}, {"corge", "new"}});
  test.expect("put foo=new,baz=new,corge=new").done();
}

TEST_CASE("AC-14: only the keys that are not known are read") {
  CacheTest test;
  test.know({{"foo", "1"}, {"bar", "2"}, {"baz", "none"}, {"qux", "4"}, {"corge", "none"}});
  auto result = test.get({"foo", "bar", "baz", "qux", "corge", "grault"});
  test.expect("getMultiple grault").give({{"grault", "6"}});
  CHECK(result == "bar=2 foo=1 grault=6 qux=4");
}

TEST_CASE("AC-15: a count is that of the cache and that of the store together") {
  CacheTest test;
  test.know({{"bar", "1"}, {"qux", "none"}});
  auto deleted = test.erase({"bar", "qux", "corge", "grault"});
  test.expect("delete# corge,grault; delete bar").done({1});
  CHECK(deleted == "2");
}

}  // namespace lathe::persist
