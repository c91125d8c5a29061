#include "engine/web/utf8.h"

#include <algorithm>
#include <iterator>

#include "engine/web/ascii-run.h"
#include "engine/web/byte-decoders.h"
#include "engine/web/surrogates.h"

namespace lathe::web {

namespace {

void writeCodePoint(char32_t codePoint, std::uint8_t* to) {
  const auto trailing = [codePoint](int shift) {
    return static_cast<std::uint8_t>(0x80 | (codePoint >> shift & 0x3F));
  };
  if (codePoint < 0x80) {
    *to++ = static_cast<std::uint8_t>(codePoint);
  } else if (codePoint < 0x800) {
    *to++ = static_cast<std::uint8_t>(0xC0 | codePoint >> 6);
    *to++ = trailing(0);
  } else if (codePoint < 0x10000) {
    *to++ = static_cast<std::uint8_t>(0xE0 | codePoint >> 12);
    *to++ = trailing(6);
    *to++ = trailing(0);
  } else {
    *to++ = static_cast<std::uint8_t>(0xF0 | codePoint >> 18);
    *to++ = trailing(12);
    *to++ = trailing(6);
    *to++ = trailing(0);
  }
}

constexpr std::size_t codePointLength(char32_t codePoint) {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

}  // namespace

bool isAscii(Bytes bytes) { return asciiRunLength(bytes.data(), bytes.size()) == bytes.size(); }

bool isValidUtf8(Bytes bytes) {
  // In pieces, so that a text of any length needs no memory of its own.
  char16_t discarded[1024];
  while (!bytes.empty()) {
    const Bytes piece = bytes.first(std::min(bytes.size(), std::size(discarded)));
    const Flush flush = piece.size() == bytes.size() ? Flush::kYes : Flush::kNo;
    DecoderOutput out(discarded, DecoderOutput::OnError::kFail);
    bytes = bytes.subspan(decodeUtf8(piece, flush, out));
    if (out.failed()) return false;
  }
  return true;
}

std::string utf8FromUtf16(std::u16string_view text) {
  std::string utf8(utf8LengthOfUtf16(text), '\0');
  encodeUtf16Into(text, {reinterpret_cast<std::uint8_t*>(utf8.data()), utf8.size()});
  return utf8;
}

std::u16string utf16FromUtf8(std::string_view text) {
  std::u16string utf16(text.size(), u'\0');
  DecoderOutput out(utf16.data(), DecoderOutput::OnError::kReplace);
  decodeUtf8(bytesOf(text), Flush::kYes, out);
  utf16.resize(static_cast<std::size_t>(out.end() - utf16.data()));
  return utf16;
}

std::string utf8FromLatin1(std::string_view text) {
  std::string utf8(utf8LengthOfLatin1(text), '\0');
  encodeLatin1Into(text, {reinterpret_cast<std::uint8_t*>(utf8.data()), utf8.size()});
  return utf8;
}

std::size_t utf8LengthOfUtf16(std::u16string_view text) {
  // A lone surrogate counts as what becomes of it: U+FFFD takes three bytes too.
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (isSurrogatePair(text, at)) {
      length += 4;
      ++at;
    } else {
      length += codePointLength(text[at]);
    }
  }
  return length;
}

std::size_t utf8LengthOfLatin1(std::string_view text) {
  std::size_t length = text.size();
  for (const std::uint8_t byte : bytesOf(text)) length += byte >> 7;
  return length;
}

EncodeIntoProgress encodeUtf16Into(std::u16string_view text, std::span<std::uint8_t> to) {
  std::size_t read = 0;
  std::size_t written = 0;
  while (read < text.size() && written < to.size()) {
    if (text[read] < 0x80) {
      const std::size_t most = std::min(text.size() - read, to.size() - written);
      const std::size_t run = copyAsciiRun(text.data() + read, most, to.data() + written);
      read += run;
      written += run;
      continue;
    }
    char32_t codePoint = text[read];
    std::size_t units = 1;
    if (isSurrogatePair(text, read)) {
      codePoint = codePointOfPair(text[read], text[read + 1]);
      units = 2;
    } else if (isSurrogate(text[read])) {
      codePoint = U'\uFFFD';
    }
    const std::size_t length = codePointLength(codePoint);
    if (length > to.size() - written) break;
    writeCodePoint(codePoint, to.data() + written);
    read += units;
    written += length;
  }
  return {read, written};
}

EncodeIntoProgress encodeLatin1Into(std::string_view text, std::span<std::uint8_t> to) {
  const Bytes from = bytesOf(text);
  std::size_t read = 0;
  std::size_t written = 0;
  while (read < from.size() && written < to.size()) {
    const std::size_t most = std::min(from.size() - read, to.size() - written);
    const std::size_t run = asciiRunLength(from.data() + read, most);
    std::copy_n(from.data() + read, run, to.data() + written);
    read += run;
    written += run;
    if (run == most) continue;
    if (to.size() - written < 2) break;
    writeCodePoint(from[read], to.data() + written);
    read += 1;
    written += 2;
  }
  return {read, written};
}

bool isWellFormedUtf16(std::u16string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!isSurrogate(text[at])) continue;
    if (!isSurrogatePair(text, at)) return false;
    ++at;
  }
  return true;
}

void replaceLoneSurrogates(std::u16string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!isSurrogate(text[at])) continue;
    if (isSurrogatePair(text, at)) {
      ++at;
    } else {
      text[at] = u'\uFFFD';
    }
  }
}

}  // namespace lathe::web
