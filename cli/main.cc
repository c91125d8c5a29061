#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include <unistd.h>

#include "cli/check-command.h"
#include "cli/command-line.h"
#include "cli/dev-command.h"
#include "cli/exit-code.h"
#include "cli/fetch-command.h"
#include "cli/output.h"
#include "cli/serve-command.h"
#include "cli/storage-command.h"
#include "cli/terminal-log.h"
#include "cli/test-command.h"
#include "cli/usage-error.h"
#include "engine/host/start.h"
#include "engine/http/listener.h"

namespace lathe::cli {

namespace {

// One overload a command.
struct Run {
  TerminalLog& log;

  ExitCode operator()(const Information& information) const {
    writeOut(information.text);
    return ExitCode::done;
  }
  ExitCode operator()(const ServeOptions& options) const { return serve(options, log); }
  ExitCode operator()(const DevOptions& options) const { return dev(options, log); }
  ExitCode operator()(const FetchOptions& options) const { return fetch(options, log); }
  ExitCode operator()(const CheckOptions& options) const { return check(options.project, log); }
  ExitCode operator()(const TestOptions& options) const { return test(options, log); }
  ExitCode operator()(const StorageOptions& options) const { return storage(options); }
};

void workIn(const std::string& folder) {
  std::error_code error;
  std::filesystem::current_path(folder, error);
  if (error) throw UsageError("--cwd " + folder + ": " + error.message());
}

// What the choice of a worker needs of standard input, read to its end.
void readInput(ProjectChoice& project) {
  if (project.path != "-") return;
  char bytes[4096];
  for (;;) {
    ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    project.input.append(bytes, static_cast<std::size_t>(count));
  }
}

void readInput(CommandLine& line) {
  if (auto* serve = std::get_if<ServeOptions>(&line.command)) readInput(serve->project);
  if (auto* dev = std::get_if<DevOptions>(&line.command)) readInput(dev->serve.project);
  if (auto* fetch = std::get_if<FetchOptions>(&line.command)) readInput(fetch->project);
  if (auto* check = std::get_if<CheckOptions>(&line.command)) readInput(check->project);
}

ExitCode run(const std::vector<std::string>& arguments) {
  TerminalLog log({.colors = wantsColors(STDERR_FILENO)});
  auto failWith = [&](ExitCode code, const std::exception& error) {
    log.error(error.what());
    return code;
  };
  try {
    CommandLine line = parseCommandLine(arguments);
    log = TerminalLog({line.logFormat, wantsColors(STDERR_FILENO), line.logLevel});
    if (!line.cwd.empty()) workIn(line.cwd);
    readInput(line);
    for (const std::string& notice : line.notices) log.notice(notice);
    return std::visit(Run{log}, line.command);
  } catch (const UsageError& error) {
    return failWith(ExitCode::usage, error);
  } catch (const http::PortTaken& error) {
    return failWith(ExitCode::portTaken, error);
  } catch (const persist::StoreError& error) {
    return failWith(ExitCode::storage, error);
  } catch (const std::exception& error) {
    return failWith(ExitCode::failed, error);
  }
}

}  // namespace

}  // namespace lathe::cli

int latheMain(int count, char** arguments) {
  // A reader that leaves is told by write(), not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(lathe::cli::run({arguments, arguments + count}));
}
