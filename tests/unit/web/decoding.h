#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "engine/web/text-decoder.h"

// The vocabulary of the tests of decoders: bytes in, a readable text out.
namespace lathe::web::test {

using namespace std::string_view_literals;

// The text with whatever is not printable ASCII as <4E00>, code unit by code unit.
std::string shown(std::u16string_view text);
std::string shown(const DecodedText& text);

// What one call makes of `bytes`, or "failure".
std::string decoded(Encoding encoding, std::string_view bytes, TextDecoderOptions options = {});

// The next piece of a stream, or "failure".
std::string next(TextDecoder& decoder, std::string_view bytes, Flush flush = Flush::kNo);

// Checks that `bytes` give the same text, or fail as well, however they are cut in pieces.
void checkEverySplit(Encoding encoding, std::string_view bytes, TextDecoderOptions options = {});

}  // namespace lathe::web::test
