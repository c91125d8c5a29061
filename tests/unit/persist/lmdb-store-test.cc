// What the store on the disk promises beyond the contract of all stores.

#include "persist/lmdb-store.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "persist/lmdb-format.h"
#include "persist/memory-store.h"
#include "persist/state-limits.h"
#include "tests/unit/cli/temporary-folder.h"
#include "tests/unit/persist/store-fixture.h"

namespace lathe::persist {
namespace {

const ActorRef kActor{"rooms", "a"};
const ActorRef kOther{"rooms", "b"};

// A folder, and the store in it, which can be closed and opened again.
struct DiskTest {
  cli::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path() / "state";
  std::filesystem::path file = folder / "actors.mdb";
  LmdbStore::Options options{.folder = folder};
  StoreLoop loop;
  std::unique_ptr<LmdbStore> store;

  void open() {
    store.reset();
    store = std::make_unique<LmdbStore>(loop.executor(), options);
  }
  // Why it can not be opened; empty when it can.
  std::string refusal() {
    try {
      open();
    } catch (const StoreError& error) {
      return error.what();
    }
    return "";
  }
  void put(const Texts& texts, const ActorRef& actor = kActor) {
    loop.await(store->commit({actor, {putOf(texts)}}));
  }
  std::optional<StoreError> failure(const Texts& texts) {
    return loop.failure(store->commit({kActor, {putOf(texts)}}));
  }
  Texts list(const ActorRef& actor = kActor) {
    return textsOf(store->synchronousReads()->list(actor, RecordKind::keyValue, {}));
  }
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

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

TEST_CASE("disk: what was stored is there when the store is opened again") {
  for (auto durability : {LmdbStore::Durability::fsync, LmdbStore::Durability::os}) {
    DiskTest test;
    test.options.durability = durability;
    test.open();
    const Texts texts{{"", ""}, {"a", "1"}, {std::string(2048, 'k'), std::string(2'000'000, 'v')}};
    test.put(texts);
    test.loop.await(test.store->commit({kOther, {SetAlarm{at(5)}}}));
    test.open();
    CHECK(test.list() == texts);
    CHECK(test.store->synchronousReads()->getAlarm(kOther) == at(5));
    CHECK(test.loop.await(test.store->alarms()).size() == 1);
    // Namespaces keep the numbers that they had.
    test.put({{"x", "y"}}, {"other", "a"});
    test.open();
    CHECK(test.list() == texts);
    CHECK(test.list({"other", "a"}) == Texts{{"x", "y"}});
  }
}

TEST_CASE("disk: batches that nobody waited for are committed before the store goes") {
  DiskTest test;
  test.open();
  for (int i = 0; i < 100; ++i) {
    auto unheard = test.store->commit({kActor, {putOf({{"n", std::to_string(i)}})}});
  }
  auto heard = test.store->commit({kActor, {putOf({{"last", "1"}})}});
  test.store.reset();
  CHECK_THROWS_AS(test.loop.await(std::move(heard)), io::Abandoned);
  test.open();
  CHECK(test.list() == Texts{{"last", "1"}, {"n", "99"}});
}

TEST_CASE("disk: a store may be closed by whoever hears of a commit") {
  DiskTest test;
  test.open();
  auto first = test.store->commit({kActor, {putOf({{"a", "1"}})}});
  auto second = test.store->commit({kActor, {putOf({{"b", "2"}})}});
  bool abandoned = false;
  first.then([&](io::Outcome<BatchResult>) { test.store.reset(); });
  second.then([&](io::Outcome<BatchResult> outcome) { abandoned = outcome.failed(); });
  while (test.store) test.loop.turn();
  test.loop.turn();
  test.open();
  CHECK(test.list() == Texts{{"a", "1"}, {"b", "2"}});
  CHECK(abandoned);
}

TEST_CASE("disk: the map grows over its first size, also in the middle of a batch") {
  DiskTest test;
  test.options.mapBytes = 64 << 10;
  test.open();
  test.put({{"before", "1"}});
  Texts many;
  for (int i = 0; i < 3000; ++i) {
    many.emplace_back("key" + std::to_string(100'000 + i), std::string(1000, 'v'));
  }
  // In one group with others, for different namespaces that get their numbers in it.
  auto first = test.store->commit({{"first", "a"}, {putOf({{"a", "1"}})}});
  auto large = test.store->commit({{"large", "a"}, {putOf(many), SetAlarm{at(9)}}});
  auto last = test.store->commit({{"last", "a"}, {putOf({{"a", "1"}})}});
  test.loop.await(std::move(first));
  test.loop.await(std::move(large));
  test.loop.await(std::move(last));
  test.put({{"large", std::string(2'000'000, 'v')}});
  for (int round = 0; round < 2; ++round) {
    CHECK(test.list({"large", "a"}) == many);
    CHECK(test.list({"first", "a"}) == Texts{{"a", "1"}});
    CHECK(test.list({"last", "a"}) == Texts{{"a", "1"}});
    CHECK(test.list().size() == 2);
    test.open();
  }
}

TEST_CASE("disk: long lists are read aside, as of when they were begun, while the map grows") {
  DiskTest test;
  test.options.mapBytes = 64 << 10;
  test.open();
  Texts many;
  for (int i = 0; i < 5000; ++i) many.emplace_back("key" + std::to_string(100'000 + i), "v");
  test.put(many);
  const Texts backwards(many.rbegin(), many.rend());
  std::vector<io::Pending<std::vector<Pair>>> lists;
  for (int i = 0; i < 50; ++i) {
    const bool reverse = i % 2 == 1;
    lists.push_back(test.store->list(kActor, RecordKind::keyValue, {"", {}, {}, reverse}));
    auto commit = test.store->commit(
        {kOther, {putOf({{"grow" + std::to_string(i), std::string(100'000, 'v')}})}});
    auto gone = test.store->commit(
        {kActor, {Delete{RecordKind::keyValue, {many[static_cast<std::size_t>(i)].first}}}});
    if (i == 0) test.loop.await(std::move(gone));
  }
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto texts = textsOf(test.loop.await(std::move(lists[i])));
    if (i == 0) CHECK(texts == many);
    CHECK(texts.size() >= many.size() - i);
  }
  auto limited = test.store->list(kActor, RecordKind::keyValue, {"", {}, 3000, true});
  const auto last = textsOf(test.loop.await(std::move(limited)));
  CHECK(last == Texts(backwards.begin(), backwards.begin() + 3000));
}

TEST_CASE("disk: lists that nobody waits for any more do not outlive the store") {
  DiskTest test;
  test.open();
  Texts many;
  for (int i = 0; i < 5000; ++i) many.emplace_back(std::to_string(i), "v");
  test.put(many);
  std::vector<io::Pending<std::vector<Pair>>> lists;
  for (int i = 0; i < 20; ++i) {
    auto list = test.store->list(kActor, RecordKind::keyValue, {});
    if (i % 2) lists.push_back(std::move(list));
  }
  test.store.reset();
  test.loop.turn();
  CHECK(test.refusal() == "");
}

// ---- The same as in memory ----

TEST_CASE("disk: ten thousand random changes give what they give in memory") {
  const char* replay = std::getenv("LATHE_SEED");
  const auto seed = replay ? std::stoul(replay) : std::random_device()();
  INFO("LATHE_SEED=", seed);
  std::mt19937 random(static_cast<std::uint32_t>(seed));
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  DiskTest test;
  test.options.mapBytes = 64 << 10;
  test.open();
  MemoryStore memory(test.loop.executor());

  // Few different bytes and lengths, so that keys are often the same, or begin with one another.
  const auto key = [&] {
    const std::size_t lengths[] = {0, 1, 2, 255, 256, 257, 300, 512, 513, 1024, 2047, 2048};
    std::string bytes(lengths[below(std::size(lengths))], below(2) ? 'k' : '\0');
    for (std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      if (!bytes.empty() && below(3) == 0) bytes[at] = "\0k\xff"[below(3)];
    }
    return bytes;
  };
  const auto kind = [&] { return below(4) ? RecordKind::keyValue : RecordKind::sqlPage; };
  const auto actor = [&] {
    return ActorRef{below(2) ? "rooms" : "clocks", std::string(below(3), '\0')};
  };
  const auto change = [&]() -> Change {
    switch (below(12)) {
      case 0:
        return below(8) ? Change(Delete{kind(), {key()}, true}) : Change(DeleteAll{});
      case 1:
        return SetAlarm{at(static_cast<std::int64_t>(below(5)))};
      case 2:
        return DeleteAlarm{below(2) ? std::optional(at(1)) : std::nullopt};
      case 3:
      case 4:
      case 5:
        return Delete{kind(), {key(), key(), key()}, below(2) == 0};
      default:
        return Put{kind(), {{key(), valueOf(std::string(below(5000), 'v'))}, {key(), valueOf("")}}};
    }
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::pair<io::Pending<BatchResult>, io::Pending<BatchResult>>> commits;
    for (int i = 0; i < 10; ++i) {
      Batch batch{actor(), {change(), change()}};
      auto inMemory = memory.commit(batch);
      commits.emplace_back(test.store->commit(std::move(batch)), std::move(inMemory));
    }
    for (auto& [disk, inMemory] : commits) {
      REQUIRE(test.loop.await(std::move(disk)) == test.loop.await(std::move(inMemory)));
    }
    if (round % 100 == 50) test.open();
    const auto who = actor();
    if (below(50) == 0) {
      test.loop.await(test.store->erase(who));
      test.loop.await(memory.erase(who));
    }
    for (auto which : {RecordKind::keyValue, RecordKind::sqlPage}) {
      Range range{below(2) ? key() : "", {}, {}, below(2) == 0};
      if (below(2)) range.end = key();
      if (below(2)) range.limit = below(6);
      REQUIRE(textsOf(test.store->synchronousReads()->list(who, which, range)) ==
              textsOf(memory.synchronousReads()->list(who, which, range)));
    }
    const auto name = key();
    const auto disk = test.store->synchronousReads()->get(who, RecordKind::keyValue, name);
    const auto inMemory = memory.synchronousReads()->get(who, RecordKind::keyValue, name);
    REQUIRE((disk ? *disk : "(none)") == (inMemory ? *inMemory : "(none)"));
    if (round % 25 == 0) {
      REQUIRE(test.loop.await(test.store->alarms()).size() ==
              test.loop.await(memory.alarms()).size());
      REQUIRE(test.loop.await(test.store->spaces()) == test.loop.await(memory.spaces()));
      REQUIRE(test.loop.await(test.store->actors("rooms", "", 2)) ==
              test.loop.await(memory.actors("rooms", "", 2)));
    }
  }
}

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

// ---- Another file under the same name ----

TEST_CASE("disk: the file can be replaced while the store is in use") {
  DiskTest source;
  source.open();
  source.put({{"from", "elsewhere"}}, {"another", "x"});
  source.put({{"a", "new"}});
  source.store.reset();

  DiskTest test;
  test.open();
  test.put({{"a", "old"}});
  const auto fresh = test.temporary.path() / "fresh.mdb";
  std::filesystem::copy_file(source.file, fresh);
  auto before = test.store->commit({kActor, {putOf({{"goes", "away"}})}});
  auto replaced = test.store->replaceFile(fresh);
  auto after = test.store->commit({kActor, {putOf({{"after", "1"}})}});
  test.loop.await(std::move(before));
  test.loop.await(std::move(replaced));
  test.loop.await(std::move(after));
  CHECK_FALSE(std::filesystem::exists(fresh));
  for (int round = 0; round < 2; ++round) {
    CHECK(test.list() == Texts{{"a", "new"}, {"after", "1"}});
    CHECK(test.list({"another", "x"}) == Texts{{"from", "elsewhere"}});
    test.open();
  }
}

TEST_CASE("disk: a replacement that can not be used changes nothing") {
  DiskTest test;
  test.open();
  test.put({{"a", "1"}});
  const auto fresh = test.temporary.path() / "fresh.mdb";
  auto missing = test.loop.failure(test.store->replaceFile(fresh));
  CHECK(contains(missing.value().what(), fresh.string() + " cannot be opened: "));
  CHECK_FALSE(std::filesystem::exists(fresh));
  std::ofstream(fresh) << "something else";
  auto refused = test.loop.failure(test.store->replaceFile(fresh));
  CHECK(contains(refused.value().what(), "it is not a state file"));
  test.put({{"b", "2"}});
  CHECK(test.list() == Texts{{"a", "1"}, {"b", "2"}});
}

// ---- Commits that do not wait for the disk ----

namespace {

// Puts every `every`th page of `older` back into `file`, but for the first two: a power cut may
// leave the meta pages on the disk, and of the other pages any. None when `every` is 0.
void losePages(const std::filesystem::path& file, const std::filesystem::path& older, int every) {
  if (every == 0) return;
  std::ifstream from(older, std::ios::binary);
  std::fstream to(file, std::ios::binary | std::ios::in | std::ios::out);
  const auto step = std::streamoff{4096} * every;
  std::string page(4096, '\0');
  for (std::streamoff at = 2 * 4096; from.seekg(at).read(page.data(), 4096); at += step) {
    to.seekp(at).write(page.data(), 4096);
  }
}

void pretendOtherBoot(const std::filesystem::path& checkpoint) {
  std::string content;
  {
    std::ifstream stream(checkpoint, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const auto at = content.find(' ') + 1;
  content.replace(at, content.find(' ', at) - at, "another-boot");
  std::ofstream(checkpoint, std::ios::binary) << content;
}

}  // namespace

TEST_CASE("disk: without waiting for the disk, a power cut leads back to the last checkpoint") {
  DiskTest test;
  test.options.durability = LmdbStore::Durability::os;
  test.open();
  const auto all = [](char value) {
    Texts texts;
    for (int i = 0; i < 50; ++i) texts.emplace_back(std::to_string(i), std::string(500, value));
    return texts;
  };
  test.put(all('v'));
  test.open();  // makes a checkpoint
  const auto stored = test.list();
  const auto older = test.temporary.path() / "older.mdb";
  std::filesystem::copy_file(test.file, older);
  // Changes every page, several times, within the second until the next checkpoint. (To grow would
  // make one too: the map is large enough.)
  for (char value = 'a'; value < 'k'; ++value) test.put(all(value));
  const auto cut = test.temporary.path() / "cut";
  std::filesystem::create_directories(cut);
  for (const char* name : {"actors.mdb", "actors.mdb-checkpoint"}) {
    std::filesystem::copy_file(test.folder / name, cut / name);
  }
  CHECK(test.list() != stored);
  test.store.reset();
  CHECK_FALSE(std::filesystem::exists(test.folder / "actors.mdb-checkpoint"));

  pretendOtherBoot(cut / "actors.mdb-checkpoint");
  for (auto durability : {LmdbStore::Durability::fsync, LmdbStore::Durability::os}) {
    for (int every : {0, 1, 2, 3}) {
      CAPTURE(every);
      test.options.durability = durability;
      test.options.folder = test.temporary.path() / "after";
      std::filesystem::copy(cut, test.options.folder);
      losePages(test.options.folder / "actors.mdb", older, every);
      test.open();
      CHECK(test.list() == stored);
      test.put({{"goes", "on"}});
      test.open();
      CHECK(test.list().size() == stored.size() + 1);
      test.store.reset();
      std::filesystem::remove_all(test.options.folder);
    }
  }
}

TEST_CASE("disk: without waiting for the disk, a killed process loses nothing") {
  DiskTest test;
  test.options.durability = LmdbStore::Durability::os;
  test.open();
  test.put({{"a", "1"}});
  const auto left = test.temporary.path() / "left";
  std::filesystem::copy(test.folder, left);  // as a kill would leave it
  CHECK(std::filesystem::exists(left / "actors.mdb-checkpoint"));
  test.store.reset();
  test.options.folder = left;
  for (auto durability : {LmdbStore::Durability::os, LmdbStore::Durability::fsync}) {
    test.options.durability = durability;
    test.open();
    CHECK(test.list() == Texts{{"a", "1"}});
  }
  CHECK_FALSE(std::filesystem::exists(left / "actors.mdb-checkpoint"));
}

TEST_CASE("disk: a checkpoint that is not whole is none") {
  DiskTest test;
  test.options.durability = LmdbStore::Durability::os;
  test.open();
  test.put({{"a", "1"}});
  const auto left = test.temporary.path() / "left";
  std::filesystem::copy(test.folder, left);
  test.store.reset();
  test.options.folder = left;
  const auto checkpoint = left / "actors.mdb-checkpoint";
  pretendOtherBoot(checkpoint);
  std::filesystem::resize_file(checkpoint, std::filesystem::file_size(checkpoint) - 1);
  test.open();
  CHECK(test.list() == Texts{{"a", "1"}});
}

}  // namespace lathe::persist
