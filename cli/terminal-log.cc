#include "cli/terminal-log.h"

#include <cstdlib>

#include <unistd.h>

#include "cli/json-text.h"
#include "cli/output.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string_view nameOf(worker::Log::Level level) {
  using enum worker::Log::Level;
  switch (level) {
    case debug:
      return "debug";
    case log:
      return "log";
    case info:
      return "info";
    case warn:
      return "warn";
    case error:
      return "error";
  }
  return "log";
}

// `console.debug` is what a script has to say like any other: `debug` is for what lathe says.
LogLevel levelOf(worker::Log::Level level) {
  using enum worker::Log::Level;
  switch (level) {
    case debug:
    case log:
      return LogLevel::log;
    case info:
      return LogLevel::info;
    case warn:
      return LogLevel::warn;
    case error:
      return LogLevel::error;
  }
  return LogLevel::log;
}

void writeLine(std::string line) {
  line += '\n';
  // There is nobody left to tell when standard error does not work.
  static_cast<void>(writeAll(STDERR_FILENO, line));
}

void writeJson(const std::vector<std::pair<std::string_view, std::string_view>>& members) {
  static_cast<void>(writeAll(STDERR_FILENO, jsonLine(members)));
}

}  // namespace

std::string jsonLine(const std::vector<std::pair<std::string_view, std::string_view>>& members) {
  std::string line;
  for (const auto& [key, value] : members) {
    line += line.empty() ? "{" : ",";
    line += jsonQuoted(key) + ":" + jsonQuoted(value);
  }
  return line + "}\n";
}

bool wantsColors(int descriptor) {
  auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value ? value : "");
  };
  if (std::string_view force = variable("FORCE_COLOR"); !force.empty()) {
    return force != "0" && force != "false";
  }
  if (!variable("NO_COLOR").empty() || variable("TERM") == "dumb") return false;
  return ::isatty(descriptor) == 1;
}

void TerminalLog::say(std::string_view mark, std::string_view color, std::string_view text) {
  std::string line;
  if (colors_) line += color;
  line += mark;
  if (colors_) line += kPlain;
  line += text;
  writeLine(std::move(line));
}

void TerminalLog::console(std::string_view worker, Level level, std::string_view text) {
  if (!shows(levelOf(level))) return;
  if (format_ == LogFormat::text) return writeLine(std::string(text));
  writeJson({{"event", "console"}, {"worker", worker}, {"level", nameOf(level)}, {"text", text}});
}

void TerminalLog::exception(std::string_view worker, std::string_view text) {
  if (!shows(LogLevel::error)) return;
  if (format_ == LogFormat::text) return say("error: ", kRed, text);
  writeJson({{"event", "exception"}, {"worker", worker}, {"text", text}});
}

void TerminalLog::warning(std::string_view worker, std::string_view text) {
  if (!shows(LogLevel::warn)) return;
  if (format_ == LogFormat::text) return say("warning: ", kYellow, text);
  writeJson({{"event", "warning"}, {"worker", worker}, {"text", text}});
}

void TerminalLog::error(std::string_view text) {
  if (!shows(LogLevel::error)) return;
  if (format_ == LogFormat::text) return say("error: ", kRed, text);
  writeJson({{"event", "error"}, {"text", text}});
}

void TerminalLog::note(std::string_view event, std::string_view text) {
  if (!shows(LogLevel::info)) return;
  if (format_ == LogFormat::text) return say("", kDim, text);
  writeJson({{"event", event}, {"text", text}});
}

void TerminalLog::notice(std::string_view text) {
  std::string line = format_ == LogFormat::text ? "note: " : "";
  note("notice", line += text);
}

void TerminalLog::remarks(const Config& config) {
  for (const std::string& line : config.warnings) {
    if (said_.insert(line).second) warning(config.name, line);
  }
  for (const std::string& line : config.notices) {
    if (said_.insert(line).second) notice(line);
  }
  if (!shows(LogLevel::debug)) return;
  for (const VariableOrigin& variable : config.variables) {
    note("variable", "env." + variable.name + " is from " + variable.source);
  }
}

}  // namespace lathe::cli
