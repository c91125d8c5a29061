#include "engine/web/text-decoder.h"

#include "tests/unit/web/decoding.h"

namespace lathe::web::test {

TEST_CASE("a text of ASCII alone comes back as the very bytes that went in") {
  const Encoding encodings[] = {Encoding::kUtf8,  Encoding::kWindows1252, Encoding::kGb18030,
                                Encoding::kBig5,  Encoding::kEucJp,       Encoding::kShiftJis,
                                Encoding::kEucKr, Encoding::kXUserDefined};
  const std::string_view bytes = "The quick brown fox jumps over 13 lazy dogs.\0\x7F"sv;
  for (const Encoding encoding : encodings) {
    CAPTURE(encodingName(encoding));
    const auto text = TextDecoder(encoding).decode(bytesOf(bytes));
    REQUIRE(text);
    REQUIRE(std::holds_alternative<std::string_view>(*text));
    CHECK(std::get<std::string_view>(*text).data() == bytes.data());
    CHECK(std::get<std::string_view>(*text) == bytes);
  }
}

TEST_CASE(
    "ASCII stays a view behind a byte order mark, but not in a state that reads it otherwise") {
  const auto marked = TextDecoder(Encoding::kUtf8)
                          .decode(bytesOf("\xEF\xBB\xBF"
                                          "abc"));
  REQUIRE(std::holds_alternative<std::string_view>(*marked));
  CHECK(std::get<std::string_view>(*marked) == "abc");

  CHECK(decoded(Encoding::kUtf16Le, "abcd") == "<6261><6463>");
  CHECK(decoded(Encoding::kIso2022Jp, "\x1B(Ja\\~") == "a<00A5><203E>");
  CHECK(decoded(Encoding::kReplacement, "abc") == "<FFFD>");

  TextDecoder decoder(Encoding::kShiftJis);
  CHECK(next(decoder, "\x83") == "");
  CHECK(next(decoder, "A") == "<30A2>");
}

TEST_CASE("an ASCII run of any length is found whole, wherever it ends") {
  for (std::size_t length = 0; length < 100; ++length) {
    CAPTURE(length);
    const std::string run(length, 'x');
    CHECK(decoded(Encoding::kUtf8, run) == run);
    CHECK(decoded(Encoding::kUtf8, run + "\xC3\xA9" + run) == run + "<00E9>" + run);
    CHECK(decoded(Encoding::kWindows1252, run + "\x80" + run) == run + "<20AC>" + run);
  }
}

TEST_CASE("UTF-8 gives one U+FFFD for each longest start of a sequence that comes to nothing") {
  struct {
    std::string_view bytes;
    std::string_view want;
  } cases[] = {
      // valid, at every boundary
      {"\x7F\xC2\x80\xDF\xBF", "<007F><0080><07FF>"},
      {"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", "<0800><D7FF><E000><FFFF>"},
      {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "<D800><DC00><DBFF><DFFF>"},
      // stray continuation bytes and bytes that never occur
      {"\x80", "<FFFD>"},
      {"\xBF\xBF", "<FFFD><FFFD>"},
      {"\xC0\x80", "<FFFD><FFFD>"},
      {"\xC1\xBF", "<FFFD><FFFD>"},
      {"\xF5\x80\x80\x80", "<FFFD><FFFD><FFFD><FFFD>"},
      {"\xFE\xFF", "<FFFD><FFFD>"},
      // cut short by something else, or by the end
      {"\xC3(", "<FFFD>("},
      {"\xE2\x82(", "<FFFD>("},
      {"\xF0\x9F\x98(", "<FFFD>("},
      {"\xE2(\x82", "<FFFD>(<FFFD>"},
      {"\xC3", "<FFFD>"},
      {"\xE2\x82", "<FFFD>"},
      {"\xF0\x9F\x98", "<FFFD>"},
      {"\xF0\x9F\xE2\x82\xAC", "<FFFD><20AC>"},
      {"\xE2\xE2\xE2\x82\xAC", "<FFFD><FFFD><20AC>"},
      // overlong forms
      {"\xE0\x80\x80", "<FFFD><FFFD><FFFD>"},
      {"\xE0\x9F\xBF", "<FFFD><FFFD><FFFD>"},
      {"\xF0\x80\x80\x80", "<FFFD><FFFD><FFFD><FFFD>"},
      {"\xF0\x8F\xBF\xBF", "<FFFD><FFFD><FFFD><FFFD>"},
      // surrogates, alone and in pairs, and what lies past U+10FFFF
      {"\xED\xA0\x80", "<FFFD><FFFD><FFFD>"},
      {"\xED\xA0\xBD\xED\xB8\x80", "<FFFD><FFFD><FFFD><FFFD><FFFD><FFFD>"},
      {"\xF4\x90\x80\x80", "<FFFD><FFFD><FFFD><FFFD>"},
      {"\xFC\x80\x80\x80\x80\x80", "<FFFD><FFFD><FFFD><FFFD><FFFD><FFFD>"},
  };
  for (const auto& [bytes, want] : cases) {
    CAPTURE(want);
    CHECK(decoded(Encoding::kUtf8, bytes) == want);
    const bool valid = want.find("FFFD") == std::string_view::npos;
    CHECK(decoded(Encoding::kUtf8, bytes, {.fatal = true}) == (valid ? want : "failure"));
    checkEverySplit(Encoding::kUtf8, bytes);
    checkEverySplit(Encoding::kUtf8, bytes, {.fatal = true});
  }
}

TEST_CASE("UTF-16 replaces lone surrogates and whatever is left over at the end") {
  struct {
    std::string_view bytes;  // big-endian
    std::string_view want;
  } cases[] = {
      {"\0A\xD8\x3D\xDE\0"sv, "A<D83D><DE00>"},
      {"\xD8\x3D"sv, "<FFFD>"},
      {"\xD8\x3D\0A"sv, "<FFFD>A"},
      {"\xD8\x3D\xD8\x3D\xDE\0"sv, "<FFFD><D83D><DE00>"},
      {"\xDE\0\0A"sv, "<FFFD>A"},
      {"\0"sv, "<FFFD>"},
      {"\0A\0"sv, "A<FFFD>"},
      {"\xD8\x3D\xDE"sv, "<FFFD>"},  // a surrogate and an odd byte: one error
      {"\xDE\0\xDE"sv, "<FFFD><FFFD>"},
      {""sv, ""},
  };
  for (const auto& [bytes, want] : cases) {
    CAPTURE(want);
    CHECK(decoded(Encoding::kUtf16Be, bytes) == want);
    const bool valid = want.find("FFFD") == std::string_view::npos;
    CHECK(decoded(Encoding::kUtf16Be, bytes, {.fatal = true}) == (valid ? want : "failure"));
    checkEverySplit(Encoding::kUtf16Be, bytes);
    if (bytes.size() % 2 != 0) continue;
    std::string swapped(bytes);
    for (std::size_t at = 0; at < swapped.size(); at += 2) std::swap(swapped[at], swapped[at + 1]);
    CHECK(decoded(Encoding::kUtf16Le, swapped) == want);
    checkEverySplit(Encoding::kUtf16Le, swapped);
  }
}

TEST_CASE("one byte order mark of the encoding's own is dropped, unless ignoreBOM is set") {
  struct {
    Encoding encoding;
    std::string_view bytes;
    std::string_view want;
    std::string_view ignored;
  } cases[] = {
      {Encoding::kUtf8, "\xEF\xBB\xBFx", "x", "<FEFF>x"},
      {Encoding::kUtf8, "\xEF\xBB\xBF", "", "<FEFF>"},
      {Encoding::kUtf8, "\xEF\xBB\xBF\xC3\xA9", "<00E9>", "<FEFF><00E9>"},
      {Encoding::kUtf8, "\xEF\xBB\xBF\xEF\xBB\xBFx", "<FEFF>x", "<FEFF><FEFF>x"},
      {Encoding::kUtf8, "x\xEF\xBB\xBF", "x<FEFF>", "x<FEFF>"},
      {Encoding::kUtf8, "\xFE\xFF", "<FFFD><FFFD>", "<FFFD><FFFD>"},
      {Encoding::kUtf8, "\xEF\xBB", "<FFFD>", "<FFFD>"},
      {Encoding::kUtf16Be, "\xFE\xFF\0x"sv, "x", "<FEFF>x"},
      {Encoding::kUtf16Le, "\xFF\xFEx\0"sv, "x", "<FEFF>x"},
      {Encoding::kUtf16Le, "\xFE\xFF"sv, "<FFFE>", "<FFFE>"},
      // no other encoding has one
      {Encoding::kGb18030, "\x84\x31\x95\x33x", "<FEFF>x", "<FEFF>x"},
      {Encoding::kWindows1252, "\xEF\xBB\xBF", "<00EF><00BB><00BF>", "<00EF><00BB><00BF>"},
  };
  for (const auto& [encoding, bytes, want, ignored] : cases) {
    CAPTURE(want);
    CHECK(decoded(encoding, bytes) == want);
    CHECK(decoded(encoding, bytes, {.ignoreBom = true}) == ignored);
    checkEverySplit(encoding, bytes);
    checkEverySplit(encoding, bytes, {.ignoreBom = true});
  }
}

TEST_CASE("a mark is dropped once a text, and a new text begins after each flush") {
  TextDecoder decoder(Encoding::kUtf8);
  CHECK(next(decoder, "\xEF\xBB\xBF") == "");
  CHECK(next(decoder, "\xEF\xBB\xBF") == "<FEFF>");
  CHECK(next(decoder, "", Flush::kYes) == "");
  CHECK(next(decoder, "\xEF\xBB\xBFx", Flush::kYes) == "x");
  CHECK(next(decoder, "\xEF\xBB\xBFx") == "x");
  CHECK(next(decoder, "") == "");
  CHECK(next(decoder, "\xEF\xBB\xBFy", Flush::kYes) == "<FEFF>y");
}

TEST_CASE("an unfinished sequence waits for the next call and is an error only at the end") {
  TextDecoder decoder(Encoding::kUtf8);
  CHECK(next(decoder, "a\xF0\x9F") == "a");
  CHECK(next(decoder, "\x98") == "");
  CHECK(next(decoder,
             "\x80"
             "b") == "<D83D><DE00>b");
  CHECK(next(decoder, "\xF0\x9F") == "");
  CHECK(next(decoder, "", Flush::kYes) == "<FFFD>");
  CHECK(next(decoder, "\x98\x80", Flush::kYes) == "<FFFD><FFFD>");
}

TEST_CASE("a fatal decoder begins afresh after a failure at the end of a text") {
  TextDecoder decoder(Encoding::kUtf8, {.fatal = true});
  CHECK(next(decoder, "\xEF\xBB\xBFok", Flush::kYes) == "ok");
  CHECK(next(decoder, "\xFFlost", Flush::kYes) == "failure");
  CHECK(next(decoder, "\xEF\xBB\xBF\xC3\xA9", Flush::kYes) == "<00E9>");
  CHECK(next(decoder, "\xC3") == "");
  CHECK(next(decoder, "", Flush::kYes) == "failure");
  CHECK(next(decoder, "\xA9", Flush::kYes) == "failure");
}

TEST_CASE("after a failure in mid-stream a fatal decoder goes on behind the error") {
  TextDecoder decoder(Encoding::kUtf8, {.fatal = true});
  CHECK(next(decoder, "lost\xFFkept") == "failure");
  CHECK(next(decoder, "!") == "kept!");
  CHECK(next(decoder, "", Flush::kYes) == "");
}

TEST_CASE("the replacement encoding gives one error, whatever the text") {
  CHECK(decoded(Encoding::kReplacement, "") == "");
  CHECK(decoded(Encoding::kReplacement, "a long text") == "<FFFD>");
  CHECK(decoded(Encoding::kReplacement, "x", {.fatal = true}) == "failure");
  checkEverySplit(Encoding::kReplacement, "a text");
}

TEST_CASE("x-user-defined maps the upper half to private use") {
  CHECK(decoded(Encoding::kXUserDefined, "a\x80\xFF") == "a<F780><F7FF>");
}

TEST_CASE("a decoder tells how it was made") {
  const TextDecoder decoder(Encoding::kBig5, {.fatal = true, .ignoreBom = true});
  CHECK(decoder.encoding() == Encoding::kBig5);
  CHECK(decoder.fatal());
  CHECK(decoder.ignoreBom());
  CHECK_FALSE(TextDecoder(Encoding::kUtf8).fatal());
  CHECK_FALSE(TextDecoder(Encoding::kUtf8).ignoreBom());
}

}  // namespace lathe::web::test
