#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {

TEST_CASE("AC-95: reads in a transaction go through to the cache") {
  CacheTest test;
  auto transaction = test.cache->begin();
  In in{*transaction};
  auto get = in.get("foo");
  test.expect("get foo").give({{"foo", "1"}});
  CHECK(get == "1");
  auto many = in.get({"bar", "baz", "foo"});
  test.expect("getMultiple bar,baz").give({{"bar", "2"}});
  CHECK(many == "bar=2 foo=1");
  auto list = in.list(within("qux", "quz"));
  test.expect("list qux..quz").give({{"quy", "3"}});
  CHECK(list == "quy=3");
  auto alarm = in.getAlarm();
  test.expect("getAlarm").giveAlarm(5);
  CHECK(alarm == "5");
  transaction.reset();
  CHECK(test.get("foo") == "1");
  CHECK(test.get("baz") == "none");
  CHECK(test.list(within("qux", "quz")) == "quy=3");
  CHECK(test.getAlarm() == "5");
  test.quiet();
}

TEST_CASE("AC-96: changes are seen in the transaction, and nowhere else before the commit") {
  CacheTest test;
  auto transaction = test.cache->begin();
  In in{*transaction};
  in.put({{"foo", "1"}, {"bar", "2"}});
  auto erased = in.erase({"foo", "baz", "qux", "corge"});
  CHECK(erased == "pending");
  test.expect("getMultiple baz,corge,qux").give({{"baz", "old"}, {"corge", "old"}});
  CHECK(erased == "3");
  CHECK(in.get("foo") == "none");
  CHECK(in.get("bar") == "2");
  CHECK(in.get("baz") == "none");
  CHECK(in.get({"foo", "bar", "baz"}) == "bar=2");
  in.setAlarm(7);
  CHECK(in.getAlarm() == "7");
  CHECK(test.gate() == "open");
  CHECK(test.get("baz") == "old");

  // Three deletions of this transaction are in the way: those of foo, baz and corge.
  auto list = in.list(from("", 10));
  test.expect("list .. limit 13").give({{"baz", "old"}, {"corge", "old"}, {"zzz", "9"}});
  CHECK(list == "bar=2 zzz=9");
  CHECK(in.list(reversed(from(""))) == "zzz=9 bar=2");

  SUBCASE("committed") {
    CHECK_FALSE(transaction->commit());
    CHECK(test.gate() == "shut");
    test.expect("delete baz,corge; put bar=2; setAlarm 7").done();
    CHECK(test.gate() == "open");
    CHECK(test.get("bar") == "2");
    CHECK(test.get("baz") == "none");
  }
  SUBCASE("dropped") {
    transaction.reset();
    CHECK(test.get("bar") == "none");
    CHECK(test.get("baz") == "old");
  }
  test.quiet();
}

TEST_CASE("AC-97: a commit deletes what the cache knows without asking") {
  CacheTest test;
  auto known = test.list(from(""));
  test.expect("list ..").give({{"bar", "1"}, {"foo", "2"}});
  auto transaction = test.cache->begin();
  In in{*transaction};
  CHECK(in.erase({"bar", "baz", "foo"}) == "2");
  in.put({{"foo", "2"}});
  transaction->commit();
  test.expect("delete bar").done();
  test.quiet();
}

TEST_CASE(
    "AC-98, AC-99, AC-100: output is held from the commit on, if anything is to be confirmed") {
  CacheTest test;
  auto transaction = test.cache->begin();
  In in{*transaction};
  std::string after = "shut";
  SUBCASE("confirmed") { in.put({{"a", "1"}, {"b", "2"}}); }
  SUBCASE("unconfirmed") {
    in.put({{"a", "1"}, {"b", "2"}}, kUnconfirmed);
    after = "open";
  }
  SUBCASE("mixed") {
    in.put({{"a", "1"}}, kUnconfirmed);
    in.put({{"b", "2"}});
  }
  CHECK(test.gate() == "open");
  transaction->commit();
  CHECK(test.gate() == after);
  test.expect("put a=1,b=2").done();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-101: a transaction is stored as one batch, however much it changes") {
  CacheTest test;
  auto list = test.list(from("k"));
  Texts before;
  for (int i = 1000; i < 1200; ++i) before.emplace_back("k" + std::to_string(i), "old");
  test.expect("list k..").give(before);
  auto transaction = test.cache->begin();
  In in{*transaction};
  std::string deletes;
  std::string puts;
  for (int i = 1000; i < 1400; ++i) {
    const std::string key = "k" + std::to_string(i);
    if (i % 2 == 0) {
      in.put({{key, "new"}});
      puts += (puts.empty() ? "put " : ",") + key + "=new";
    } else {
      CHECK(in.erase({key}) == (i < 1200 ? "1" : "0"));
      if (i < 1200) deletes += (deletes.empty() ? "delete " : ",") + key;
    }
  }
  transaction->commit();
  test.expect(deletes + "; " + puts).done();
  CHECK(test.gate() == "open");
  test.quiet();
}

TEST_CASE("AC-102: deletes of what turned out not to be there are not sent") {
  CacheTest test;
  test.know({{"cached", "1"}});
  auto transaction = test.cache->begin();
  In in{*transaction};
  in.put({{"own", "2"}});
  auto erased = in.erase({"own", "cached", "there", "gone", "again"});
  auto read = test.expect("getMultiple again,gone,there");
  in.put({{"again", "3"}});
  read.give({{"there", "1"}});
  CHECK(erased == "3");
  transaction->commit();
  // What the transaction itself had put was counted without a read: the store may have it.
  test.expect("delete own,cached,there; put again=3").done();
  test.quiet();
}

TEST_CASE("a nested transaction goes into the outer one, or nowhere") {
  CacheTest test;
  auto list = test.list(from(""));
  test.expect("list ..").give({});
  auto outer = test.cache->begin();
  In{*outer}.put({{"foo", "1"}});
  auto inner = outer->begin();
  In in{*inner};
  CHECK(in.get("foo") == "1");
  in.put({{"foo", "2"}, {"bar", "3"}});
  in.setAlarm(4);
  CHECK(In{*outer}.get("foo") == "1");
  CHECK(In{*outer}.get("bar") == "none");
  SUBCASE("committed") {
    inner->commit();
    CHECK(In{*outer}.get("foo") == "2");
    CHECK(In{*outer}.getAlarm() == "4");
    CHECK(test.get("foo") == "none");
    test.quiet();
    outer->commit();
    test.expect("put foo=2,bar=3; setAlarm 4").done();
  }
  SUBCASE("dropped") {
    inner.reset();
    CHECK(In{*outer}.get("foo") == "1");
    outer->commit();
    test.expect("put foo=1").done();
  }
  test.quiet();
}

TEST_CASE("a transaction that goes while it reads takes the reads along") {
  CacheTest test;
  auto transaction = test.cache->begin();
  auto erased = In{*transaction}.erase({"foo"});
  auto read = test.expect("getMultiple foo");
  transaction.reset();
  read.give({{"foo", "1"}});
  CHECK(erased == "1");
  CHECK(test.get("foo") == "1");
  test.quiet();
}

}  // namespace lathe::persist
