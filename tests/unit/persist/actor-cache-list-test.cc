#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {
namespace {

const Texts kFour{{"bar", "1"}, {"baz", "2"}, {"corge", "3"}, {"foo", "4"}};

// Reads the range, in which there is just this.
void learn(CacheTest& test, const Range& range, const std::string& request, const Texts& found) {
  auto list = test.list(range);
  test.expect(request).give(found);
}

}  // namespace

TEST_CASE("AC-50: a list is read once, and everything in its range is known") {
  CacheTest test;
  auto list = test.list(within("bar", "qux"));
  test.expect("list bar..qux").give(kFour);
  const std::string all = "bar=1 baz=2 corge=3 foo=4";
  CHECK(list == all);
  CHECK(test.list(within("bar", "qux")) == all);
  CHECK(test.get("baz") == "2");
  CHECK(test.get("bay") == "none");
  CHECK(test.get("quw") == "none");
  CHECK(test.list(within("baz", "foo")) == "baz=2 corge=3");
  CHECK(test.list(within("bar", "qux", 0)) == "");
  CHECK(test.list(within("bar", "qux", 1)) == "bar=1");
  CHECK(test.list(within("bar", "qux", 3)) == "bar=1 baz=2 corge=3");
  CHECK(test.list(within("bar", "qux", 9)) == all);
  test.quiet();
  auto end = test.get("qux");
  test.expect("get qux").give({});
}

TEST_CASE("AC-51: after a list of everything all is known") {
  CacheTest test;
  learn(test, from(""), "list ..", kFour);
  CHECK(test.get("") == "none");
  CHECK(test.get("zzz") == "none");
  CHECK(test.list(within("a", "bb")) == "bar=1 baz=2");
  CHECK(test.list(from("c")) == "corge=3 foo=4");
  CHECK(test.list(reversed(from("", 1))) == "foo=4");
  test.quiet();
}

TEST_CASE("AC-52: a limited list is known up to its last key") {
  CacheTest test;
  auto list = test.list(within("bar", "qux", 3));
  test.expect("list bar..qux limit 3").give({{"bar", "1"}, {"baz", "2"}, {"foo", "3"}});
  CHECK(list == "bar=1 baz=2 foo=3");
  CHECK(test.list(within("bar", "qux", 3)) == "bar=1 baz=2 foo=3");
  CHECK(test.list(within("bar", "qux", 2)) == "bar=1 baz=2");
  CHECK(test.get("fon") == "none");
  test.quiet();
  auto beyond = test.get("fooa");
  test.expect("get fooa").give({});
  auto more = test.list(within("bar", "qux", 4));
  test.expect("list foo0..qux limit 1").give({});
  CHECK(more == "bar=1 baz=2 foo=3");
}

TEST_CASE("AC-53: deletes that the store does not know of do not use up the limit") {
  CacheTest test;
  test.erase({"bar", "baz", "corge", "foo"}).drop();
  test.put({{"garply", "5"}});
  auto list = test.list(within("b", "qux", 3));
  test.expect("list b..qux limit 7")
      .give({{"bar", "1"},
             {"baz", "2"},
             {"corge", "3"},
             {"foo", "4"},
             {"fred", "6"},
             {"grault", "7"},
             {"plugh", "8"}});
  CHECK(list == "fred=6 garply=5 grault=7");
}

TEST_CASE("AC-54: a start that does not exist is known then") {
  CacheTest test;
  learn(test, within("bar", "qux"), "list bar..qux", {{"foo", "1"}});
  CHECK(test.get("bar") == "none");
  test.quiet();
}

TEST_CASE("AC-55: two ranges with something between them") {
  CacheTest test;
  learn(test, within("a", "c"), "list a..c", {{"b", "1"}});
  learn(test, within("x", "z"), "list x..z", {{"y", "2"}});
  CHECK(test.list(within("a", "c")) == "b=1");
  CHECK(test.list(within("x", "z")) == "y=2");
  for (const std::string key : {"c", "m", "z"}) {
    auto miss = test.get(key);
    test.expect("get " + key).give({});
  }
}

