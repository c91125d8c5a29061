#include "cli/build-watch.h"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <doctest/doctest.h>

#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// A build that appends to `runs`, which is not watched, whenever it runs.
class BuildWatchTest {
 public:
  explicit BuildWatchTest(FileWatch::Way way = FileWatch::Way::events)
      : watch(loop, way, {},
              {[this](const auto& changed) { begun.push_back(changed); },
               [this](std::string_view line) { lines += std::string(line) + "|"; },
               [this](const auto& failure, const auto& last) {
                 failures.push_back(failure + (last.empty() ? "" : "\n" + last));
               },
               [this](const fs::path& path) { passedOver.push_back(path); }}) {
    folder.write("src/a.txt", "0");
  }

  void use(const std::string& command) {
    BuildSettings settings{command, folder.path(), {folder.path() / "src"}, "w:1:1"};
    watch.use(settings, watch.contents(settings));
  }

  // Runs the loop until so many builds have ended in all.
  void untilEnded(std::size_t count) {
    while (failures.size() < count) loop.run_one();
  }

  // Long enough for a build that must not begin.
  void pause() { loop.run_for(std::chrono::milliseconds(150)); }

  boost::asio::io_context loop{1};
  TemporaryFolder folder;
  std::vector<BuildWatch::Paths> begun;
  std::string lines;
  std::vector<std::string> failures;
  std::vector<fs::path> passedOver;
  BuildWatch watch;
};

}  // namespace

TEST_CASE_FIXTURE(BuildWatchTest, "a change is built, and what it was is told") {
  use("cat src/a.txt src/new/b.txt 2>/dev/null; true");
  pause();
  CHECK(begun.empty());
  fs::path a = folder.write("src/a.txt", "1");
  untilEnded(1);
  CHECK(begun == std::vector<BuildWatch::Paths>{{a}});
  CHECK(lines == "1|");
  fs::path b = folder.write("src/new/b.txt", "2");
  untilEnded(2);
  CHECK(begun.back() == BuildWatch::Paths{b});
  // In a folder that was not there at first.
  folder.write("src/new/b.txt", "3");
  untilEnded(3);
  CHECK(begun.back() == BuildWatch::Paths{b});
  CHECK(failures == std::vector<std::string>(3));
}

TEST_CASE_FIXTURE(BuildWatchTest, "a save of the same content is not built") {
  use("true");
  folder.write("src/a.txt", "0");
  pause();
  CHECK(begun.empty());
}

TEST_CASE("where nothing tells of changes, they are looked for") {
  BuildWatchTest test(FileWatch::Way::poll);
  test.use("true");
  test.folder.write("src/a.txt", "1");
  test.untilEnded(1);
  CHECK(test.begun.size() == 1);
}

TEST_CASE_FIXTURE(BuildWatchTest, "a change during a run leads to one more run, and not at once") {
  use("echo begin; while [ ! -e go ]; do sleep 0.01; done; cat src/a.txt; echo");
  folder.write("src/a.txt", "1");
  while (lines.empty()) loop.run_one();
  for (const char* text : {"2", "3", "4"}) folder.write("src/a.txt", text);
  pause();
  CHECK(begun.size() == 1);
  folder.write("go", "");
  untilEnded(2);
  pause();
  CHECK(lines == "begin|4|begin|4|");
}

TEST_CASE_FIXTURE(BuildWatchTest, "a failure is told with the last lines of the output") {
  use("echo one; echo two >&2; exit 3");
  folder.write("src/a.txt", "1");
  untilEnded(1);
  CHECK(failures[0] ==
        "w:1:1: the build command \"echo one; echo two >&2; exit 3\" ended with exit code 3\n"
        "one\ntwo\n");
}

TEST_CASE_FIXTURE(BuildWatchTest, "a build that cannot start is a failure, and is tried again") {
  use("true");
  watch.use(BuildSettings{"true", folder.path() / "gone", {folder.path() / "src"}, "w:1:1"},
            watch.contents(*watch.settings()));
  folder.write("src/a.txt", "1");
  untilEnded(1);
  CHECK(failures[0].find("has no folder to run in") != std::string::npos);
  fs::create_directory(folder.path() / "gone");
  folder.write("src/a.txt", "2");
  untilEnded(2);
  CHECK(failures[1] == "");
}

TEST_CASE_FIXTURE(BuildWatchTest,
                  "output among the sources is built once more, until it stays the same") {
  use("tr a-z A-Z < src/a.txt > src/out.txt");
  folder.write("src/a.txt", "abc");
  untilEnded(2);
  pause();
  CHECK(begun.size() == 2);
  CHECK(passedOver.empty());
}

TEST_CASE_FIXTURE(BuildWatchTest, "output that is another each time ends the runs after a while") {
  use("date +%s%N > src/out.txt");
  folder.write("src/a.txt", "1");
  untilEnded(BuildWatch::kRunsInARow);
  pause();
  CHECK(begun.size() == BuildWatch::kRunsInARow);
  CHECK(passedOver == std::vector<fs::path>{folder.path() / "src/out.txt"});
  // What is no output counts as before.
  folder.write("src/a.txt", "2");
  untilEnded(BuildWatch::kRunsInARow + 1);
  CHECK(begun[BuildWatch::kRunsInARow] == BuildWatch::Paths{folder.path() / "src/a.txt"});
}

TEST_CASE_FIXTURE(BuildWatchTest, "another build ends the run of the one before") {
  use("echo $$; sleep 60");
  folder.write("src/a.txt", "1");
  while (lines.empty()) loop.run_one();
  use("true");
  CHECK_FALSE(watch.running());
  CHECK_FALSE(fs::exists("/proc/" + lines.substr(0, lines.size() - 1)));
  watch.run();
  untilEnded(1);
  CHECK(begun.back().empty());
}

}  // namespace lathe::cli
