#include "engine/web/url-authority.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace lathe::web {

std::string_view authorityOf(std::string_view input, SchemeType scheme) {
  const bool special = isSpecial(scheme);
  // Not find_first_of(), which calls memchr() for each byte; this runs for every request.
  const auto end = std::find_if(input.begin(), input.end(), [special](char c) {
    return c == '/' || c == '?' || c == '#' || (c == '\\' && special);
  });
  return input.substr(0, static_cast<std::size_t>(end - input.begin()));
}

std::size_t findPortColon(std::string_view hostAndPort) {
  bool insideBrackets = false;
  for (std::size_t at = 0; at < hostAndPort.size(); ++at) {
    if (hostAndPort[at] == '[') insideBrackets = true;
    if (hostAndPort[at] == ']') insideBrackets = false;
    if (hostAndPort[at] == ':' && !insideBrackets) return at;
  }
  return std::string_view::npos;
}

std::optional<std::string> portText(std::string_view digits, SchemeType scheme) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stop != end) return std::nullopt;
  std::string text = std::to_string(port);
  if (text == defaultPort(scheme)) text.clear();
  return text;
}

}  // namespace lathe::web