TEST_CASE("AC-56: what the cache knows is better than what the store says") {
  CacheTest test;
  test.know({{"bbb", "none"}, {"ccc", "3"}});
  test.put({{"ddd", "4"}});
  test.erase({"eee"}).drop();
  auto list = test.list(within("bbb", "fff"));
  test.expect("list bbb0..fff").give({{"ccc", "3"}, {"eee", "5"}});
  CHECK(list == "ccc=3 ddd=4");
  CHECK(test.get("eee") == "none");
}

TEST_CASE("AC-57: a list shows what was when it was made") {
  CacheTest test;
  test.erase({"bbb"}).drop();
  test.put({{"ccc", "1"}});
  auto list = test.list(within("aaa", "ddd"));
  auto answer = test.expect("list aaa..ddd");
  test.turn();
  test.put({{"bbb", "2"}});
  CHECK(test.erase({"ccc"}) == "1");
  answer.give({{"bbb", "0"}});
  CHECK(list == "ccc=1");
  CHECK(test.get("bbb") == "2");
  CHECK(test.get("ccc") == "none");
  test.expect("delete bbb; put ccc=1").done();
  test.expect("delete ccc; put bbb=2").done();
  CHECK(test.list(within("aaa", "ddd")) == "bbb=2");
  test.quiet();
}

TEST_CASE("AC-58, AC-59: only what is known from the start on is not asked for") {
  CacheTest test;
  test.know({{"bar", "1"}, {"foo", "2"}});
  auto one = test.list(within("bar", "foo"));
  test.expect("list bar0..foo").give({});
  CHECK(one == "bar=1");
  auto two = test.list(within("c", "qux"));
  test.expect("list foo0..qux").give({});
  CHECK(two == "foo=2");
  auto three = test.list(within("a", "foo"));
  test.expect("list a..foo").give({{"bar", "1"}});
  CHECK(three == "bar=1");
}

TEST_CASE("AC-60: ranges that meet are one") {
  for (bool present : {false, true}) {
    for (bool backwards : {false, true}) {
      CAPTURE(present);
      CAPTURE(backwards);
      CacheTest test;
      const Texts second = present ? Texts{{"m", "2"}, {"x", "3"}} : Texts{{"x", "3"}};
      if (!backwards) learn(test, within("a", "m"), "list a..m", {{"b", "1"}});
      learn(test, within("m", "z"), "list m..z", second);
      if (backwards) learn(test, within("a", "m"), "list a..m", {{"b", "1"}});
      CHECK(test.list(within("a", "z")) == (present ? "b=1 m=2 x=3" : "b=1 x=3"));
      CHECK(test.list(reversed(within("a", "z"))) == (present ? "x=3 m=2 b=1" : "x=3 b=1"));
      CHECK(test.get("m") == (present ? "2" : "none"));
      test.quiet();
    }
  }
}

TEST_CASE("AC-61: a list that starts in a known gap is asked for from its end on") {
  CacheTest test;
  learn(test, within("a", "m"), "list a..m", {{"b", "1"}});
  auto list = test.list(within("c", "z"));
  test.expect("list m..z").give({{"x", "3"}});
  CHECK(list == "x=3");
}

TEST_CASE("AC-62: a list that ends in a known gap is asked for to its end nevertheless") {
  CacheTest test;
  learn(test, within("m", "z"), "list m..z", {{"x", "3"}});
  auto list = test.list(within("a", "p"));
  test.expect("list a..p").give({{"b", "1"}});
  CHECK(list == "b=1");
}

