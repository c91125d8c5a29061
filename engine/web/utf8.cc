#include "engine/web/utf8.h"

#include <algorithm>

namespace lathe::web {

namespace {

struct Piece {
  std::size_t size;
  bool isValid;
};

// The longest code point, or start of one, at the front of `bytes`, which are not empty
// (https://encoding.spec.whatwg.org/#utf-8-decoder).
Piece firstPiece(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (lead < 0x80) return {1, true};
  const std::size_t needed = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  // The second byte is narrower after these: no overlong forms, no surrogates, nothing past
  // U+10FFFF.
  unsigned char lower = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char upper = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t at = 1; at <= needed; ++at) {
    if (at == bytes.size()) return {at, false};
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (byte < lower || byte > upper) return {at, false};
    lower = 0x80;
    upper = 0xBF;
  }
  return {needed + 1, true};
}

// The length of the valid text at the front of `bytes`.
std::size_t validPrefix(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Piece piece = firstPiece(bytes.substr(at));
    if (!piece.isValid) break;
    at += piece.size;
  }
  return at;
}

}  // namespace

std::string replaceInvalidUtf8(std::string bytes) {
  std::string_view rest = bytes;
  std::size_t valid = validPrefix(rest);
  if (valid == bytes.size()) return bytes;
  std::string out;
  out.reserve(bytes.size() + 16);
  while (true) {
    out.append(rest, 0, valid);
    rest.remove_prefix(valid);
    if (rest.empty()) return out;
    out += "\uFFFD";
    rest.remove_prefix(firstPiece(rest).size);
    valid = validPrefix(rest);
  }
}

bool isCodeUnitLess(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<unsigned char>(*x);
  const auto right = static_cast<unsigned char>(*y);
  // UTF-8 sorts by code point. UTF-16 differs in one thing: what takes surrogates, D800 to DFFF,
  // (lead bytes F0 and up) comes before U+E000 to U+FFFF (lead bytes EE and EF).
  if (left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0)) return left >= 0xF0;
  return left < right;
}

}  // namespace lathe::web
