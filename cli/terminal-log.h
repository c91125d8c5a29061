#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/config.h"
#include "engine/worker/log.h"

namespace lathe::cli {

enum class LogFormat { text, json };

// What is logged: the level and all before it.
enum class LogLevel { none, error, warn, info, log, debug };

// Writes to standard error what workers and commands have to say: text for people, or a JSON object
// a line, whose `event` tells what it is.
class TerminalLog final : public worker::Log {
 public:
  TerminalLog(LogFormat format, bool colors, LogLevel level = LogLevel::log)
      : format_(format), colors_(colors && format == LogFormat::text), level_(level) {}

  void console(std::string_view worker, Level level, std::string_view text) override;
  void exception(std::string_view worker, std::string_view text) override;
  void warning(std::string_view worker, std::string_view text) override;
  bool colors() const override { return colors_; }

  // A command that cannot go on.
  void error(std::string_view text);
  // Something that has happened, in words; `event` is its name for programs.
  void note(std::string_view event, std::string_view text);
  // Something that is good to know, and no mistake.
  void notice(std::string_view text);
  // What there is to say about a configuration; at the level `debug` also where its variables are
  // from. A line that was said before is not said again.
  void remarks(const Config& config);

  LogFormat format() const { return format_; }

 private:
  bool shows(LogLevel level) const { return level <= level_; }
  void say(std::string_view mark, std::string_view color, std::string_view text);

  LogFormat format_;
  bool colors_;
  LogLevel level_;
  std::set<std::string> said_;
};

// One line of JSON: an object with these members, whose values are texts.
std::string jsonLine(const std::vector<std::pair<std::string_view, std::string_view>>& members);

// Whether who reads `descriptor` wants colours: by FORCE_COLOR, NO_COLOR and TERM, else if it
// is a terminal.
bool wantsColors(int descriptor);

}  // namespace lathe::cli
