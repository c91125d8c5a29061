#include "engine/web/mime-type.h"

#include "engine/web/encoding.h"
#include "engine/web/utf8.h"
#include "tests/unit/web/wpt-data.h"

namespace lathe::web::test {

namespace {

std::string serialized(const std::optional<MimeType>& mimeType) {
  return mimeType ? mimeType->serialize() : "failure";
}

std::string extracted(const std::vector<std::string>& contentTypes) {
  return serialized(extractMimeType(contentTypes));
}

}  // namespace

TEST_CASE("MIME types are parsed as the Web Platform Tests want it") {
  int total = 0;
  for (const char* file : {"mime-types.json", "generated-mime-types.json"}) {
    for (const auto& item : wptCases(file)) {
      const std::u16string input = utf16FromUtf8(item["input"].get<std::string>());
      CAPTURE(item["input"]);
      const auto mimeType = parseMimeType(input);
      ++total;
      if (item["output"].is_null()) {
        CHECK_FALSE(mimeType);
        continue;
      }
      REQUIRE(mimeType);
      CHECK(utf8FromLatin1(mimeType->serialize()) == item["output"]);
      if (item.contains("encoding")) {
        const std::string* charset = mimeType->parameter("charset");
        const auto encoding = charset ? encodingFromLabel(*charset) : std::nullopt;
        CHECK((encoding ? nlohmann::json(encodingName(*encoding)) : nlohmann::json()) ==
              item["encoding"]);
      }

      // Latin-1 says the same wherever it can say it.
      std::string latin1;
      for (const char16_t unit : input) latin1 += static_cast<char>(unit);
      const bool isLatin1 = std::ranges::all_of(input, [](char16_t unit) { return unit < 0x100; });
      if (isLatin1) CHECK(serialized(parseMimeType(latin1)) == mimeType->serialize());
    }
  }
  CHECK(total > 900);
}

TEST_CASE("a MIME type gives its essence and parameters") {
  auto mimeType = parseMimeType(" TEXT/Html ; Charset=\"u\\\"tf\";x=Y;charset=2 ");
  REQUIRE(mimeType);
  CHECK(mimeType->type == "text");
  CHECK(mimeType->subtype == "html");
  CHECK(mimeType->essence() == "text/html");
  REQUIRE(mimeType->parameter("charset"));
  CHECK(*mimeType->parameter("charset") == "u\"tf");
  CHECK(*mimeType->parameter("x") == "Y");
  CHECK_FALSE(mimeType->parameter("y"));
  CHECK_FALSE(mimeType->parameter("X"));
  CHECK(mimeType->serialize() == "text/html;charset=\"u\\\"tf\";x=Y");

  mimeType->setParameter("charset", "utf-8");
  mimeType->setParameter("boundary", "");
  CHECK(mimeType->serialize() == "text/html;charset=utf-8;x=Y;boundary=\"\"");
}

TEST_CASE("what has no type or no subtype is no MIME type") {
  for (const std::string_view text :
       {"", "/", "text", "text/", "/html", "te xt/html", "text/ht ml", "text /html", "text/ html",
        "text/html,", "text//", "text/;a=b", ";a=b", "t\xE9xt/html"}) {
    CAPTURE(text);
    CHECK_FALSE(parseMimeType(text));
  }
  CHECK_FALSE(parseMimeType(u"text/ht\u0141ml"));
}

TEST_CASE("the last Content-Type counts, with the charset of one before it of the same essence") {
  struct {
    std::vector<std::string> headers;
    std::string_view want;
  } cases[] = {
      {{"text/plain"}, "text/plain"},
      {{"text/html, text/plain"}, "text/plain"},
      {{"text/html", "text/plain"}, "text/plain"},
      {{"text/plain;charset=gbk", "text/plain"}, "text/plain;charset=gbk"},
      {{"text/plain;charset=gbk, text/plain;charset=x"}, "text/plain;charset=x"},
      {{"text/plain;charset=gbk", "text/html"}, "text/html"},
      {{"text/plain;charset=gbk", "text/html", "text/plain"}, "text/plain"},
      {{"text/html;charset=gbk, text/html;x=\",text/plain\""},
       "text/html;x=\",text/plain\";charset=gbk"},
      // what says nothing is passed over
      {{"text/plain", "*/*"}, "text/plain"},
      {{"text/plain", ""}, "text/plain"},
      {{"text/plain", "cannot-parse"}, "text/plain"},
      {{"text/plain;charset=gbk", "cannot-parse", "text/plain"}, "text/plain;charset=gbk"},
      {{",,text/plain,,"}, "text/plain"},
      // a comma inside a quoted string does not separate, also when nothing closes it
      {{"text/html;\" \\\" ;charset=g,bk\",text/plain"}, "text/plain"},
      {{"text/html;x=\", text/plain"}, "text/html;x=\", text/plain\""},
      // nothing to go by
      {{}, "failure"},
      {{""}, "failure"},
      {{"*/*"}, "failure"},
      {{"text"}, "failure"},
      {{"\""}, "failure"},
      {{"\"\\"}, "failure"},
  };
  for (const auto& [headers, want] : cases) {
    CAPTURE(want);
    CHECK(extracted(headers) == want);
  }
}

}  // namespace lathe::web::test
