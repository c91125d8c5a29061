// What the store on the disk refuses: folders of others, files that are none of its own, disks
// that are full.

#include <fstream>
#include <functional>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "persist/lmdb-format.h"
#include "persist/state-limits.h"
#include "tests/unit/persist/disk-fixture.h"

namespace lathe::persist {
namespace {

// A file system of a few megabytes, seen by this process only. Nothing when that may not be made.
class TinyDisk {
 public:
  static std::unique_ptr<TinyDisk> make(const std::filesystem::path& at) {
    std::filesystem::create_directories(at);
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tiny", at.c_str(), "tmpfs", 0, "size=4m") != 0) {
      MESSAGE("skipped: only root may mount a file system");
      return nullptr;
    }
    return std::unique_ptr<TinyDisk>(new TinyDisk(at));
  }
  ~TinyDisk() { ::umount2(at_.c_str(), MNT_DETACH); }
  bool makeReadOnly() {
    return ::mount(nullptr, at_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  explicit TinyDisk(std::filesystem::path at) : at_(std::move(at)) {}
  std::filesystem::path at_;
};

}  // namespace

// ---- One owner ----

TEST_CASE("disk: a second owner is told who the first is") {
  DiskTest test;
  test.open();
  CHECK(StateLock::ownerOf(test.folder)->pid == ::getpid());
  CHECK(StateLock::ownerOf(test.folder)->socket == "");
  test.store->lock().tellSocket("/run/user/1000/lathe/\"x\".sock");
  CHECK(StateLock::ownerOf(test.folder)->socket == "/run/user/1000/lathe/\"x\".sock");
  StoreLoop other;
  try {
    LmdbStore second(other.executor(), test.options);
    FAIL("it is in use");
  } catch (const StoreError& error) {
    CHECK(error.what() == "the state folder " + test.folder.string() + " is in use by process " +
                              std::to_string(::getpid()));
  }
  test.put({{"still", "there"}});
  test.store.reset();
  CHECK_FALSE(StateLock::ownerOf(test.folder));
  CHECK(test.refusal() == "");
  CHECK(test.list() == Texts{{"still", "there"}});
}

TEST_CASE("disk: the lock of a process that was killed is nobody's") {
  DiskTest test;
  std::filesystem::create_directories(test.folder);
  std::ofstream(test.folder / "lock.json") << R"({"pid": 1})";
  CHECK_FALSE(StateLock::ownerOf(test.folder));
  CHECK(test.refusal() == "");
}

TEST_CASE("disk: a lock with a text that says nothing is still a lock") {
  for (const char* text : {"", "{", "[]", R"({"pid": "x"})", R"({"socket": 5})"}) {
    DiskTest test;
    test.open();
    std::ofstream(test.folder / "lock.json") << text;
    CHECK(StateLock::ownerOf(test.folder)->pid == 0);
    StoreLoop other;
    CHECK_THROWS_WITH_AS(
        LmdbStore(other.executor(), test.options),
        ("the state folder " + test.folder.string() + " is in use by another process").c_str(),
        StoreError);
  }
}

TEST_CASE("disk: a new folder keeps itself out of repositories, an old one is left alone") {
  DiskTest test;
  test.open();
  std::string line;
  std::getline(std::ifstream(test.folder / ".gitignore"), line);
  CHECK(line == "*");
  std::filesystem::remove(test.folder / ".gitignore");
  test.open();
  CHECK_FALSE(std::filesystem::exists(test.folder / ".gitignore"));
}

// ---- Files that are not what they should be ----

TEST_CASE("disk: a file that is not a state file is refused and left as it is") {
  const std::string page(4096, '\0');
  for (const auto& content : {std::string("hello"), page, page + page, std::string(100'000, 'x')}) {
    DiskTest test;
    std::filesystem::create_directories(test.folder);
    std::ofstream(test.file) << content;
    const auto refusal = test.refusal();
    CAPTURE(refusal);
    CHECK(contains(refusal, test.file.string() + " cannot be opened: it is not a state file"));
    CHECK(std::filesystem::file_size(test.file) == content.size());
  }
}

TEST_CASE("disk: an empty file is begun") {
  DiskTest test;
  std::filesystem::create_directories(test.folder);
  std::ofstream(test.file) << "";
  CHECK(test.refusal() == "");
  test.put({{"a", "1"}});
  CHECK(test.list() == Texts{{"a", "1"}});
}

TEST_CASE("disk: a file of LMDB's that is not lathe's is refused and left as it is") {
  DiskTest test;
  std::filesystem::create_directories(test.folder);
  {
    LmdbEnvironment environment({.file = test.file, .mapBytes = 1 << 20});
    environment.change([](LmdbTransaction& records) { records.put("somebody", "else's"); });
  }
  const auto size = std::filesystem::file_size(test.file);
  CHECK(test.refusal() == test.file.string() + " is not a state file of lathe");
  CHECK(std::filesystem::file_size(test.file) == size);
}

TEST_CASE("disk: a cut file is refused, wherever it is cut") {
  DiskTest test;
  test.open();
  Texts many;
  for (int i = 0; i < 2000; ++i) many.emplace_back(std::to_string(i), std::string(100, 'v'));
  test.put(many);
  test.store.reset();
  const auto whole = test.temporary.path() / "whole";
  std::filesystem::copy_file(test.file, whole);
  int refused = 0;
  for (std::uintmax_t bytes = 1; bytes < std::filesystem::file_size(whole);
       bytes = bytes * 5 / 4 + 1) {
    std::filesystem::copy_file(whole, test.file, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(test.file, bytes);
    const auto refusal = test.refusal();
    CAPTURE(bytes);
    CAPTURE(refusal);
    if (refusal.empty()) {
      // Only the holes at its end are missing.
      CHECK(test.list().size() == many.size());
      test.store.reset();
    } else {
      ++refused;
      CHECK(contains(refusal, test.file.string()));
      CHECK((contains(refusal, " has been cut: it is ") || contains(refusal, "it is not a state")));
      CHECK(std::filesystem::file_size(test.file) == bytes);
    }
  }
  CHECK(refused > 20);
}

TEST_CASE("disk: a file of a newer format is refused, one of an older is brought up to date") {
  DiskTest test;
  test.open();
  test.put({{"a", "1"}});
  test.store.reset();
  // A lathe of the day after tomorrow.
  static constexpr FormatMigration kMigrations[] = {
      {1, [](LmdbTransaction& records) { records.put("\x01one", "two"); }},
      {2,
       [](LmdbTransaction& records) {
         records.put("\x01three", std::string(*records.get("\x01one")) + "+1");
       }},
  };
  {
    LmdbEnvironment environment({.file = test.file});
    prepareFormat(environment, {3, kMigrations});
    CHECK(*environment.read().records().get("\x01three") == "two+1");
    prepareFormat(environment, {3, {}});  // it is, by now
    CHECK_THROWS_WITH_AS(
        prepareFormat(environment, {5, kMigrations}),
        (test.file.string() + " is of format 3, which this lathe can no longer read").c_str(),
        StoreError);
  }
  CHECK(test.refusal() == test.file.string() +
                              " was written by a newer lathe (format 3; this one knows formats up "
                              "to 1)");
}

TEST_CASE("disk: a migration that fails leaves the file as it was") {
  DiskTest test;
  test.open();
  test.put({{"a", "1"}});
  test.store.reset();
  static constexpr FormatMigration kMigrations[] = {
      {1,
       [](LmdbTransaction& records) {
         records.put("\x01half", "done");
         throw StoreError(StoreError::Reason::failed, "on purpose");
       }},
  };
  {
    LmdbEnvironment environment({.file = test.file});
    CHECK_THROWS_AS(prepareFormat(environment, {2, kMigrations}), StoreError);
    CHECK_FALSE(environment.read().records().get("\x01half"));
  }
  CHECK(test.refusal() == "");
  CHECK(test.list() == Texts{{"a", "1"}});
}

TEST_CASE("disk: a folder that can not be used is named") {
  DiskTest test;
  std::ofstream(test.folder) << "a file";
  CHECK(contains(test.refusal(), "the state folder " + test.folder.string() + " cannot be "));
  test.options.folder = "/proc/lathe";
  CHECK(contains(test.refusal(), "the state folder /proc/lathe cannot be made: "));
}

TEST_CASE("disk: a full disk fails what does not fit, and only that") {
  DiskTest test;
  const auto disk = TinyDisk::make(test.folder);
  if (!disk) return;
  test.open();
  test.put({{"before", "1"}});
  // Fills what is left by and by, so that the failures meet every kind of write.
  std::optional<StoreError> error;
  int stored = 0;
  for (; !error; ++stored) {
    REQUIRE(stored < 100);
    error = test.failure({{"more" + std::to_string(stored), std::string(100'000, 'v')}});
  }
  --stored;
  CHECK(error->reason() == StoreError::Reason::diskFull);
  CHECK(std::string(error->what()) == test.file.string() + " cannot be written: the disk of " +
                                          test.folder.string() + " is full");
  // What was confirmed is there, what failed is not, and reads go on.
  CHECK(test.list().size() == static_cast<std::size_t>(1 + stored));
  auto again = test.failure({{"again", std::string(200'000, 'v')}});
  REQUIRE(again);
  CHECK(again->reason() == StoreError::Reason::diskFull);
  // Room comes back: by what is deleted, which itself needs a little, or by other files.
  const bool deleted =
      !test.loop.failure(test.store->commit({kActor, {Delete{RecordKind::keyValue, {"more0"}}}}));
  ::mount(nullptr, test.folder.c_str(), nullptr, MS_REMOUNT, "size=16m");
  test.put({{"again", std::string(200'000, 'v')}});
  CHECK(test.list().size() == static_cast<std::size_t>(2 + stored - (deleted ? 1 : 0)));
  test.open();
  CHECK(test.list().size() == static_cast<std::size_t>(2 + stored - (deleted ? 1 : 0)));
  test.store.reset();
}

TEST_CASE("disk: a file that may not be written is named") {
  DiskTest test;
  const auto disk = TinyDisk::make(test.folder);
  if (!disk) return;
  test.open();
  test.put({{"a", "1"}});
  test.store.reset();
  REQUIRE(disk->makeReadOnly());
  const auto refusal = test.refusal();
  CAPTURE(refusal);
  CHECK(contains(refusal, test.folder.string()));
  CHECK(contains(refusal, "Read-only file system"));
}

}  // namespace lathe::persist
