#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "cli/code-frame.h"
#include "cli/config.h"
#include "engine/worker/log.h"

namespace lathe::cli {

enum class LogFormat { text, json };

// What is too unimportant to be shown; `none` shows nothing.
enum class LogLevel { debug, info, log, warn, error, none };

// One line of JSON: an object that begins with the time, the level and the kind of what it tells.
class JsonLine {
 public:
  JsonLine(std::string_view level, std::string_view kind);
  JsonLine& text(std::string_view key, std::string_view value);
  JsonLine& number(std::string_view key, double value);
  // The same, left out when there is none.
  JsonLine& worker(std::string_view name) { return name.empty() ? *this : text("worker", name); }
  JsonLine& request(std::uint64_t number);
  // With the line break. The line is over.
  std::string take() { return std::move(line_) + "}\n"; }

 private:
  std::string line_;
};

// Writes to standard error what workers and commands have to say: text for people, or a JSON object
// a line, whose `kind` tells what it is. Whoever it is from, no control character but line breaks
// and tabs gets there, and of a script's console colours (engine/shown-text.h).
class TerminalLog final : public worker::Log {
 public:
  struct Options {
    LogFormat format = LogFormat::text;
    bool colors = false;
    // Nothing: all that scripts print, and what happens from `info` up.
    std::optional<LogLevel> level = {};
  };
  // One answered request.
  struct Request {
    std::uint64_t number = 0;
    std::string_view worker;
    std::string_view method;
    std::string_view target;
    // 0: the client has left before there was one.
    unsigned status = 0;
    double ms = 0;
    // A remark about the answer; may be empty.
    std::string_view remark = {};
  };

  explicit TerminalLog(Options options)
      : options_(options), colors_(options.colors && options.format == LogFormat::text) {}

  // For somebody who writes the worker: console messages tell their place, each request and each
  // alarm has a line, and pages of exceptions show the lines of the script.
  void showEverything() { everything_ = true; }
  // Where the text of modules is found, for the lines that exceptions point at: by the worker's
  // name and the module's.
  using Sources =
      std::function<std::optional<std::string>(std::string_view worker, const std::string& module)>;
  void useSources(Sources sources) { sources_ = std::move(sources); }

  void console(const Message& message) override;
  void exception(std::string_view worker, std::string_view text, std::uint64_t request) override;
  void alarm(const Alarm& alarm) override;
  void warning(std::string_view worker, std::string_view text) override;
  // The same for a line that may come again with each load.
  void warnOnce(std::string_view worker, const std::string& text);
  bool colors() const override { return colors_; }
  bool builtinFrames() const override { return shows(LogLevel::debug); }
  bool places() const override { return everything_ && options_.level != LogLevel::none; }
  std::string codeFrame(std::string_view worker, std::string_view text) const override;

  // A command that cannot go on, or part of one.
  void error(std::string_view text);
  // Something that has happened, in words; `kind` is its name for programs.
  void note(std::string_view kind, std::string_view text);
  // Something that is good to know, and no mistake.
  void notice(std::string_view text);
  // What only matters to who asks for it.
  void detail(std::string_view kind, std::string_view text);
  void request(const Request& request);
  // Whether there is any use in calling request(); and whether alarms have lines.
  bool wantsRequests() const;
  // What there is to say about a configuration; at the level `debug` also where its variables are
  // from. A line that was said before is not said again.
  void remarks(const Config& config);
  // Lines as they are, for people; programs get none. They have been through shownText() or are
  // lathe's own.
  void print(std::string_view text);

  LogFormat format() const { return options_.format; }

 private:
  bool shows(LogLevel level) const { return level >= options_.level.value_or(LogLevel::info); }
  bool isText() const { return options_.format == LogFormat::text; }
  // Where the text of the worker's modules is found.
  SourceText sourcesOf(std::string_view worker) const;
  std::string dim(std::string_view text) const;
  void say(std::string_view mark, std::string_view color, std::string_view text);

  Options options_;
  bool colors_;
  bool everything_ = false;
  Sources sources_;
  std::set<std::string> said_;
};

// Whether who reads `descriptor` wants colours: by FORCE_COLOR, NO_COLOR and TERM, else if it
// is a terminal.
bool wantsColors(int descriptor);

}  // namespace lathe::cli
