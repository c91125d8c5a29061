#include <doctest/doctest.h>

#include "persist/cache-failure.h"
#include "tests/unit/persist/mock-store.h"

namespace lathe::persist {

TEST_CASE("AC-44: output is held from the put on") {
  CacheTest test;
  CHECK(test.gate() == "open");
  test.put({{"foo", "1"}});
  CHECK(test.gate() == "shut");
  auto flush = test.expect("put foo=1");
  CHECK(test.gate() == "shut");
  flush.done();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-45: an unconfirmed put holds nothing") {
  CacheTest test;
  test.put({{"foo", "1"}}, kUnconfirmed);
  CHECK(test.gate() == "open");
  auto flush = test.expect("put foo=1");
  CHECK(test.gate() == "open");
  flush.done();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-46: a confirmed put that joins holds output for both") {
  CacheTest test;
  test.put({{"foo", "1"}}, kUnconfirmed);
  test.put({{"bar", "2"}});
  CHECK(test.gate() == "shut");
  test.expect("put foo=1,bar=2").done();
  CHECK(test.gate() == "open");
}

TEST_CASE("AC-47, AC-48: a flush that fails breaks the actor, also when nobody waits for it") {
  CacheTest test;
  SUBCASE("confirmed") { test.put({{"foo", "1"}}); }
  SUBCASE("unconfirmed") { test.put({{"foo", "1"}}, kUnconfirmed); }
  auto flush = test.expect("put foo=1");
  test.put({{"bar", "1"}});
  auto sync = test.sync();
  flush.fail(StoreError::Reason::invalid, "too large");
  CHECK(test.gate() == "too large");
  CHECK(sync == "failed: too large");
  test.put({{"baz", "1"}});
  test.quiet();
  CHECK(test.sync() == "failed: too large");
  CHECK(test.erase({"never seen"}) == "failed: too large");
  CHECK(test.deleteAll() == "failed: too large");
}

TEST_CASE("AC-49: why a write failed is not always for the script to see") {
  CacheTest test;
  test.put({{"foo", "1"}});
  test.expect("put foo=1").fail(StoreError::Reason::failed, "secret");
  const std::string text =
      "Internal error in Durable Object storage write caused object to be reset; reference = ";
  CHECK(test.gate().substr(0, text.size()) == text);
  CHECK(test.gate().size() == text.size() + 24);
}

TEST_CASE("AC-49: the log finds out why nevertheless") {
  auto cause = std::make_exception_ptr(StoreError(StoreError::Reason::failed, "secret"));
  try {
    std::rethrow_exception(visibleFailure(FailedWrite::flush, cause));
  } catch (const InternalStorageError& error) {
    CHECK(error.cause() == cause);
  }
}

TEST_CASE("a flush is given up when the store is not reached five times") {
  CacheTest test;
  test.put({{"foo", "1"}});
  for (int attempt = 0; attempt < 5; ++attempt) test.expect("put foo=1").disconnect();
  CHECK(test.gate() == "why not");
  test.quiet();
}

TEST_CASE("a cache that goes abandons who waits for it") {
  CacheTest test;
  test.put({{"foo", "1"}});
  auto flush = test.expect("put foo=1");
  auto read = test.get("bar");
  auto counted = test.erase({"baz"});
  auto sync = test.sync();
  test.cache.reset();
  const std::string abandoned = io::Abandoned().what();
  CHECK(read == "failed: " + abandoned);
  CHECK(counted == "failed: " + abandoned);
  CHECK(sync == "failed: " + abandoned);
  CHECK(test.gate() == abandoned);
  CHECK(test.lru.bytes() == 0);
  flush.done();
  test.turn();
}

}  // namespace lathe::persist
