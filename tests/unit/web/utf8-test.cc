#include "engine/web/utf8.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lathe::web {

namespace {

using namespace std::string_view_literals;

struct Conversion {
  std::u16string_view utf16;
  std::string_view utf8;
};

// The right half of the table holds lone surrogates.
constexpr char16_t kLead = 0xD83D;
constexpr char16_t kTrail = 0xDE00;
const std::u16string kPair = {kLead, kTrail};
const std::u16string kLoneLead = {u'a', kLead, u'b'};
const std::u16string kLoneTrail = {u'a', kTrail, u'b'};
const std::u16string kLeadAtEnd = {u'a', kLead};
const std::u16string kReversed = {kTrail, kLead};
const std::u16string kTwoLeads = {kLead, kLead, kTrail};

std::vector<Conversion> conversions() {
  return {
      {u"", ""},
      {u"\0\u007F"sv, "\0\x7F"sv},
      {u"\u0080\u07FF", "\xC2\x80\xDF\xBF"},
      {u"\u0800\uD7FF\uE000\uFFFF", "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"},
      {u"\U00010000\U0010FFFF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
      {u"\uFEFFx", "\xEF\xBB\xBFx"},
      {kPair, "\xF0\x9F\x98\x80"},
      {kLoneLead,
       "a\xEF\xBF\xBD"
       "b"},
      {kLoneTrail,
       "a\xEF\xBF\xBD"
       "b"},
      {kLeadAtEnd, "a\xEF\xBF\xBD"},
      {kReversed, "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {kTwoLeads, "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
  };
}

}  // namespace

TEST_CASE("UTF-16 becomes UTF-8 with lone surrogates replaced") {
  for (const auto& [utf16, utf8] : conversions()) {
    CAPTURE(utf8);
    CHECK(utf8FromUtf16(utf16) == utf8);
    CHECK(utf8LengthOfUtf16(utf16) == utf8.size());
    CHECK(isValidUtf8(bytesOf(utf8)));

    std::u16string wellFormed(utf16);
    replaceLoneSurrogates(wellFormed);
    CHECK(isWellFormedUtf16(wellFormed));
    CHECK(isWellFormedUtf16(utf16) == (wellFormed == utf16));
    CHECK(utf16FromUtf8(utf8) == wellFormed);
  }
}

TEST_CASE("runs of ASCII of any length convert whole") {
  for (std::size_t length = 0; length < 100; ++length) {
    CAPTURE(length);
    const std::string run(length, 'x');
    const std::u16string wide(length, u'x');
    CHECK(utf8FromUtf16(wide) == run);
    CHECK(utf8FromUtf16(wide + u"\u00E9" + wide) == run + "\xC3\xA9" + run);
    CHECK(utf16FromUtf8(run + "\xC3\xA9" + run) == wide + u"\u00E9" + wide);
    CHECK(isAscii(bytesOf(run)));
    CHECK_FALSE(isAscii(bytesOf(run + "\x80")));
    CHECK_FALSE(isAscii(bytesOf("\x80" + run)));
  }
}

TEST_CASE("Latin-1 becomes UTF-8") {
  CHECK(utf8FromLatin1("") == "");
  CHECK(utf8FromLatin1("plain") == "plain");
  CHECK(utf8FromLatin1("\x7F\x80\xE9\xFF") == "\x7F\xC2\x80\xC3\xA9\xC3\xBF");
  CHECK(utf8LengthOfLatin1("a\xE9") == 3);
}

TEST_CASE("invalid UTF-8 is found, wherever it stands") {
  const std::string_view invalid[] = {"\x80",         "\xC0\x80",         "\xC3",
                                      "\xE2\x82",     "\xE0\x9F\xBF",     "\xED\xA0\x80",
                                      "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xFF"};
  for (const std::string_view bytes : invalid) {
    for (const std::size_t before : {0, 1, 15, 1022, 1023, 1024, 3000}) {
      CAPTURE(before);
      const std::string text = std::string(before, 'x') + std::string(bytes);
      CHECK_FALSE(isValidUtf8(bytesOf(text)));
      CHECK_FALSE(isValidUtf8(bytesOf(text + "xyz")));
    }
  }
  CHECK(utf16FromUtf8("\xE2\x82x\xFF") == u"\uFFFDx\uFFFD");
}

TEST_CASE("valid UTF-8 is valid however its characters fall") {
  for (std::size_t before = 1015; before < 1030; ++before) {
    CAPTURE(before);
    CHECK(isValidUtf8(bytesOf(std::string(before, 'x') + "\xF0\x9F\x98\x80")));
    CHECK(isValidUtf8(bytesOf(std::string(before, 'x') + "\xF0\x9F\x98\x80\xE2\x82\xAC"
                                                         "abc")));
  }
}

TEST_CASE("encodeInto writes whole characters and tells how far it came") {
  struct {
    std::u16string text;
    std::size_t room;
    std::size_t read;
    std::size_t written;
  } cases[] = {
      {u"Hi", 10, 2, 2},        {u"Hi", 1, 1, 1},        {u"Hi", 0, 0, 0},
      {u"", 10, 0, 0},          {u"a\u00E9b", 2, 1, 1},  {u"a\u00E9b", 3, 2, 3},
      {u"a\u00E9b", 4, 3, 4},   {u"\u6C34a", 2, 0, 0},   {u"\u6C34a", 3, 1, 3},
      {kPair + u"a", 3, 0, 0},  {kPair + u"a", 4, 2, 4}, {kPair + u"a", 10, 3, 5},
      {kLoneLead, 3, 1, 1},     {kLoneLead, 4, 2, 4},    {kLoneLead, 5, 3, 5},
      {u"A" + kPair, 10, 3, 5}, {kLeadAtEnd, 10, 2, 4},  {u"\u6C34aaa", 1, 0, 0},
  };
  for (const auto& [text, room, read, written] : cases) {
    CAPTURE(room);
    CAPTURE(utf8FromUtf16(text));
    std::vector<std::uint8_t> to(room + 8, 0xEE);
    const EncodeIntoProgress progress = encodeUtf16Into(text, std::span(to).first(room));
    CHECK(progress.read == read);
    CHECK(progress.written == written);
    const std::string whole = utf8FromUtf16(text);
    CHECK(std::string(to.begin(), to.begin() + static_cast<long>(written)) ==
          whole.substr(0, written));
    // What lies behind is the caller's and stays as it was.
    CHECK(std::count(to.begin() + static_cast<long>(written), to.end(), 0xEE) ==
          static_cast<long>(to.size() - written));
  }
}

TEST_CASE("encodeInto takes Latin-1 too") {
  struct {
    std::string_view text;
    std::size_t room;
    std::size_t read;
    std::size_t written;
  } cases[] = {
      {"", 4, 0, 0},       {"abc", 2, 2, 2},      {"a\xE9z", 2, 1, 1}, {"a\xE9z", 3, 2, 3},
      {"a\xE9z", 9, 3, 4}, {"\xE9\xE9", 3, 1, 2}, {"\xE9", 0, 0, 0},   {"\xE9", 1, 0, 0},
  };
  for (const auto& [text, room, read, written] : cases) {
    CAPTURE(room);
    std::vector<std::uint8_t> to(room);
    const EncodeIntoProgress progress = encodeLatin1Into(text, to);
    CHECK(progress.read == read);
    CHECK(progress.written == written);
    CHECK(std::string(to.begin(), to.begin() + static_cast<long>(written)) ==
          utf8FromLatin1(text).substr(0, written));
  }
}

}  // namespace lathe::web
