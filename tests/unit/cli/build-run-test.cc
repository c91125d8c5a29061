#include "cli/build-run.h"

#include <csignal>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

struct Ended {
  std::string lines;  // each with a | behind it
  std::string failure;
};

Ended ended(const std::string& command, const std::filesystem::path& folder) {
  boost::asio::io_context loop(1);
  Ended result;
  std::optional<std::string> failure;
  BuildRun run(
      loop, {command, folder, {}, "wrangler.jsonc:3:5"},
      [&](std::string_view line) { result.lines += std::string(line) + "|"; },
      [&](const std::string& text) { failure = text; });
  while (!failure) loop.run_one();
  result.failure = *failure;
  return result;
}

}  // namespace

TEST_CASE("a build runs in its folder, and its output is told line by line") {
  TemporaryFolder folder;
  folder.write("a.txt", "");
  Ended build = ended("ls; echo wrong >&2; printf 'no end'", folder.path());
  CHECK(build.lines == "a.txt|wrong|no end|");
  CHECK(build.failure.empty());
}

TEST_CASE("a build that fails says how") {
  TemporaryFolder folder;
  CHECK(ended("exit 3", folder.path()).failure ==
        "wrangler.jsonc:3:5: the build command \"exit 3\" ended with exit code 3");
  CHECK(ended("kill -TERM $$", folder.path()).failure ==
        "wrangler.jsonc:3:5: the build command \"kill -TERM $$\" was ended by Terminated");
  CHECK_THROWS_AS(ended("true", folder.path() / "absent"), ConfigError);
}

TEST_CASE("a build ends though it leaves something in the background") {
  TemporaryFolder folder;
  Ended build = ended("sleep 60 & echo $! started", folder.path());
  CHECK(build.failure.empty());
  ::kill(std::stoi(build.lines), SIGKILL);
}

TEST_CASE("a build that is given up goes with all that it has started") {
  TemporaryFolder folder;
  boost::asio::io_context loop(1);
  int inner = 0;
  {
    BuildRun run(
        loop, {"sleep 60 & echo $!; wait", folder.path(), {}, ""},
        [&](std::string_view line) { inner = std::stoi(std::string(line)); },
        [](const std::string&) { FAIL("it ended"); });
    while (inner == 0) loop.run_one();
  }
  // It goes at once, and whoever takes in orphans may let it lie for a while.
  std::string stat = "/proc/" + std::to_string(inner) + "/stat";
  auto gone = [&] {
    std::ifstream file(stat);
    std::string text;
    return !std::getline(file, text) || text.find(") Z ") != std::string::npos;
  };
  while (!gone()) ::usleep(1000);
  CHECK(gone());
}

}  // namespace lathe::cli
