#include "cli/terminal-log.h"

#include <cstdlib>
#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/read-file.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

using Level = worker::Log::Level;

// What `say` writes to standard error.
std::string standardErrorOf(const std::function<void()>& say) {
  TemporaryFolder folder;
  auto path = folder.path() / "stderr";
  int kept = ::dup(STDERR_FILENO);
  int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  ::dup2(file, STDERR_FILENO);
  ::close(file);
  say();
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  return readFile(path);
}

void sayEverything(TerminalLog& log) {
  log.console("shop", Level::log, "one\ntwo");
  log.console("shop", Level::error, "a \"quoted\" word");
  log.exception("shop", "Error: no tea\n    at worker.js:1:2");
  log.warning("shop", "an odd date");
  log.error("no such file");
  log.note("reloaded", "Reloaded wrangler.json");
}

}  // namespace

TEST_CASE("text is for people: console messages as they are, the rest with a mark") {
  TerminalLog log(LogFormat::text, false);
  CHECK_FALSE(log.colors());
  CHECK(standardErrorOf([&] { sayEverything(log); }) ==
        "one\ntwo\n"
        "a \"quoted\" word\n"
        "error: Error: no tea\n    at worker.js:1:2\n"
        "warning: an odd date\n"
        "error: no such file\n"
        "Reloaded wrangler.json\n");
}

TEST_CASE("colours are on the marks") {
  TerminalLog log(LogFormat::text, true);
  CHECK(log.colors());
  CHECK(standardErrorOf([&] { log.error("x"); }) == "\x1b[31merror: \x1b[0mx\n");
}

TEST_CASE("JSON is one object a line") {
  TerminalLog log(LogFormat::json, true);
  CHECK_FALSE(log.colors());
  CHECK(standardErrorOf([&] { sayEverything(log); }) ==
        R"({"event":"console","worker":"shop","level":"log","text":"one\ntwo"}
{"event":"console","worker":"shop","level":"error","text":"a \"quoted\" word"}
{"event":"exception","worker":"shop","text":"Error: no tea\n    at worker.js:1:2"}
{"event":"warning","worker":"shop","text":"an odd date"}
{"event":"error","text":"no such file"}
{"event":"reloaded","text":"Reloaded wrangler.json"}
)");
}

TEST_CASE("a remark about a configuration is made once") {
  TerminalLog log(LogFormat::text, false);
  Config config;
  config.warnings = {"w"};
  config.notices = {"n"};
  std::string said = standardErrorOf([&] {
    log.remarks(config);
    config.notices.push_back("m");
    log.remarks(config);
  });
  CHECK(said == "warning: w\nnote: n\nnote: m\n");
}

TEST_CASE("the environment decides about colours before the terminal does") {
  struct {
    const char* force;
    const char* no;
    bool want;
  } cases[] = {
      {"1", nullptr, true}, {"1", "1", true},     {"0", nullptr, false},
      {"", "1", false},     {"false", "", false}, {nullptr, "1", false},
  };
  auto set = [](const char* name, const char* value) {
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  };
  for (const auto& [force, no, want] : cases) {
    set("FORCE_COLOR", force);
    set("NO_COLOR", no);
    CHECK(wantsColors(STDERR_FILENO) == want);
  }
  set("FORCE_COLOR", nullptr);
  set("NO_COLOR", nullptr);
  int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK_FALSE(wantsColors(file));
  ::close(file);
}

}  // namespace lathe::cli
