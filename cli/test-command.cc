#include "cli/test-command.h"

#include <string_view>

#include <unistd.h>

#include "cli/build-run.h"
#include "cli/output.h"
#include "cli/project.h"
#include "cli/runtime.h"
#include "engine/shown-text.h"
#include "engine/worker/engine.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string nameOf(const worker::Engine::Test& test) {
  return test.entrypoint.empty() ? test.worker : test.worker + ":" + test.entrypoint;
}

std::string resultLine(std::string_view word, std::string_view color, const std::string& name,
                       bool colors) {
  std::string line = "[ ";
  if (colors) line += color;
  line += word;
  if (colors) line += kPlain;
  return line + " ] " + shownText(name) + "\n";
}

std::string indented(std::string_view text) {
  std::string out = "  ";
  for (char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + "\n";
}

}  // namespace

ExitCode test(const TestOptions& options, TerminalLog& log) {
  std::vector<Config> configs;
  for (const std::string& path : options.paths) {
    ProjectChoice choice = options.project;
    choice.path = path;
    configs.push_back(loadConfig(choice));
    runBuild(configs.back(), log);
  }
  Runtime runtime(log, configs, options.objects);
  runtime.load(configs);

  bool colors = wantsColors(STDOUT_FILENO);
  int passed = 0;
  int failed = 0;
  for (const worker::Engine::Test& test : runtime.engine().tests()) {
    std::string name = nameOf(test);
    if (name.find(options.filter) == std::string::npos) continue;
    std::string error = runtime.await(runtime.engine().runTest(test));
    ++(error.empty() ? passed : failed);
    if (error.empty()) {
      writeOut(resultLine("PASS", kGreen, name, colors));
    } else {
      writeOut(resultLine("FAIL", kRed, name, colors) + indented(shownText(error)));
    }
  }
  writeOut(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed\n");
  if (passed + failed == 0) {
    // A test that is never run would look like one that passes.
    log.error(options.filter.empty() ? "nothing exports an object with a test() method"
                                     : "no test has \"" + options.filter + "\" in its name");
    return ExitCode::failed;
  }
  return failed > 0 ? ExitCode::testsFailed : ExitCode::done;
}

}  // namespace lathe::cli
