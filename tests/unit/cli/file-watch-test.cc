#include "cli/file-watch.h"

#include <chrono>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

class FileWatchTest {
 public:
  explicit FileWatchTest(FileWatch::Way way = FileWatch::Way::events)
      : watch(loop, folder.path(), way, [this](const auto& paths) {
          ++calls;
          for (const fs::path& path : paths) told.insert(nameOf(path));
        }) {}

  std::string nameOf(const fs::path& path) const {
    return path.lexically_relative(folder.path()).string();
  }
  fs::path at(const char* name) const { return folder.path() / name; }

  void watchThese(std::initializer_list<const char*> names) {
    std::vector<fs::path> files;
    for (const char* name : names) files.push_back(at(name));
    watch.watch(files);
    // What was there before is not told.
    settle();
    told.clear();
    calls = 0;
  }

  // Runs the loop until the file has been told of, which a test that does not end has not.
  void hear(const std::string& name) {
    while (!told.contains(name)) loop.run_one();
    settle();
    told.clear();
  }

  // Whether nothing is told for longer than anything may take to be.
  bool quiet() {
    settle();
    return std::exchange(told, {}).empty();
  }

  void settle() { loop.run_for(2 * FileWatch::kReplacing); }

  // How often the time that a whole file waits goes by until the file has been told of, with
  // `meanwhile()` called over and over. A slow machine makes rounds longer, not more of them.
  int roundsUntil(const std::string& name, const std::function<void()>& meanwhile) {
    int rounds = 0;
    for (; !told.contains(name); ++rounds) {
      auto end = std::chrono::steady_clock::now() + FileWatch::kSettle;
      while (std::chrono::steady_clock::now() < end) {
        meanwhile();
        loop.poll();
      }
    }
    return rounds;
  }
  // What goes on happening to a file puts off by FileWatch::kSettleMax, 250 rounds.
  static constexpr int kFewRounds = 5;

  boost::asio::io_context loop{1};
  TemporaryFolder folder;
  std::set<std::string> told;
  int calls = 0;
  FileWatch watch;
};

}  // namespace

TEST_CASE_FIXTURE(FileWatchTest, "a file that is written to is told of, its neighbours are not") {
  folder.write("a.js", "1");
  folder.write("b.js", "1");
  watchThese({"a.js"});
  CHECK(quiet());
  folder.write("a.js", "2");
  hear("a.js");
  folder.write("b.js", "2");
  folder.write("new.js", "2");
  CHECK(quiet());
}

TEST_CASE_FIXTURE(FileWatchTest, "files that are saved together are told of at once") {
  for (const char* name : {"a.js", "b.js", "c.js"}) folder.write(name, "1");
  watchThese({"a.js", "b.js", "c.js"});
  for (const char* name : {"a.js", "b.js", "c.js"}) folder.write(name, "2");
  while (told.size() < 3) loop.run_one();
  CHECK(calls == 1);
}

TEST_CASE_FIXTURE(FileWatchTest, "editors that replace a file are heard, each time") {
  folder.write("a.js", "0");
  watchThese({"a.js"});
  for (const char* text : {"1", "2", "3"}) {
    folder.write("a.js.tmp", text);
    fs::rename(at("a.js.tmp"), at("a.js"));
    hear("a.js");
  }
  // As those do that keep the old one.
  fs::rename(at("a.js"), at("a.js~"));
  folder.write("a.js", "4");
  hear("a.js");
  // And those that remove it first.
  fs::remove(at("a.js"));
  folder.write("a.js", "5");
  hear("a.js");
  folder.write("a.js", "6");
  hear("a.js");
}

TEST_CASE_FIXTURE(FileWatchTest, "a file may come only later, with the folders it is in") {
  watchThese({"deep/down/a.js"});
  CHECK(quiet());
  folder.write("deep/down/a.js", "1");
  hear("deep/down/a.js");
  folder.write("deep/down/a.js", "2");
  hear("deep/down/a.js");
  // And may go with them and come back.
  fs::remove_all(at("deep"));
  hear("deep/down/a.js");
  folder.write("deep/down/a.js", "3");
  hear("deep/down/a.js");
  folder.write("deep/down/a.js", "4");
  hear("deep/down/a.js");
}

TEST_CASE_FIXTURE(FileWatchTest, "a folder that another takes the place of is watched on") {
  folder.write("src/a.js", "1");
  watchThese({"src/a.js"});
  folder.write("next/a.js", "2");
  fs::rename(at("src"), at("src.old"));
  fs::rename(at("next"), at("src"));
  hear("src/a.js");
  folder.write("src/a.js", "3");
  hear("src/a.js");
  folder.write("src.old/a.js", "4");
  CHECK(quiet());
}

