#include "cli/terminal-log.h"

#include <cstdlib>
#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

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

// JSON lines without their times, after a look at them.
std::string withoutTimes(const std::string& lines) {
  std::regex time(R"("ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",)");
  return std::regex_replace(lines, time, "");
}

void sayEverything(TerminalLog& log) {
  log.console({"shop", Level::log, "one\ntwo"});
  log.console({"shop", Level::error, "a \"quoted\" word", "worker.js:1:2", 7});
  log.exception("shop", "Error: no tea\n    at worker.js:1:2", 7);
  log.warning("shop", "an odd date");
  log.error("no such file");
  log.note("reload", "Reloaded wrangler.json");
}

}  // namespace

TEST_CASE("text is for people: console messages as they are, the rest with a mark") {
  TerminalLog log({LogFormat::text, false});
  CHECK_FALSE(log.colors());
  CHECK(standardErrorOf([&] { sayEverything(log); }) ==
        "one\ntwo\n"
        "a \"quoted\" word  worker.js:1:2 #7\n"
        "error: Error: no tea\n    at worker.js:1:2\n"
        "warning: an odd date\n"
        "error: no such file\n"
        "Reloaded wrangler.json\n");
}

TEST_CASE("colours are on the marks") {
  TerminalLog log({LogFormat::text, true});
  CHECK(log.colors());
  CHECK(standardErrorOf([&] { log.error("x"); }) == "\x1b[31merror: \x1b[0mx\n");
}

TEST_CASE("lines of a stack that lie in packages are dimmed") {
  TerminalLog log({LogFormat::text, true});
  const char* stack =
      "Error: at node_modules/\n    at f (../node_modules/pk/i.js:1:2)\n    at worker.ts:3:4";
  CHECK(standardErrorOf([&] { log.exception("w", stack, 0); }) ==
        "\x1b[31merror: \x1b[0mError: at node_modules/\n"
        "\x1b[2m    at f (../node_modules/pk/i.js:1:2)\x1b[0m\n"
        "    at worker.ts:3:4\n");
}

TEST_CASE("JSON is one object a line") {
  TerminalLog log({LogFormat::json, true});
  CHECK_FALSE(log.colors());
  CHECK(withoutTimes(standardErrorOf([&] { sayEverything(log); })) ==
        R"({"level":"log","kind":"console","worker":"shop","text":"one\ntwo"}
{"level":"error","kind":"console","worker":"shop","requestId":7,"text":"a \"quoted\" word","place":"worker.js:1:2"}
{"level":"error","kind":"exception","worker":"shop","requestId":7,"text":"Error: no tea\n    at worker.js:1:2"}
{"level":"warn","kind":"warning","worker":"shop","text":"an odd date"}
{"level":"error","kind":"error","text":"no such file"}
{"level":"info","kind":"reload","text":"Reloaded wrangler.json"}
)");
}

TEST_CASE("a request has a line for who writes the worker, and for who asks for it") {
  TerminalLog::Request request{3, "shop", "GET", "/tea?n=1", 404, 1.25};
  auto saidWith = [&](TerminalLog log, bool everything) {
    if (everything) log.showEverything();
    return withoutTimes(standardErrorOf([&] { log.request(request); }));
  };
  CHECK(saidWith(TerminalLog({}), false).empty());
  CHECK(saidWith(TerminalLog({}), true) == "GET /tea?n=1 404 Not Found 1.2 ms #3\n");
  CHECK(saidWith(TerminalLog({.level = LogLevel::info}), false) ==
        "GET /tea?n=1 404 Not Found 1.2 ms #3\n");
  CHECK(saidWith(TerminalLog({.level = LogLevel::log}), true).empty());
  CHECK(saidWith(TerminalLog({.format = LogFormat::json}), true) ==
        R"({"level":"info","kind":"request","worker":"shop","requestId":3,"method":"GET",)"
        R"("url":"/tea?n=1","status":404,"ms":1.25})"
        "\n");
  request.status = 0;
  request.remark = "last good version";
  CHECK(saidWith(TerminalLog({}), true) ==
        "GET /tea?n=1 client left 1.2 ms #3 (last good version)\n");
}

