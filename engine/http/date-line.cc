#include "engine/http/date-line.h"

#include <cstdio>

namespace lathe::http {

namespace {

// The length of every date of RFC 9110 §5.6.7 with the name before it and the line break behind.
constexpr std::size_t kDateLineBytes = 37;

}  // namespace

std::string_view DateLine::now() {
  timespec time{};
  // The coarse clock is a memory read; a tick of a few milliseconds is fine enough for seconds.
  clock_gettime(CLOCK_REALTIME_COARSE, &time);
  if (time.tv_sec != formatted_) {
    std::tm utc{};
    gmtime_r(&time.tv_sec, &utc);
    // Not strftime, whose names follow the locale.
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::snprintf(text_.data(), text_.size(), "Date: %s, %02u %s %04u %02u:%02u:%02u GMT\r\n",
                  kDays[utc.tm_wday], static_cast<unsigned>(utc.tm_mday) % 100, kMonths[utc.tm_mon],
                  static_cast<unsigned>(utc.tm_year + 1900) % 10000,
                  static_cast<unsigned>(utc.tm_hour) % 100, static_cast<unsigned>(utc.tm_min) % 100,
                  static_cast<unsigned>(utc.tm_sec) % 100);
    formatted_ = time.tv_sec;
  }
  return {text_.data(), kDateLineBytes};
}

}  // namespace lathe::http
