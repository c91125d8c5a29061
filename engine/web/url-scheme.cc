#include "engine/web/url-scheme.h"

#include "engine/web/ascii.h"

namespace lathe::web {

SchemeType schemeTypeOf(std::string_view scheme) {
  if (scheme == "http") return SchemeType::kHttp;
  if (scheme == "https") return SchemeType::kHttps;
  if (scheme == "ws") return SchemeType::kWs;
  if (scheme == "wss") return SchemeType::kWss;
  if (scheme == "ftp") return SchemeType::kFtp;
  if (scheme == "file") return SchemeType::kFile;
  return SchemeType::kNotSpecial;
}

// https://url.spec.whatwg.org/#scheme-state
std::string_view leadingScheme(std::string_view input) {
  if (input.empty() || !isAsciiAlpha(input[0])) return {};
  auto continues = [](char c) {
    return isAsciiAlphanumeric(c) || c == '+' || c == '-' || c == '.';
  };
  std::size_t end = 1;
  while (end < input.size() && continues(input[end])) ++end;
  if (end == input.size() || input[end] != ':') return {};
  return input.substr(0, end);
}

}  // namespace lathe::web
