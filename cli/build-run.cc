#include "cli/build-run.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/signal_set.hpp>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/json-text.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace asio = boost::asio;

namespace {

// A longer line is told in pieces.
constexpr std::size_t kLineBytesMax = 64 * 1024;

constexpr const char* kShell = "/bin/sh";
constexpr int kCannotStart = 127;

// The child's side: from fork() on, until it is another program. Calls only what is safe in a child
// of a process with threads.
[[noreturn]] void becomeShell(const char* command, const char* folder, int output, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kCannotStart);  // gone before it could be asked for
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (::chdir(folder) == 0) ::execl(kShell, "sh", "-c", command, static_cast<char*>(nullptr));
  ::_exit(kCannotStart);
}

std::string howItEnded(int status) {
  if (WIFSIGNALED(status)) return std::string("was ended by ") + ::strsignal(WTERMSIG(status));
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

BuildRun::BuildRun(asio::io_context& loop, const BuildSettings& settings, OnLine onLine,
                   OnEnd onEnd)
    : title_(settings.writtenAt + ": the build command " + shortlyQuoted(settings.command)),
      onLine_(std::move(onLine)),
      onEnd_(std::move(onEnd)),
      output_(loop),
      process_(loop) {
  std::error_code error;
  std::string folder = settings.folder.string();
  if (!std::filesystem::is_directory(settings.folder, error)) {
    throw ConfigError(title_ + " has no folder to run in: " + shownPath(settings.folder) +
                      " does not exist");
  }
  auto failed = [&] { return ConfigError(title_ + " cannot start: " + std::strerror(errno)); };
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw failed();
  output_.assign(pipe[0]);
  pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) becomeShell(settings.command.c_str(), folder.c_str(), pipe[1], parent);
  ::close(pipe[1]);
  if (pid_ < 0) throw failed();
  // Both sides do it, so that it is done whoever comes first.
  ::setpgid(pid_, pid_);
  int process = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (process < 0) {
    ConfigError why = failed();
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    throw why;
  }
  process_.assign(process);
  readMore();
  awaitEnd();
}

BuildRun::~BuildRun() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void BuildRun::readMore() {
  output_.async_read_some(asio::buffer(bytes_),
                          [this](const boost::system::error_code& error, std::size_t count) {
                            if (error) return;
                            relay({bytes_.data(), count});
                            readMore();
                          });
}

// The end of the output is no sign of the end: what the command leaves in the background may hold
// on to it.
void BuildRun::awaitEnd() {
  process_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (!error) end();
                      });
}

void BuildRun::relay(std::string_view bytes) {
  for (char c : bytes) {
    if (c != '\n') line_ += c;
    if (c != '\n' && line_.size() < kLineBytesMax) continue;
    if (line_.ends_with('\r')) line_.pop_back();
    onLine_(std::exchange(line_, {}));
  }
}

void BuildRun::relayTheRest() {
  boost::system::error_code error;
  output_.cancel(error);
  output_.non_blocking(true, error);
  for (;;) {
    std::size_t count = output_.read_some(asio::buffer(bytes_), error);
    if (error) break;
    relay({bytes_.data(), count});
  }
  if (!line_.empty()) relay("\n");
}

void BuildRun::end() {
  relayTheRest();
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  bool succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  OnEnd onEnd = std::move(onEnd_);
  onEnd(succeeded ? "" : title_ + " " + howItEnded(status));
}

void logBuildBegin(TerminalLog& log, const BuildSettings& settings, std::string_view why) {
  std::string line = "$ " + settings.command;
  if (!why.empty()) line += "  # " + std::string(why);
  logBuildLine(log, line);
}

void logBuildLine(TerminalLog& log, std::string_view line) {
  std::string text = log.format() == LogFormat::text ? "[build] " : "";
  log.note("build", text += line);
}

void runBuild(const Config& config, TerminalLog& log) {
  if (!config.build) return;
  asio::io_context loop(1);
  std::optional<std::string> failure;
  int ending = 0;
  asio::signal_set signals(loop, SIGINT, SIGTERM, SIGHUP);
  signals.async_wait([&](const boost::system::error_code& error, int signal) {
    if (!error) ending = signal;
  });
  {
    logBuildBegin(log, *config.build);
    BuildRun run(
        loop, *config.build, [&](std::string_view line) { logBuildLine(log, line); },
        [&](const std::string& text) { failure = text; });
    while (!failure && ending == 0) loop.run_one();
  }
  signals.clear();
  // Now it has its usual effect.
  if (ending != 0) ::raise(ending);
  if (failure && !failure->empty()) throw ConfigError(*failure);
}

}  // namespace lathe::cli
