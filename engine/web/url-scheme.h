#pragma once

#include <cstdint>
#include <string_view>

namespace lathe::web {

// How the URL parser treats a scheme: the special ones
// (https://url.spec.whatwg.org/#special-scheme) have their rows of the standard's table, and all
// others are one kind.
enum class SchemeType : std::uint8_t { kNotSpecial, kHttp, kHttps, kWs, kWss, kFtp, kFile };

// `scheme` is lower-case and without its colon.
SchemeType schemeTypeOf(std::string_view scheme);

// The scheme, in any case, that `input` begins with and that a ':' ends; empty when there is none
// (https://url.spec.whatwg.org/#scheme-start-state).
std::string_view leadingScheme(std::string_view input);

constexpr bool isSpecial(SchemeType type) { return type != SchemeType::kNotSpecial; }

// https://url.spec.whatwg.org/#default-port. The decimal text, as a URL would write it; empty for
// the schemes that have none.
constexpr std::string_view defaultPort(SchemeType type) {
  switch (type) {
    case SchemeType::kHttp:
    case SchemeType::kWs:
      return "80";
    case SchemeType::kHttps:
    case SchemeType::kWss:
      return "443";
    case SchemeType::kFtp:
      return "21";
    case SchemeType::kFile:
    case SchemeType::kNotSpecial:
      return "";
  }
  return "";
}

}  // namespace lathe::web
