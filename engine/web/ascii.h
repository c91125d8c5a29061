#pragma once

// The ASCII classes of the Infra standard (https://infra.spec.whatwg.org/#code-points), byte by
// byte. Unlike <cctype> they know no locale and take bytes above 0x7F, for which all of them say
// no.
namespace lathe::web {

constexpr bool isAsciiDigit(char c) { return c >= '0' && c <= '9'; }

constexpr bool isAsciiAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr bool isAsciiAlphanumeric(char c) { return isAsciiDigit(c) || isAsciiAlpha(c); }

constexpr bool isAsciiTabOrNewline(char c) { return c == '\t' || c == '\n' || c == '\r'; }

constexpr char asciiLowercase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The value of a hexadecimal digit, 0 to 15, or -1 when `c` is not one.
constexpr int asciiHexValue(char c) {
  if (isAsciiDigit(c)) return c - '0';
  const char lower = asciiLowercase(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace lathe::web
