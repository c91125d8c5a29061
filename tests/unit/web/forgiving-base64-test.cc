#include "engine/web/forgiving-base64.h"

#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/web/utf8.h"

namespace lathe::web {

TEST_CASE("forgiving base64 decodes as the Web Platform Tests want it") {
  std::ifstream file(std::string(LATHE_TEST_DATA) + "/wpt/forgiving-base64.json");
  REQUIRE(file);
  int cases = 0;
  for (const auto& item : nlohmann::json::parse(file)) {
    if (item.is_string()) continue;  // a comment
    const std::string input = item[0];
    CAPTURE(input);
    std::optional<std::string> want;
    if (!item[1].is_null()) {
      want.emplace();
      for (const int byte : item[1]) want->push_back(static_cast<char>(byte));
    }
    CHECK(forgivingBase64Decode(input) == want);
    CHECK(forgivingBase64Decode(utf16FromUtf8(input)) == want);
    ++cases;
  }
  CHECK(cases > 50);
}

TEST_CASE("only ASCII can be base64, in either form of string") {
  CHECK_FALSE(forgivingBase64Decode("YWJ\xC3"));
  CHECK_FALSE(forgivingBase64Decode(u"YWJ\u00C3"));
  CHECK_FALSE(forgivingBase64Decode(u"\u0159WJj"));  // its low byte is Y's
  CHECK_FALSE(forgivingBase64Decode(u"YWJj\u3000"));
  CHECK_FALSE(forgivingBase64Decode(std::string_view("YWJj\0", 5)));
  CHECK_FALSE(forgivingBase64Decode("YW-_"));
  CHECK(forgivingBase64Decode(u" Y\tW\nJ\fj\r") == "abc");
}

TEST_CASE("encoding pads and stays on one line") {
  struct {
    std::string_view bytes;
    std::string_view want;
  } cases[] = {
      {"", ""},
      {"a", "YQ=="},
      {"ab", "YWI="},
      {"abc", "YWJj"},
      {"abcd", "YWJjZA=="},
      {"\xFF\xEF\xBE", "/+++"},
      {std::string_view("\0\0\0\0", 4), "AAAAAA=="},
  };
  for (const auto& [bytes, want] : cases) CHECK(forgivingBase64Encode(bytesOf(bytes)) == want);
  CHECK(forgivingBase64Encode(bytesOf(std::string(300, 'x'))).size() == 400);
}

TEST_CASE("what was encoded decodes to the same bytes") {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    CAPTURE(size);
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string text = forgivingBase64Encode(bytesOf(bytes));
    CHECK(forgivingBase64Decode(text) == bytes);
    text.resize(text.find_last_not_of('=') + 1);
    CHECK(forgivingBase64Decode(text) == bytes);
  }
}

}  // namespace lathe::web
