#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace lathe::http {

// The `Date` header line, formatted once a second.
class DateLine {
 public:
  // "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"; valid until the next call.
  std::string_view now();

 private:
  std::array<char, 40> text_{};
  std::time_t formatted_ = -1;
};

}  // namespace lathe::http
