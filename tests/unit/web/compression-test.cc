#include "engine/web/compression.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lathe::web {
namespace {

constexpr ContentCoding kCodings[] = {ContentCoding::gzip, ContentCoding::brotli};

// What the pieces come to, or nothing when they are broken or not whole.
std::optional<std::string> decompressed(ContentCoding coding,
                                        const std::vector<std::string>& pieces) {
  Decompressor decompressor(coding);
  std::string all;
  for (const std::string& piece : pieces) {
    auto more = decompressor.write(piece);
    if (!more) return std::nullopt;
    all += *more;
  }
  if (!decompressor.complete()) return std::nullopt;
  return all;
}

// Such that neither of the codings can do much about it.
std::string noise(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(state >> 24);
  }
  return text;
}

}  // namespace

TEST_CASE("the codings that are meant are written exactly so") {
  CHECK(contentCoding("gzip") == ContentCoding::gzip);
  CHECK(contentCoding("br") == ContentCoding::brotli);
  for (const char* other :
       {"", "GZIP", "Br", "x-gzip", "gzip, br", "deflate", "zstd", "identity"}) {
    CAPTURE(other);
    CHECK_FALSE(contentCoding(other));
  }
}

TEST_CASE("what is compressed as a whole comes back") {
  const std::vector<std::string> texts = {"", "a", "some words, some words, some words",
                                          std::string(1'000'000, 'x'), noise(100'000)};
  for (auto coding : kCodings) {
    for (const std::string& text : texts) {
      CAPTURE(text.size());
      std::string bytes = Compressor(coding).finish(text);
      CHECK(decompressed(coding, {bytes}) == text);
      if (text.size() == 1'000'000) CHECK(bytes.size() < 2'000);
      // In pieces of one byte each.
      if (bytes.size() > 1'000) continue;
      std::vector<std::string> pieces;
      for (char byte : bytes) pieces.emplace_back(1, byte);
      CHECK(decompressed(coding, pieces) == text);
    }
  }
}

TEST_CASE("a piece can be read before the next one is there") {
  for (auto coding : kCodings) {
    Compressor compressor(coding);
    Decompressor decompressor(coding);
    for (const std::string& piece : {std::string("one"), noise(50'000), std::string("three")}) {
      CHECK(decompressor.write(compressor.flush(piece)) == piece);
      CHECK_FALSE(decompressor.complete());
    }
    CHECK(decompressor.write(compressor.finish("")) == "");
    CHECK(decompressor.complete());
  }
}

TEST_CASE("what is broken or not whole is known to be") {
  for (auto coding : kCodings) {
    CHECK(decompressed(coding, {}) == "");
    std::string bytes = Compressor(coding).finish("some words, some words, some words");
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(decompressed(coding, {bytes.substr(0, size)}));
    }
    CHECK_FALSE(decompressed(coding, {"some words, some words, some words"}));
    CHECK_FALSE(decompressed(coding, {bytes + "and more"}));
  }
}

TEST_CASE("one member of gzip may follow another") {
  std::string bytes = Compressor(ContentCoding::gzip).finish("one, ");
  bytes += Compressor(ContentCoding::gzip).finish("two");
  CHECK(decompressed(ContentCoding::gzip, {bytes}) == "one, two");
}

}  // namespace lathe::web