TEST_CASE("an alarm has a line, as a request has") {
  using Outcome = worker::Log::Alarm::Outcome;
  std::string id(64, 'a');
  worker::Log::Alarm alarm;
  alarm.worker = "shop";
  alarm.className = "Cart";
  alarm.id = id;
  alarm.ms = 1.25;
  auto saidWith = [&](TerminalLog log) {
    log.showEverything();
    return withoutTimes(standardErrorOf([&] { log.alarm(alarm); }));
  };
  CHECK(standardErrorOf([&] { TerminalLog({}).alarm(alarm); }).empty());
  CHECK(saidWith(TerminalLog({})) == "alarm Cart aaaaaaaaaaaa… ok 1.2 ms\n");
  CHECK(saidWith(TerminalLog({.format = LogFormat::json})) ==
        R"({"level":"info","kind":"alarm","worker":"shop","class":"Cart","id":")" + id +
            R"(","outcome":"ok","durationMs":1.25,"retryCount":0})" + "\n");
  alarm.name = "tea";
  alarm.outcome = Outcome::failed;
  alarm.retryCount = 2;
  alarm.retryInMs = 8250;
  CHECK(saidWith(TerminalLog({})) == "alarm Cart \"tea\" failed 1.2 ms, retry 2, again in 8.2 s\n");
  CHECK(
      saidWith(TerminalLog({.format = LogFormat::json})) ==
      R"({"level":"error","kind":"alarm","worker":"shop","class":"Cart","id":")" + id +
          R"(","name":"tea","outcome":"failed","durationMs":1.25,"retryCount":2,"retryInMs":8250})" +
          "\n");
  alarm.retryInMs.reset();
  CHECK(saidWith(TerminalLog({})) == "alarm Cart \"tea\" failed 1.2 ms, retry 2, given up\n");
}

TEST_CASE("a level holds back what is less important, also of what scripts print") {
  struct {
    LogLevel level;
    std::string_view want;
  } cases[] = {
      {LogLevel::debug, "debug info log warn error warning: w\nerror: e\nn\nd\n"},
      {LogLevel::info, "info log warn error warning: w\nerror: e\nn\n"},
      {LogLevel::log, "log warn error warning: w\nerror: e\n"},
      {LogLevel::warn, "warn error warning: w\nerror: e\n"},
      {LogLevel::error, "error error: e\n"},
      {LogLevel::none, ""},
  };
  for (const auto& [level, want] : cases) {
    TerminalLog log({.level = level});
    std::string said = standardErrorOf([&] {
      log.console({"", Level::debug, "debug"});
      log.console({"", Level::info, "info"});
      log.console({"", Level::log, "log"});
      log.console({"", Level::warn, "warn"});
      log.console({"", Level::error, "error"});
      log.warning("", "w");
      log.error("e");
      log.note("notice", "n");
      log.detail("notice", "d");
    });
    // The console's on one line, for the table's sake.
    for (std::string_view word : {"debug\n", "info\n", "log\n", "warn\n", "error\n"}) {
      auto at = said.find(word);
      if (at != said.npos) said[at + word.size() - 1] = ' ';
    }
    CHECK(said == want);
  }
}

TEST_CASE("an exception shows the line that it comes from") {
  TerminalLog log({});
  log.useSources([](std::string_view worker, const std::string& module) {
    bool known = worker == "shop" && module == "worker.js";
    return known ? std::optional<std::string>("one\ntwo") : std::nullopt;
  });
  CHECK(standardErrorOf([&] { log.exception("shop", "Error: x\n    at worker.js:2:2", 0); }) ==
        "error: Error: x\n  1 | one\n> 2 | two\n    |  ^\n    at worker.js:2:2\n");
  // And for a page, where pages are for who writes the worker.
  CHECK(log.codeFrame("shop", "Error: x\n    at worker.js:2:2").empty());
  log.showEverything();
  CHECK(log.codeFrame("shop", "Error: x\n    at worker.js:2:2") ==
        "  1 | one\n> 2 | two\n    |  ^");
  CHECK(log.codeFrame("shop", "Error: x\n    at other.js:2:2").empty());
}

TEST_CASE("a remark about a configuration is made once") {
  TerminalLog log({LogFormat::text, false});
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
