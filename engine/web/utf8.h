#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/web/bytes.h"

namespace lathe::web {

// UTF-8 and the two forms in which an engine holds JavaScript strings: UTF-16, perhaps with lone
// surrogates, and Latin-1, one byte a character (which is also what the standards call
// "isomorphic"). Nothing here knows byte order marks: they are TextDecoder's business.

bool isAscii(Bytes bytes);
bool isValidUtf8(Bytes bytes);

// Each lone surrogate becomes U+FFFD, and so does each invalid sequence, by the rule of the
// Encoding Standard.
std::string utf8FromUtf16(std::u16string_view text);
std::u16string utf16FromUtf8(std::string_view text);
std::string utf8FromLatin1(std::string_view text);

// How many bytes the text takes as UTF-8.
std::size_t utf8LengthOfUtf16(std::u16string_view text);
std::size_t utf8LengthOfLatin1(std::string_view text);

// How far TextEncoder.encodeInto() came: code units of its input, bytes of its output.
struct EncodeIntoProgress {
  std::size_t read;
  std::size_t written;
};

// Writes as much of the text as fits, character by character: never a part of one.
// https://encoding.spec.whatwg.org/#dom-textencoder-encodeinto
EncodeIntoProgress encodeUtf16Into(std::u16string_view text, std::span<std::uint8_t> to);
EncodeIntoProgress encodeLatin1Into(std::string_view text, std::span<std::uint8_t> to);

// Whether every surrogate has its mate, and the conversion that makes it so (a DOMString into a
// USVString).
bool isWellFormedUtf16(std::u16string_view text);
void replaceLoneSurrogates(std::u16string& text);

}  // namespace lathe::web