TEST_CASE("AC-63: all that a limited list has brought is known") {
  CacheTest test;
  test.put({{"b", "1"}, {"d", "2"}});
  auto list = test.list(within("a", "z", 3));
  test.expect("list a..z limit 3").give({{"c", "3"}, {"e", "4"}, {"f", "5"}});
  CHECK(list == "b=1 c=3 d=2");
  CHECK(test.list(within("a", "z", 5)) == "b=1 c=3 d=2 e=4 f=5");
}

TEST_CASE("AC-64: a put where a known range ends") {
  CacheTest test;
  learn(test, within("bar", "qux"), "list bar..qux", {{"foo", "1"}});
  test.put({{"qux", "2"}});
  CHECK(test.list(within("bar", "zzz", 2)) == "foo=1 qux=2");
  auto more = test.list(within("bar", "zzz", 3));
  test.expect("list qux0..zzz limit 1").give({});
  CHECK(more == "foo=1 qux=2");
}

TEST_CASE("AC-65, AC-66: a delete where a known range ends") {
  CacheTest test;
  std::string known;
  SUBCASE("something in the range") {
    learn(test, within("bar", "qux"), "list bar..qux", {{"foo", "1"}});
    known = "foo=1 ";
  }
  SUBCASE("nothing in the range") { learn(test, within("bar", "qux"), "list bar..qux", {}); }
  auto deleted = test.erase({"qux"});
  CHECK(deleted == "pending");
  test.expect("delete# qux").done({1});
  CHECK(deleted == "1");
  auto list = test.list(within("bar", "zzz", 2));
  test.expect(std::string("list qux0..zzz limit ") + (known.empty() ? "2" : "1"))
      .give({{"quxx", "3"}});
  CHECK(list == known + "quxx=3");
}

TEST_CASE("AC-67: writes during a list are kept") {
  CacheTest test;
  auto list = test.list(within("a", "z"));
  auto answer = test.expect("list a..z");
  test.put({{"foo", "new"}});
  answer.give({{"bar", "1"}, {"foo", "old"}});
  CHECK(list == "bar=1 foo=old");
  CHECK(test.get("foo") == "new");
  CHECK(test.erase({"bar"}) == "1");
}

TEST_CASE("AC-68: a delete that is stored during a list, of the last key that this brings") {
  CacheTest test;
  test.erase({"foo"}).drop();
  auto flush = test.expect("delete foo");
  auto list = test.list(within("a", "z", 2));
  auto answer = test.expect("list a..z limit 3");
  flush.done();
  // It was read before the delete.
  answer.give({{"bar", "1"}, {"baz", "2"}, {"foo", "3"}});
  CHECK(list == "bar=1 baz=2");
  CHECK(test.get("fon") == "none");
  CHECK(test.get("foo") == "none");
  test.quiet();
  auto more = test.list(within("a", "z", 3));
  test.expect("list foo0..z limit 1").give({{"fop", "4"}});
  CHECK(more == "bar=1 baz=2 fop=4");
  CHECK(test.list(within("a", "z", 3)) == "bar=1 baz=2 fop=4");
  test.quiet();
}

TEST_CASE("AC-69: a list that does not reach the store is asked for once again") {
  CacheTest test;
  auto list = test.list(within("a", "z", 4));
  test.expect("list a..z limit 4").disconnect();
  test.expect("list a..z limit 4").give({{"b", "1"}});
  CHECK(list == "b=1");
}

TEST_CASE("AC-70: the end of a list, read later") {
  CacheTest test;
  learn(test, within("bar", "qux"), "list bar..qux", {});
  test.know({{"qux", "none"}});
  CHECK(test.get("qux") == "none");
  CHECK(test.list(within("bar", "qux")) == "");
  test.quiet();
}

// ---- listReverse ----

