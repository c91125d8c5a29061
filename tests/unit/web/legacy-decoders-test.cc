#include <array>

#include "engine/web/encoding-tables.h"
#include "tests/unit/web/decoding.h"
#include "tests/unit/web/wpt-data.h"

// The decoders of the encodings that are not Unicode's.
namespace lathe::web::test {

namespace {

using Table = std::vector<std::pair<std::string_view, std::string_view>>;  // bytes, text

// Checks each line, whole and cut anywhere, replacing and fatal.
void check(Encoding encoding, const Table& table) {
  for (const auto& [bytes, want] : table) {
    CAPTURE(want);
    CHECK(decoded(encoding, bytes) == want);
    const bool valid = want.find("FFFD") == std::string_view::npos;
    CHECK(decoded(encoding, bytes, {.fatal = true}) == (valid ? want : "failure"));
    checkEverySplit(encoding, bytes);
    checkEverySplit(encoding, bytes, {.fatal = true});
  }
}

std::string bytesFrom(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

std::string shownCodePoint(char32_t codePoint) {
  char16_t units[2];
  DecoderOutput out(units, DecoderOutput::OnError::kReplace);
  out.putCodePoint(codePoint);
  return shown(std::u16string_view(units, static_cast<std::size_t>(out.end() - units)));
}

// Decodes each pointer's sequence and compares with the index of the Web Platform Tests. `sequence`
// gives "" for a pointer that the encoding cannot reach.
template <typename Sequence>
void checkIndex(Encoding encoding, const std::string& name, Sequence sequence) {
  const auto json = wptCases("encoding-multi-byte.json");
  const auto& index = json[name];
  int failures = 0;
  int reached = 0;
  for (std::size_t pointer = 0; pointer < index.size(); ++pointer) {
    const std::string bytes = sequence(static_cast<int>(pointer));
    if (bytes.empty()) continue;
    ++reached;
    const bool isMapped = !index[pointer].is_null();
    const std::string want =
        isMapped ? shownCodePoint(index[pointer].template get<char32_t>()) : "failure";
    const std::string got = decoded(encoding, bytes, {.fatal = true});
    if (got != want && ++failures <= 5) {
      FAIL_CHECK(name, " pointer ", pointer, ": got ", got, ", want ", want);
    }
  }
  CHECK(failures == 0);
  CHECK(reached > 8000);
}

}  // namespace

TEST_CASE("single-byte encodings map every byte as the standard's indexes say") {
  const auto json = wptCases("encoding-single-byte.json");
  int encodings = 0;
  for (const auto& [name, index] : json.items()) {
    const auto encoding = encodingFromLabel(name);
    REQUIRE(encoding);
    CAPTURE(name);
    for (int byte = 0; byte < 256; ++byte) {
      CAPTURE(byte);
      const std::string bytes = bytesFrom({byte});
      const bool isMapped = byte < 0x80 || !index[byte - 0x80].is_null();
      const char32_t codePoint = byte < 0x80 ? static_cast<char32_t>(byte)
                                 : isMapped  ? index[byte - 0x80].get<char32_t>()
                                             : U'\uFFFD';
      CHECK(decoded(*encoding, bytes) == shownCodePoint(codePoint));
      CHECK(decoded(*encoding, bytes, {.fatal = true}) ==
            (isMapped ? shownCodePoint(codePoint) : "failure"));
    }
    ++encodings;
  }
  CHECK(encodings >= 27);
  CHECK(decoded(Encoding::kIso8859_8I, "\xE0") == "<05D0>");
}

TEST_CASE("multi-byte encodings map every pointer as the standard's indexes say") {
  checkIndex(Encoding::kBig5, "big5", [](int pointer) {
    const bool isTwoCodePoints =
        pointer == 1133 || pointer == 1135 || pointer == 1164 || pointer == 1166;
    if (isTwoCodePoints) return std::string();
    const int trail = pointer % 157;
    return bytesFrom({0x81 + pointer / 157, trail + (trail < 0x3F ? 0x40 : 0x62)});
  });
  checkIndex(Encoding::kEucKr, "euc-kr", [](int pointer) {
    return bytesFrom({0x81 + pointer / 190, 0x41 + pointer % 190});
  });
  checkIndex(Encoding::kShiftJis, "jis0208", [](int pointer) {
    if (pointer >= 8836 && pointer <= 10715) return std::string();  // private use, tested below
    const int lead = pointer / 188;
    const int trail = pointer % 188;
    return bytesFrom({lead + (lead < 0x1F ? 0x81 : 0xC1), trail + (trail < 0x3F ? 0x40 : 0x41)});
  });
  const auto jis = [](int pointer, int base, std::string prefix) {
    if (pointer >= 94 * 94) return std::string();
    return prefix + bytesFrom({base + pointer / 94, base + pointer % 94});
  };
  checkIndex(Encoding::kEucJp, "jis0208", [&](int pointer) { return jis(pointer, 0xA1, ""); });
  checkIndex(Encoding::kEucJp, "jis0212", [&](int pointer) { return jis(pointer, 0xA1, "\x8F"); });
  checkIndex(Encoding::kIso2022Jp, "jis0208",
             [&](int pointer) { return jis(pointer, 0x21, "\x1B$B"); });
}

TEST_CASE("gb18030 has the two-byte half of GB18030-2022") {
  // Computed from index-gb18030.txt of the Encoding Standard (2024-09-18): FNV-1a of all its code
  // points, two bytes each, high byte first.
  std::uint32_t hash = 0x811C9DC5;
  const auto add = [&](int byte) { hash = (hash ^ static_cast<std::uint32_t>(byte)) * 0x01000193; };
  for (const std::uint16_t codePoint : kGb18030Index) {
    add(codePoint >> 8);
    add(codePoint & 0xFF);
  }
  CHECK(hash == 0x71E0B5CC);

  const std::string_view moved[] = {"\xA6\xD9", "\xA6\xDA", "\xA6\xDB", "\xA6\xDC", "\xA6\xDD",
                                    "\xA6\xDE", "\xA6\xDF", "\xA6\xEC", "\xA6\xED", "\xA6\xF3",
                                    "\xFE\x59", "\xFE\x61", "\xFE\x66", "\xFE\x67", "\xFE\x6D",
                                    "\xFE\x7E", "\xFE\x90", "\xFE\xA0"};
  std::string text;
  for (const std::string_view bytes : moved) text += decoded(Encoding::kGb18030, bytes);
  CHECK(text ==
        "<FE10><FE12><FE11><FE13><FE14><FE15><FE16><FE17><FE18><FE19>"
        "<9FB4><9FB5><9FB6><9FB7><9FB8><9FB9><9FBA><9FBB>");
}

TEST_CASE("gb18030 reads one, two and four bytes and gives back what completes nothing") {
  const Table table = {
      {"a\x80", "a<20AC>"},
      {"\xFF", "<FFFD>"},
      {"\xC4\xE3\xBA\xC3", "<4F60><597D>"},
      {"\xA3\xA0\xA8\xBC\xA8\xBF", "<3000><1E3F><01F9>"},
      // the four-byte ranges: first, last of the basic plane, the exception, the rest
      {"\x81\x30\x81\x30", "<0080>"},
      {"\x84\x31\xA4\x39", "<FFFF>"},
      {"\x84\x31\xA5\x30", "<FFFD>"},
      {"\x81\x35\xF4\x37", "<E7C7>"},
      {"\x84\x31\x82\x36", "<FE10>"},  // still there beside A6 D9
      {"\x8F\x39\xFE\x39", "<FFFD>"},
      {"\x90\x30\x81\x30", "<D800><DC00>"},
      {"\xE3\x32\x9A\x35", "<DBFF><DFFF>"},
      {"\xE3\x32\x9A\x36", "<FFFD>"},
      {"\xFE\x39\xFE\x39", "<FFFD>"},
      // a bad trail takes its lead with it, but never an ASCII byte
      {"\x81\x20", "<FFFD> "},
      {"\x81\x7F", "<FFFD><007F>"},
      {"\x81\xFF", "<FFFD>"},
      {"\x81\x80", "<4E90>"},
      // a four-byte sequence gives back all but its lead
      {"\x81\x30"
       "a",
       "<FFFD>0a"},
      {"\x81\x30\x81 ", "<FFFD>0<FFFD> "},
      {"\x81\x30\x81\x81", "<FFFD>0<4E96>"},
      {"\x81\x30\xC4\xE3", "<FFFD>0<4F60>"},
      // the end
      {"\x81", "<FFFD>"},
      {"\x81\x30", "<FFFD>"},
      {"\x81\x30\x81", "<FFFD>"},
  };
  check(Encoding::kGb18030, table);
  check(Encoding::kGbk, table);
}

TEST_CASE("Big5 reads letters with marks as two code points and ideographs of plane 2") {
  check(Encoding::kBig5, {
                             {"\x88\x62\x88\x64\x88\xA3\x88\xA5",
                              "<00CA><0304><00CA><030C><00EA><0304><00EA><030C>"},
                             {"\x87\x40\x87\x45", "<43F0><D85C><DE67>"},
                             {"\xA4\xA4\xA4\xE5", "<4E2D><6587>"},
                             {"\x81\x40", "<FFFD>@"},
                             {"\x81\xA1", "<FFFD>"},
                             {"\xA4\x7F", "<FFFD><007F>"},
                             {"\xA4\x80\xA4\xA4", "<FFFD><4E2D>"},
                             {"\x80\xFF", "<FFFD><FFFD>"},
                             {"a\xA4", "a<FFFD>"},
                         });
}

TEST_CASE("EUC-KR gives an ASCII byte back that completes nothing") {
  check(Encoding::kEucKr, {
                              {"\xB0\xA1\x81\x41", "<AC00><AC02>"},
                              {"\x81\x40", "<FFFD>@"},
                              {"\xB0\x5B", "<FFFD>["},
                              {"\xC9\xA1", "<FFFD>"},
                              {"\xB0\xFF"
                               "a",
                               "<FFFD>a"},
                              {"\x80\xFF", "<FFFD><FFFD>"},
                              {"\xB0", "<FFFD>"},
                          });
}

TEST_CASE("EUC-JP reads katakana, JIS X 0208 and, behind 8F, JIS X 0212") {
  check(Encoding::kEucJp, {
                              {"\x8E\xA1\x8E\xDF", "<FF61><FF9F>"},
                              {"\xC6\xFC\xCB\xDC", "<65E5><672C>"},
                              {"\x8F\xB0\xA1\xC6\xFC", "<4E02><65E5>"},
                              {"\x8E\xE0", "<FFFD>"},
                              {"\x8E"
                               "a",
                               "<FFFD>a"},
                              {"\x8F"
                               "a",
                               "<FFFD>a"},
                              {"\x8F\x8F\xB0\xA1", "<FFFD><4E9C>"},
                              {"\x8F\xB0"
                               "a",
                               "<FFFD>a"},
                              {"\x8F\xB0\x80"
                               "a",
                               "<FFFD>a"},
                              {"\x8F\xA1\xA1", "<FFFD>"},
                              {"\xC6"
                               "a\xC6\x80",
                               "<FFFD>a<FFFD>"},
                              {"\x80\xA0\xFF", "<FFFD><FFFD><FFFD>"},
                              {"\x8E", "<FFFD>"},
                              {"\x8F", "<FFFD>"},
                              {"\x8F\xB0", "<FFFD>"},
                              {"\xC6", "<FFFD>"},
                          });
}

TEST_CASE("Shift_JIS reads half-width katakana and the user's own characters") {
  check(Encoding::kShiftJis, {
                                 {"\x80\xA1\xDF", "<0080><FF61><FF9F>"},
                                 {"\x93\xFA\x96\x7B", "<65E5><672C>"},
                                 {"\xF0\x40\xF9\xFC", "<E000><E757>"},
                                 {"\xFA\x40", "<2170>"},
                                 {"\\~", "\\~"},
                                 {"\x81\x20", "<FFFD> "},
                                 {"\x81\x7F", "<FFFD><007F>"},
                                 {"\x81\xFD", "<FFFD>"},
                                 {"\x85\x40", "<FFFD>@"},
                                 {"\xA0\xFD\xFE\xFF", "<FFFD><FFFD><FFFD><FFFD>"},
                                 {"\x81", "<FFFD>"},
                             });
}

TEST_CASE("ISO-2022-JP switches its modes by escape sequences and keeps them between calls") {
  check(Encoding::kIso2022Jp, {
                                  {"abc\\~", "abc\\~"},
                                  {"\x1B(Ja\\~\x1B(B\\~", "a<00A5><203E>\\~"},
                                  {"\x1B(I!_", "<FF61><FF9F>"},
                                  {"\x1B$@F|K\\", "<65E5><672C>"},
                                  {"\x1B$BF|\x1B(BA", "<65E5>A"},
                                  // what has no place in a mode
                                  {"\x80\x0E\x0F\xFF", "<FFFD><FFFD><FFFD><FFFD>"},
                                  {"\x1B(J\x0E\x80", "<FFFD><FFFD>"},
                                  {"\x1B(I \x60\x80", "<FFFD><FFFD><FFFD>"},
                                  {"\x1B$B \x80\x7F", "<FFFD><FFFD><FFFD>"},
                                  {"\x1B$B)!", "<FFFD>"},
                                  // a bad trail byte goes down with its lead, an escape does not
                                  {"\x1B$BF\nF|", "<FFFD><65E5>"},
                                  {"\x1B$BF\x1B(BA", "<FFFD>A"},
                                  {"\x1B$BF\x80", "<FFFD>"},
                                  // two escape sequences with nothing between them
                                  {"\x1B(B\x1B(J\\", "<FFFD><00A5>"},
                                  {"\x1B(B\x1B(B\x1B(B", "<FFFD><FFFD>"},
                                  {"\x1B(Ba\x1B(Bb", "ab"},
                                  // no escape sequences
                                  {"\x1Bx", "<FFFD>x"},
                                  {"\x1B$x", "<FFFD>$x"},
                                  {"\x1B(x", "<FFFD>(x"},
                                  {"\x1B\x1B(Ja\\", "<FFFD>a<00A5>"},
                                  {"\x1B(\x1B(J\\", "<FFFD>(<00A5>"},
                                  {"\x1B(B\x1Bx\x1B(B", "<FFFD>x"},
                                  {"\x1B$B\x1B$x!", "<FFFD><FFFD><FFFD>"},
                                  // the end
                                  {"\x1B", "<FFFD>"},
                                  {"\x1B$", "<FFFD>$"},
                                  {"\x1B(", "<FFFD>("},
                                  {"\x1B$BF", "<FFFD>"},
                                  {"\x1B$B", ""},
                              });

  TextDecoder decoder(Encoding::kIso2022Jp);
  CHECK(next(decoder, "\x1B$BF") == "");
  CHECK(next(decoder, "|") == "<65E5>");
  CHECK(next(decoder, "F|", Flush::kYes) == "<65E5>");
  CHECK(next(decoder, "F|", Flush::kYes) == "F|");
}

}  // namespace lathe::web::test
