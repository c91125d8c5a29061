#include "cli/terminal-log.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/json-text.h"
#include "cli/output.h"
#include "engine/shown-text.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kCyan = "\x1b[36m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

// Of an object's id, for people: enough to tell a few apart.
constexpr std::size_t kIdDigits = 12;

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

LogLevel levelOf(worker::Log::Level level) {
  using enum worker::Log::Level;
  switch (level) {
    case debug:
      return LogLevel::debug;
    case info:
      return LogLevel::info;
    case log:
      return LogLevel::log;
    case warn:
      return LogLevel::warn;
    case error:
      return LogLevel::error;
  }
  return LogLevel::log;
}

// "2026-08-01T12:00:00.000Z"
std::string timeNow() {
  auto now = std::chrono::system_clock::now();
  auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
  std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  char text[32];
  std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  return fmt::format("{}.{:03}Z", std::string_view(text, length), ms);
}

void writeLine(std::string line) {
  line += '\n';
  // There is nobody left to tell when standard error does not work.
  static_cast<void>(writeAll(STDERR_FILENO, line));
}

void write(JsonLine& line) { static_cast<void>(writeAll(STDERR_FILENO, line.take())); }

// The text with the lines of its stacks dimmed that lie in packages.
std::string withPackagesDimmed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    bool frame = line.find_first_not_of(' ') == line.find("at ") && line.starts_with(' ');
    bool dimmed = frame && line.find("node_modules/") != line.npos;
    out += dimmed ? fmt::format("{}{}{}", kDim, line, kPlain) : std::string(line);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string_view colorOf(unsigned status) {
  if (status >= 500) return kRed;
  if (status >= 400) return kYellow;
  if (status >= 300) return kCyan;
  return kGreen;
}

}  // namespace

// ---- JSON ----

JsonLine::JsonLine(std::string_view level, std::string_view kind)
    : line_("{\"ts\":\"" + timeNow() + "\",\"level\":" + jsonQuoted(level) +
            ",\"kind\":" + jsonQuoted(kind)) {}

JsonLine& JsonLine::text(std::string_view key, std::string_view value) {
  line_ += "," + jsonQuoted(key) + ":" + jsonQuoted(value);
  return *this;
}

JsonLine& JsonLine::number(std::string_view key, double value) {
  line_ += "," + jsonQuoted(key) + ":" + fmt::format("{}", value);
  return *this;
}