TEST_CASE("AC-71: a reverse list is descending") {
  CacheTest test;
  auto list = test.list(reversed(within("bar", "qux")));
  test.expect("list bar..qux reverse")
      .give({{"foo", "4"}, {"corge", "3"}, {"baz", "2"}, {"bar", "1"}});
  CHECK(list == "foo=4 corge=3 baz=2 bar=1");
  CHECK(test.list(reversed(within("bar", "qux"))) == "foo=4 corge=3 baz=2 bar=1");
  CHECK(test.list(reversed(within("bar", "qux", 2))) == "foo=4 corge=3");
  CHECK(test.list(within("bar", "qux", 2)) == "bar=1 baz=2");
  CHECK(test.get("d") == "none");
  test.quiet();
}

TEST_CASE("AC-72: a limited reverse list is known down to its last key") {
  CacheTest test;
  auto list = test.list(reversed(within("bar", "qux", 2)));
  test.expect("list bar..qux limit 2 reverse").give({{"foo", "4"}, {"corge", "3"}});
  CHECK(list == "foo=4 corge=3");
  CHECK(test.get("d") == "none");
  CHECK(test.list(reversed(within("bar", "qux", 2))) == "foo=4 corge=3");
  test.quiet();
  auto more = test.list(reversed(within("bar", "qux", 3)));
  test.expect("list bar..corge limit 1 reverse").give({{"baz", "2"}});
  CHECK(more == "foo=4 corge=3 baz=2");
  auto miss = test.get("bay");
  test.expect("get bay").give({});
}

TEST_CASE("AC-73: a reverse list that comes to its start is complete") {
  CacheTest test;
  learn(test, reversed(within("bar", "qux", 2)), "list bar..qux limit 2 reverse",
        {{"foo", "4"}, {"bar", "1"}});
  CHECK(test.list(reversed(within("bar", "qux"))) == "foo=4 bar=1");
  CHECK(test.list(within("bar", "qux")) == "bar=1 foo=4");
  test.quiet();
}

TEST_CASE("AC-74: a reverse list skips what is known at its end, not at its start") {
  CacheTest test;
  learn(test, within("m", "z"), "list m..z", {{"p", "3"}});
  auto end = test.list(reversed(within("a", "r")));
  test.expect("list a..m reverse").give({{"b", "1"}});
  CHECK(end == "p=3 b=1");

  CacheTest other;
  learn(other, within("a", "m"), "list a..m", {{"b", "1"}});
  auto start = other.list(reversed(within("c", "z")));
  other.expect("list c..z reverse").give({{"x", "2"}});
  CHECK(start == "x=2");
  CHECK(other.list(within("a", "z")) == "b=1 x=2");
}

TEST_CASE("AC-75: a reverse list that does not reach the store is asked for once again") {
  CacheTest test;
  auto list = test.list(reversed(within("a", "z", 4)));
  test.expect("list a..z limit 4 reverse").disconnect();
  test.expect("list a..z limit 4 reverse").give({{"foo", "3"}, {"baz", "2"}});
  CHECK(list == "foo=3 baz=2");
  CHECK(test.list(reversed(within("a", "z", 4))) == "foo=3 baz=2");
  test.quiet();
}

TEST_CASE("AC-53, reverse: deletes that the store does not know of do not use up the limit") {
  CacheTest test;
  test.erase({"foo", "corge"}).drop();
  auto list = test.list(reversed(from("", 2)));
  test.expect("list .. limit 4 reverse")
      .give({{"foo", "4"}, {"corge", "3"}, {"baz", "2"}, {"bar", "1"}});
  CHECK(list == "baz=2 bar=1");
}

TEST_CASE("AC-103: a range that ends before it starts is empty") {
  CacheTest test;
  CHECK(test.list(within("b", "a")) == "");
  CHECK(test.list(within("a", "a")) == "");
  CHECK(test.list(reversed(within("b", "a"))) == "");
  auto transaction = test.cache->begin();
  CHECK(In{*transaction}.list(within("b", "a")) == "");
  transaction->put({}, {});
  CHECK(In{*transaction}.put({{"aa", "1"}}) == "none");
  CHECK(In{*transaction}.list(within("b", "a")) == "");
  test.quiet();
}

}  // namespace lathe::persist
