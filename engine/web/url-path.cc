#include "engine/web/url-path.h"

#include <array>

#include "engine/web/ascii.h"
#include "engine/web/percent-encoding.h"

namespace lathe::web {

namespace {

// Takes one "." or "%2e" off the front of `segment`.
bool takeDot(std::string_view& segment) {
  if (segment.starts_with('.')) {
    segment.remove_prefix(1);
    return true;
  }
  if (segment.starts_with("%2e") || segment.starts_with("%2E")) {
    segment.remove_prefix(3);
    return true;
  }
  return false;
}

// https://url.spec.whatwg.org/#single-dot-path-segment
bool isSingleDot(std::string_view segment) { return takeDot(segment) && segment.empty(); }

// https://url.spec.whatwg.org/#double-dot-path-segment
bool isDoubleDot(std::string_view segment) {
  return takeDot(segment) && takeDot(segment) && segment.empty();
}

// Whether the path state would copy `segments` as they are, which it nearly always does. May say no
// too often, and does for every dot at the start of a segment; for `file` it is not asked.
bool isPlain(std::string_view segments) {
  // Every byte the path state leaves alone, in URLs special or not.
  static constexpr std::array<bool, 256> kPlainByte = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0x21; byte < 0x7F; ++byte) {
      table[byte] =
          std::string_view("\"#<>?^`{}\\").find(static_cast<char>(byte)) == std::string_view::npos;
    }
    return table;
  }();
  char previous = '/';
  for (const char c : segments) {
    if (!kPlainByte[static_cast<unsigned char>(c)]) return false;
    if (previous == '/' && (c == '.' || c == '%')) return false;
    previous = c;
  }
  return true;
}

}  // namespace

// https://url.spec.whatwg.org/#windows-drive-letter
bool isWindowsDriveLetter(std::string_view text) {
  return text.size() == 2 && isAsciiAlpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool isNormalizedWindowsDriveLetter(std::string_view text) {
  return isWindowsDriveLetter(text) && text[1] == ':';
}

// https://url.spec.whatwg.org/#start-with-a-windows-drive-letter
bool startsWithWindowsDriveLetter(std::string_view text) {
  return isWindowsDriveLetter(text.substr(0, 2)) &&
         (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos);
}

void appendPath(std::string& out, std::size_t pathStart, std::string_view segments,
                SchemeType scheme) {
  if (scheme != SchemeType::kFile && isPlain(segments)) {
    out += '/';
    out.append(segments);
    return;
  }
  const std::string_view separators = isSpecial(scheme) ? "/\\" : "/";
  for (bool isLast = false; !isLast;) {
    const std::size_t end = segments.find_first_of(separators);
    isLast = end == std::string_view::npos;
    const std::string_view segment = segments.substr(0, end);
    if (isDoubleDot(segment)) {
      shortenPath(out, pathStart, scheme);
      if (isLast) out += '/';
    } else if (isSingleDot(segment)) {
      if (isLast) out += '/';
    } else if (scheme == SchemeType::kFile && out.size() == pathStart &&
               isWindowsDriveLetter(segment)) {
      out += '/';
      out += segment[0];
      out += ':';
    } else {
      out += '/';
      appendPercentEncoded(out, segment, EncodeSet::kPath);
    }
    if (!isLast) segments.remove_prefix(end + 1);
  }
}

void shortenPath(std::string& out, std::size_t pathStart, SchemeType scheme) {
  const std::string_view path = std::string_view(out).substr(pathStart);
  if (path.empty()) return;
  if (scheme == SchemeType::kFile && isNormalizedWindowsDriveLetter(path.substr(1))) return;
  out.resize(pathStart + path.rfind('/'));
}

}  // namespace lathe::web