JsonLine& JsonLine::request(std::uint64_t number) {
  if (number != 0) line_ += ",\"requestId\":" + std::to_string(number);
  return *this;
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

// ---- What workers say ----

std::string TerminalLog::dim(std::string_view text) const {
  return colors_ ? fmt::format("{}{}{}", kDim, text, kPlain) : std::string(text);
}

void TerminalLog::say(std::string_view mark, std::string_view color, std::string_view text) {
  std::string line;
  if (colors_) line += color;
  line += mark;
  if (colors_) line += kPlain;
  line += text;
  writeLine(std::move(line));
}

void TerminalLog::console(const Message& message) {
  // Nothing of a script's is held back unless that is asked for.
  if (options_.level && !shows(levelOf(message.level))) return;
  if (!isText()) {
    JsonLine line(nameOf(message.level), "console");
    line.worker(message.worker).request(message.request).text("text", message.text);
    if (!message.place.empty()) line.text("place", message.place);
    return write(line);
  }
  std::string text = shownTextWithColors(message.text);
  if (message.place.empty()) return writeLine(std::move(text));
  std::string behind = shownText(message.place);
  if (message.request != 0) behind += fmt::format(" #{}", message.request);
  writeLine(text + "  " + dim(behind));
}

SourceText TerminalLog::sourcesOf(std::string_view worker) const {
  return [this, worker](const std::string& module) {
    return sources_ ? sources_(worker, module) : std::nullopt;
  };
}

std::string TerminalLog::codeFrame(std::string_view worker, std::string_view text) const {
  return everything_ ? codeFrameFor(text, sourcesOf(worker), false) : "";
}

void TerminalLog::exception(std::string_view worker, std::string_view text, std::uint64_t request) {
  if (!shows(LogLevel::error)) return;
  if (isText()) {
    std::string framed = withCodeFrame(shownText(text), sourcesOf(worker), colors_);
    return say("error: ", kRed, colors_ ? withPackagesDimmed(framed) : framed);
  }
  JsonLine line("error", "exception");
  std::string framed = withCodeFrame(text, sourcesOf(worker), false);
  write(line.worker(worker).request(request).text("text", framed));
}

void TerminalLog::alarm(const Alarm& alarm) {
  using Outcome = Alarm::Outcome;
  if (!wantsRequests()) return;
  bool ok = alarm.outcome == Outcome::ok;
  std::string_view outcome = ok ? "ok" : alarm.outcome == Outcome::lost ? "lost" : "failed";
  if (!isText()) {
    JsonLine line(ok ? "info" : "error", "alarm");
    line.worker(alarm.worker).text("class", alarm.className).text("id", alarm.id);
    if (!alarm.name.empty()) line.text("name", alarm.name);
    line.text("outcome", outcome).number("durationMs", alarm.ms);
    line.number("retryCount", alarm.retryCount);
    if (alarm.retryInMs) line.number("retryInMs", *alarm.retryInMs);
    return write(line);
  }
  std::string object = alarm.name.empty() ? std::string(alarm.id.substr(0, kIdDigits)) + "…"
                                          : jsonQuoted(alarm.name);
  std::string shown(outcome);
  if (colors_) shown = fmt::format("{}{}{}", ok ? kGreen : kRed, shown, kPlain);
  std::string behind = fmt::format("{:.{}f} ms", alarm.ms, alarm.ms < 10 ? 1 : 0);
  if (alarm.retryCount > 0) behind += fmt::format(", retry {}", alarm.retryCount);
  if (alarm.retryInMs) behind += fmt::format(", again in {:.1f} s", *alarm.retryInMs / 1000);
  if (!ok && !alarm.retryInMs) behind += ", given up";
  writeLine(
      fmt::format("alarm {} {} {} {}", shownText(alarm.className), object, shown, dim(behind)));
}

void TerminalLog::warning(std::string_view worker, std::string_view text) {
  if (!shows(LogLevel::warn)) return;
  if (isText()) return say("warning: ", kYellow, shownText(text));
  JsonLine line("warn", "warning");
  write(line.worker(worker).text("text", text));
}

void TerminalLog::warnOnce(std::string_view worker, const std::string& text) {
  if (said_.insert(text).second) warning(worker, text);
}

// ---- What commands say ----

void TerminalLog::error(std::string_view text) {
  if (!shows(LogLevel::error)) return;
  if (isText()) return say("error: ", kRed, shownText(text));
  JsonLine line("error", "error");
  write(line.text("text", text));
}

void TerminalLog::note(std::string_view kind, std::string_view text) {
  if (!shows(LogLevel::info)) return;
  if (isText()) return writeLine(dim(shownText(text)));
  JsonLine line("info", kind);
  write(line.text("text", text));
}

void TerminalLog::detail(std::string_view kind, std::string_view text) {
  if (!shows(LogLevel::debug)) return;
  if (isText()) return writeLine(dim(shownText(text)));
  JsonLine line("debug", kind);
  write(line.text("text", text));
}

bool TerminalLog::wantsRequests() const {
  return shows(LogLevel::info) && (everything_ || options_.level);
}

void TerminalLog::request(const Request& request) {
  if (!wantsRequests()) return;
  if (!isText()) {
    JsonLine line("info", "request");
    line.worker(request.worker).request(request.number);
    line.text("method", request.method).text("url", request.target);
    if (request.status != 0) line.number("status", request.status);
    line.number("ms", request.ms);
    if (!request.remark.empty()) line.text("remark", request.remark);
    return write(line);
  }
  std::string status = "client left";
  if (request.status != 0) {
    auto reason = boost::beast::http::obsolete_reason(
        static_cast<boost::beast::http::status>(request.status));
    status = fmt::format("{} {}", request.status, std::string_view(reason.data(), reason.size()));
    if (colors_) status = fmt::format("{}{}{}", colorOf(request.status), status, kPlain);
  }
  std::string behind = fmt::format("{:.{}f} ms", request.ms, request.ms < 10 ? 1 : 0);
  if (request.number != 0) behind += fmt::format(" #{}", request.number);
  if (!request.remark.empty()) behind += fmt::format(" ({})", request.remark);
  writeLine(fmt::format("{} {} {} {}", shownText(request.method), shownText(request.target), status,
                        dim(behind)));
}

void TerminalLog::notice(std::string_view text) {
  std::string line = isText() ? "note: " : "";
  note("notice", line += text);
}

void TerminalLog::remarks(const Config& config) {
  for (const std::string& line : config.warnings) warnOnce(config.name, line);
  for (const std::string& line : config.notices) {
    if (said_.insert(line).second) notice(line);
  }
  for (const VariableOrigin& variable : config.variables) {
    detail("variable", "env." + variable.name + " is from " + variable.source);
  }
}

void TerminalLog::print(std::string_view text) {
  if (isText() && shows(LogLevel::info)) static_cast<void>(writeAll(STDERR_FILENO, text));
}

}  // namespace lathe::cli
