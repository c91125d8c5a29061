#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/types.h>

#include "cli/config.h"
#include "cli/terminal-log.h"

namespace lathe::cli {

// One run of a `build.command`: a shell in a process group of its own, which the system kills when
// this process ends, however it ends. Of the loop's thread, which has to outlive the command: the
// system goes by the thread that started it.
class BuildRun {
 public:
  // A line of the command's output, of either kind, without its end.
  using OnLine = std::function<void(std::string_view line)>;
  // Called once, after the last line: empty when the command has succeeded, else what is wrong,
  // with the place in the configuration. May destroy the run.
  using OnEnd = std::function<void(const std::string& failure)>;

  // Starts it. Throws ConfigError when that does not work.
  BuildRun(boost::asio::io_context& loop, const BuildSettings& settings, OnLine onLine,
           OnEnd onEnd);
  BuildRun(const BuildRun&) = delete;
  BuildRun& operator=(const BuildRun&) = delete;
  // Kills the whole group if it still runs; nothing is called any more.
  ~BuildRun();

 private:
  void readMore();
  void awaitEnd();
  void relay(std::string_view bytes);
  void relayTheRest();
  void end();

  std::string title_;
  OnLine onLine_;
  OnEnd onEnd_;
  pid_t pid_ = -1;
  boost::asio::posix::stream_descriptor output_;
  boost::asio::posix::stream_descriptor process_;
  std::array<char, 4096> bytes_;
  std::string line_;  // what there is of the one that has not ended
};

// Runs the build of `config`, if it has one, to its end, with its output in the log. SIGINT,
// SIGTERM and SIGHUP end it and then this process, as they would without it. Throws ConfigError
// when it fails.
void runBuild(const Config& config, TerminalLog& log);

// How the log tells of a run that begins, and why; and a line of its output.
void logBuildBegin(TerminalLog& log, const BuildSettings& settings, std::string_view why = {});
void logBuildLine(TerminalLog& log, std::string_view line);

}  // namespace lathe::cli