TEST_CASE_FIXTURE(FileWatchTest,
                  "a symbolic link is heard where it leads, and when it leads elsewhere") {
  folder.write("one/a.js", "1");
  folder.write("two/a.js", "2");
  fs::create_directory_symlink("one", at("src"));
  watchThese({"src/a.js"});
  folder.write("one/a.js", "3");
  hear("src/a.js");
  fs::remove(at("src"));
  fs::create_directory_symlink("two", at("src"));
  hear("src/a.js");
  folder.write("two/a.js", "4");
  hear("src/a.js");
}

TEST_CASE_FIXTURE(FileWatchTest, "what is not watched any more is not told of") {
  folder.write("a.js", "1");
  folder.write("b.js", "1");
  watchThese({"a.js", "b.js"});
  watchThese({"b.js"});
  folder.write("a.js", "2");
  CHECK(quiet());
  folder.write("b.js", "2");
  hear("b.js");
}

TEST_CASE_FIXTURE(FileWatchTest, "what is written beside a file does not put it off") {
  folder.write("a.js", "1");
  folder.write("dev.log", "1");
  watchThese({"a.js"});
  int log = ::open(at("dev.log").c_str(), O_WRONLY | O_APPEND);
  folder.write("a.js", "2");
  CHECK(roundsUntil("a.js", [&] { REQUIRE(::write(log, "2", 1) == 1); }) < kFewRounds);
  ::close(log);
}

TEST_CASE_FIXTURE(FileWatchTest, "a file that is long being written to does not hold up another") {
  folder.write("a.js", "1");
  folder.write("b.txt", "1");
  watchThese({"a.js", "b.txt"});
  int file = ::open(at("b.txt").c_str(), O_WRONLY | O_APPEND);
  auto writeOn = [&] { REQUIRE(::write(file, "2", 1) == 1); };
  // Where the machine pauses for longer than a writer does, the two begin together.
  bool apart = false;
  for (int attempt = 0; attempt < 50 && !apart; ++attempt) {
    writeOn();
    roundsUntil("b.txt", writeOn);
    told.clear();
    folder.write("a.js", "2");
    apart = roundsUntil("a.js", writeOn) < kFewRounds;
    told.clear();
  }
  ::close(file);
  CHECK(apart);
}

TEST_CASE_FIXTURE(FileWatchTest, "files of one save wait for the last of them to be whole") {
  folder.write("a.js", "1");
  folder.write("b.js", "1");
  watchThese({"a.js", "b.js"});
  int file = ::open(at("b.js").c_str(), O_WRONLY | O_TRUNC);
  do {
    settle();
    told.clear();
    calls = 0;
    REQUIRE(::write(file, "2", 1) == 1);
    folder.write("a.js", "2");
    loop.poll();
    // On a machine that has paused meanwhile it was time to tell.
  } while (!told.empty());
  ::close(file);
  while (told.empty()) loop.run_one();
  CHECK(told == std::set<std::string>{"a.js", "b.js"});
  CHECK(calls == 1);
}

TEST_CASE_FIXTURE(FileWatchTest, "the store of Durable Objects is not heard") {
  folder.write("a.js", "1");
  folder.write(".lathe/state/data.mdb", "1");
  watchThese({"a.js"});
  for (int i = 0; i < 10; ++i) folder.write(".lathe/state/data.mdb", std::to_string(i));
  fs::remove_all(at(".lathe"));
  folder.write(".lathe/state/lock.mdb", "1");
  CHECK(quiet());
}

TEST_CASE_FIXTURE(FileWatchTest,
                  "a file that is being written is known to be, until it is closed") {
  folder.write("a.js", "1");
  watchThese({"a.js"});
  CHECK_FALSE(watch.isBeingReplaced(at("a.js")));
  int file = ::open(at("a.js").c_str(), O_WRONLY | O_TRUNC);
  CHECK(watch.isBeingReplaced(at("a.js")));
  REQUIRE(::write(file, "2", 1) == 1);
  CHECK(watch.isBeingReplaced(at("a.js")));
  ::close(file);
  CHECK_FALSE(watch.isBeingReplaced(at("a.js")));
  hear("a.js");
}

TEST_CASE("where events do not work the files are looked at") {
  FileWatchTest test(FileWatch::Way::poll);
  test.folder.write("a.js", "1");
  test.folder.write("deep/b.js", "1");
  test.watchThese({"a.js", "deep/b.js", "absent.js"});
  CHECK(test.watch.polls());
  // Another length: so soon after the first, the time may well be the same.
  test.folder.write("a.js", "22");
  test.hear("a.js");
  test.folder.write("a.js.tmp", "33");
  fs::rename(test.at("a.js.tmp"), test.at("a.js"));
  test.hear("a.js");
  test.folder.write("absent.js", "1");
  test.hear("absent.js");
  fs::remove_all(test.at("deep"));
  test.hear("deep/b.js");
}

}  // namespace lathe::cli
