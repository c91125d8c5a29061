// State files in which pages are damaged: errors of the store, whatever LMDB makes of them, and
// never the end of the process.

#include <fstream>
#include <random>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include "persist/lmdb-guard.h"
#include "persist/state-limits.h"
#include "tests/unit/persist/disk-fixture.h"

namespace lathe::persist {
namespace {

constexpr std::size_t kPage = 4096;

#if defined(__SANITIZE_ADDRESS__)
// A call that is broken off leaves behind what LMDB has allocated in it (lmdb-guard.h).
using LeavesBehind = __lsan::ScopedDisabler;
#else
struct LeavesBehind {};
#endif

struct Damage : DiskTest {
  LeavesBehind leavesBehind;

  Damage() {
    open();
    for (int actor = 0; actor < 20; ++actor) {
      Texts texts;
      for (int i = 0; i < 60; ++i) {
        texts.emplace_back("key" + std::to_string(i), std::string(40, 'v') + std::to_string(i));
      }
      texts.emplace_back(std::string(1500, 'k'), "long");
      texts.emplace_back("large", std::string(9000, 'x'));
      put(texts, {"rooms", "actor" + std::to_string(actor)});
    }
    store.reset();
    std::ifstream in(file, std::ios::binary);
    std::stringstream content;
    content << in.rdbuf();
    whole = content.str();
  }

  void write(const std::string& bytes) {
    store.reset();
    std::filesystem::remove(file.string() + "-lock");
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }

  // Reads and writes all there is. How often that failed; each failure is a StoreError.
  int failures() {
    int count = 0;
    auto attempt = [&](auto work) {
      try {
        work();
      } catch (const StoreError& error) {
        ++count;
        CHECK(error.reason() == StoreError::Reason::failed);
      }
    };
    attempt([&] { open(); });
    if (!store) return count;
    attempt([&] { loop.await(store->spaces()); });
    attempt([&] { loop.await(store->actors("rooms", "", 100)); });
    attempt([&] { loop.await(store->alarms()); });
    for (int actor = 0; actor < 20; ++actor) {
      const ActorRef ref{"rooms", "actor" + std::to_string(actor)};
      attempt([&] { list(ref); });
      attempt([&] {
        Range reverse;
        reverse.reverse = true;
        store->synchronousReads()->list(ref, RecordKind::keyValue, reverse);
      });
      attempt([&] { store->synchronousReads()->get(ref, RecordKind::keyValue, "large"); });
      attempt([&] { store->synchronousReads()->getAlarm(ref); });
    }
    for (int actor = 0; actor < 20; actor += 3) {
      const ActorRef ref{"rooms", "actor" + std::to_string(actor)};
      attempt([&] { put({{"key1", "new"}, {"large", std::string(5000, 'y')}}, ref); });
      attempt([&] { loop.await(store->commit({ref, {DeleteAll{}}})); });
      attempt([&] { loop.await(store->erase(ref)); });
    }
    store.reset();
    return count;
  }

  std::string whole;
};

}  // namespace

TEST_CASE("damage: a file that is whole has none") {
  Damage test;
  CHECK(test.failures() == 0);
}

TEST_CASE("damage: noise in a page is an error at most") {
  Damage test;
  std::mt19937 random(11);
  int told = 0;
  const std::size_t pages = std::min<std::size_t>(test.whole.size() / kPage, 60);
  for (std::size_t page = 0; page < pages; ++page) {
    auto bytes = test.whole;
    for (std::size_t i = 0; i < 200; ++i) {
      bytes[page * kPage + random() % kPage] = static_cast<char>(random());
    }
    test.write(bytes);
    told += test.failures() > 0 ? 1 : 0;
  }
  CHECK(told > 10);
}

TEST_CASE("damage: every byte of a page's head, and of what the file says of itself") {
  Damage test;
  int told = 0;
  for (std::size_t page : {0, 1, 2, 3, 7, 12, 20}) {
    const std::size_t end = page < 2 ? 152 : 40;
    for (std::size_t at = 0; at < end; at += page < 2 ? 3 : 1) {
      for (char value : {'\xff', '\0', '\x7f'}) {
        auto bytes = test.whole;
        bytes[page * kPage + at] = value;
        test.write(bytes);
        told += test.failures() > 0 ? 1 : 0;
      }
    }
  }
  CHECK(told > 20);
}

TEST_CASE("damage: a file that is cut while it is open") {
  for (std::size_t pages : {0, 1, 2, 5, 20}) {
    Damage test;
    test.open();
    REQUIRE(::truncate(test.file.c_str(), static_cast<off_t>(pages * kPage)) == 0);
    int count = 0;
    for (int actor = 0; actor < 20; ++actor) {
      try {
        test.list({"rooms", "actor" + std::to_string(actor)});
      } catch (const StoreError& error) {
        ++count;
        CHECK(contains(error.what(), "damaged"));
      }
    }
    CHECK(count > 0);
    CHECK(test.failure({{"a", "b"}}));
    test.store.reset();
  }
}

TEST_CASE("damage: a value of more bytes than any record has is not read") {
  std::string bytes(16, 'x');
  CHECK(guarded([&] { return touch({bytes.size(), bytes.data()}); }) == MDB_SUCCESS);
  CHECK(guarded([&] { return touch({kValueBytesMax + 1, bytes.data()}); }) == kLmdbBrokenOff);
  CHECK(guarded([&] { return touch({100, nullptr}); }) == kLmdbBrokenOff);
}

TEST_CASE("damage: guarded calls may be nested, and what comes after them is as before") {
  const int code = guarded([] {
    const int inner = guarded([] { return touch({100, nullptr}); });
    return inner == kLmdbBrokenOff ? touch({100, nullptr}) : 0;
  });
  CHECK(code == kLmdbBrokenOff);
  CHECK(guarded([] { return 7; }) == 7);
}

}  // namespace lathe::persist
