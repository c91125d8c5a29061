#include <doctest/doctest.h>

#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {
namespace {

using Handling = std::unique_ptr<ActorCache::AlarmHandling>;

// Arms an alarm that is to run.
Handling arm(CacheTest& test, std::int64_t time, WriteOptions options = {}) {
  auto armed = test.cache->armAlarm(at(time), options);
  REQUIRE(armed.index() == 0);
  return std::move(std::get<0>(armed));
}

void knowAlarm(CacheTest& test, std::optional<std::int64_t> time) {
  auto read = test.getAlarm();
  test.expect("getAlarm").giveAlarm(time);
}

}  // namespace

TEST_CASE("AC-104: the alarm is read once") {
  for (auto [time, text] : {std::pair(std::optional<std::int64_t>(5), "5"),
                            std::pair(std::optional<std::int64_t>(), "none")}) {
    CacheTest one;
    auto read = one.getAlarm();
    CHECK(read == "pending");
    one.expect("getAlarm").giveAlarm(time);
    CHECK(read == text);
    CHECK(one.getAlarm() == text);
    one.quiet();
  }
}

TEST_CASE("an alarm that was read late does not displace one that was set meanwhile") {
  CacheTest test;
  auto read = test.getAlarm();
  auto answer = test.expect("getAlarm");
  test.setAlarm(7);
  answer.giveAlarm(5);
  CHECK(read == "5");
  CHECK(test.getAlarm() == "7");
  test.expect("setAlarm 7").done();
}

TEST_CASE("AC-105: an alarm that is not the stored one does not run") {
  CacheTest test;
  std::optional<AlarmTime> stored;
  SUBCASE("there is none") { knowAlarm(test, {}); }
  SUBCASE("it is another one") {
    knowAlarm(test, 9);
    stored = at(9);
  }
  auto armed = test.cache->armAlarm(at(5));
  REQUIRE(armed.index() == 1);
  CHECK(std::get<1>(armed) == stored);
  test.quiet();
}

TEST_CASE("AC-106, AC-111: an alarm is gone while its handler runs, and deleted after it") {
  CacheTest test;
  SUBCASE("known") { knowAlarm(test, 5); }
  SUBCASE("not known") {}
  auto handling = arm(test, 5);
  CHECK(test.getAlarm() == "none");
  test.quiet();
  handling.reset();
  CHECK(test.gate() == "shut");
  test.expect("deleteAlarm 5").done({1});
  CHECK(test.getAlarm() == "none");
  CHECK(test.gate() == "open");
  REQUIRE(test.stored.size() == 1);
  CHECK_FALSE(test.stored[0]);
  test.quiet();
}

TEST_CASE("AC-107: an alarm set by the handler takes the place of the deletion") {
  CacheTest test;
  auto handling = arm(test, 5);
  std::string batch = "setAlarm 9";
  SUBCASE("another time") { test.setAlarm(9); }
  SUBCASE("the same time") {
    test.setAlarm(5);
    batch = "setAlarm 5";
  }
  SUBCASE("none") {
    test.setAlarm({});
    batch = "deleteAlarm";
  }
  handling.reset();
  test.expect(batch).done();
  test.quiet();
}

TEST_CASE("AC-108: when the deletion found another alarm, that is read") {
  CacheTest test;
  auto handling = arm(test, 5);
  handling.reset();
  test.expect("deleteAlarm 5").done({0});
  CHECK(test.stored.empty());
  auto read = test.getAlarm();
  test.expect("getAlarm").giveAlarm(9);
  CHECK(read == "9");
}

TEST_CASE("AC-109: an alarm armed without the cache is not known afterwards") {
  CacheTest test;
  auto handling = arm(test, 5, kWriteNoCache);
  handling.reset();
  test.expect("deleteAlarm 5").done({1});
  auto read = test.getAlarm();
  test.expect("getAlarm").giveAlarm({});
}

TEST_CASE("AC-110: a deletion that does not reach the store is sent again") {
  CacheTest test;
  auto handling = arm(test, 5);
  handling.reset();
  test.expect("deleteAlarm 5").disconnect();
  test.expect("deleteAlarm 5").disconnect();
  test.expect("deleteAlarm 5").done({0});
  auto read = test.getAlarm();
  test.expect("getAlarm").giveAlarm({});
}

TEST_CASE("AC-112: an alarm whose handler fails stays") {
  CacheTest test;
  knowAlarm(test, 5);
  for (int attempt = 0; attempt < 100; ++attempt) {
    auto handling = arm(test, 5);
    CHECK(test.getAlarm() == "none");
    handling->keep();
    handling.reset();
    CHECK(test.getAlarm() == "5");
  }
  test.quiet();
}

TEST_CASE("an alarm armed while another one waits to be written runs, and that stays") {
  CacheTest test;
  test.setAlarm(9);
  auto handling = arm(test, 5);
  CHECK(test.getAlarm() == "9");
  handling.reset();
  test.expect("setAlarm 9").done();
  CHECK(test.getAlarm() == "9");
  test.quiet();
}

TEST_CASE("an alarm armed before it was stored is not forgotten when its handler fails") {
  CacheTest test;
  knowAlarm(test, 3);
  test.setAlarm(5);
  auto handling = arm(test, 5);
  test.quiet();
  SUBCASE("it fails") {
    handling->keep();
    CHECK(test.getAlarm() == "5");
    test.expect("setAlarm 5").done();
  }
  SUBCASE("it succeeds") {
    handling.reset();
    CHECK(test.getAlarm() == "none");
    test.expect("deleteAlarm").done({1});
  }
  test.quiet();
}

TEST_CASE("AC-113: abandoning an alarm") {
  CacheTest test;
  SUBCASE("it is the one") {
    knowAlarm(test, 5);
    CHECK_FALSE(test.cache->abandonAlarm(at(5)));
    auto read = test.getAlarm();
    test.expect("getAlarm").giveAlarm({});
  }
  SUBCASE("there is another one") {
    knowAlarm(test, 9);
    CHECK(test.cache->abandonAlarm(at(5)) == at(9));
    CHECK(test.getAlarm() == "9");
  }
  SUBCASE("there is none") {
    knowAlarm(test, {});
    CHECK_FALSE(test.cache->abandonAlarm(at(5)));
    CHECK(test.getAlarm() == "none");
  }
  SUBCASE("it is yet to be written") {
    test.setAlarm(5);
    CHECK_FALSE(test.cache->abandonAlarm(at(5)));
    CHECK(test.getAlarm() == "5");
    test.expect("setAlarm 5").done();
  }
  test.quiet();
}

}  // namespace lathe::persist
