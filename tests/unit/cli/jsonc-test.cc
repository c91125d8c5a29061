#include "cli/jsonc.h"

#include <string>

#include <doctest/doctest.h>

#include "cli/json-text.h"

namespace lathe::cli {

TEST_CASE("a document comes back as plain JSON") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {"{}", "{}"},
      {"[]", "[]"},
      {"null", "null"},
      {" true ", "true"},
      {"\"a\"", "\"a\""},
      {"-0.5e+10", "-0.5e+10"},
      {"12345678901234567890", "12345678901234567890"},
      {"{\"a\": [1, {\"b\": false}], \"c\": \"d\"}", "{\"a\":[1,{\"b\":false}],\"c\":\"d\"}"},
      {"{\"a\": 1,}", "{\"a\":1}"},
      {"[1, 2,\n]", "[1,2]"},
      {"// first\n{ /* a */ \"a\" /* : */ : // b\r\n 1 }\n// last", "{\"a\":1}"},
      {"/**/[/***/]/* / */", "[]"},
      {"\xEF\xBB\xBF[1]", "[1]"},
      {"{\"a\": \"//no\", \"b\": \"/*no*/\"}", "{\"a\":\"//no\",\"b\":\"/*no*/\"}"},
      {R"("\"\\\/\b\f\n\r\t\u0041")", R"("\"\\/\u0008\u000c\n\r\tA")"},
      {R"("\u00e9 \u20AC \ud83d\ude00")", "\"é € 😀\""},
      {R"("\ud83d \ude00")", "\"\uFFFD \uFFFD\""},  // lone surrogates
      {R"("\ud83d\u0041")", "\"\uFFFDA\""},
      {"{\"a\": 1, \"b\": 2, \"a\": 3}", "{\"b\":2,\"a\":3}"},  // the last one counts
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(toJson(parseJsonc(text)) == want);
  }
}

TEST_CASE("every value knows where it stands") {
  JsonValue root = parseJsonc("{\n  \"a\": 1, /* é */ \"é\":\r\n\t[ true,\r\"x\" ]\n}");
  CHECK(root.place == Place{1, 1});
  REQUIRE(root.members.size() == 2);
  CHECK(root.members[0].place == Place{2, 3});
  CHECK(root.members[0].value.place == Place{2, 8});
  CHECK(root.members[1].place == Place{2, 19});  // characters, not bytes
  const JsonValue& list = root.members[1].value;
  CHECK(list.place == Place{3, 2});
  CHECK(list.elements[0].place == Place{3, 4});
  CHECK(list.elements[1].place == Place{4, 1});  // a lone CR ends a line
}

TEST_CASE("what is no JSONC is told with its place") {
  struct {
    std::string text;
    Place place;
    std::string message;
  } cases[] = {
      {"", {1, 1}, "expected a value, found the end of the file"},
      {"\n // only a comment", {2, 19}, "expected a value, found the end of the file"},
      {"{\n  \"a\": 1,\n", {3, 1}, "expected a key in double quotes, found the end of the file"},
      {"{", {1, 2}, "expected a key in double quotes or \"}\", found the end of the file"},
      {"{a: 1}", {1, 2}, "expected a key in double quotes or \"}\", found \"a\""},
      {"{'a': 1}", {1, 2}, "expected a key in double quotes or \"}\", found \"'\""},
      {"{,}", {1, 2}, "expected a key in double quotes or \"}\", found \",\""},
      {"{\"a\" 1}", {1, 6}, "expected \":\" after the key \"a\", found \"1\""},
      {"{\"a\": }", {1, 7}, "expected a value, found \"}\""},
      {"{\"a\": 1 \"b\": 2}", {1, 9}, "expected \",\" or \"}\", found \"\\\"\""},
      {"[1 2]", {1, 4}, "expected \",\" or \"]\", found \"2\""},
      {"[,]", {1, 2}, "expected a value, found \",\""},
      {"[1}", {1, 3}, "expected \",\" or \"]\", found \"}\""},
      {"{} x", {1, 4}, "expected the end of the file, found \"x\""},
      {"name = \"x\"", {1, 1}, "expected a value, found \"name\""},
      {"True", {1, 1}, "expected a value, found \"True\""},
      {"undefined", {1, 1}, "expected a value, found \"undefined\""},
      {"01", {1, 1}, "expected a number, found \"01\""},
      {"1.", {1, 1}, "expected a number, found \"1.\""},
      {"-", {1, 1}, "expected a number, found \"-\""},
      {"1e", {1, 1}, "expected a number, found \"1e\""},
      {"0x10", {1, 1}, "expected a number, found \"0x10\""},
      {"[1, +2]", {1, 5}, "expected a value, found \"+2\""},
      {"\"abc", {1, 1}, "this text has no end: expected \" before the line ends"},
      {"[\"abc\n\"]", {1, 2}, "this text has no end: expected \" before the line ends"},
      {R"("a\x41")", {1, 3}, "expected an escape such as \\n or \\u00e9"},
      {R"("\ud83d\u12")", {1, 8}, "expected four hexadecimal digits after \\u"},
      {R"("\u12g4")", {1, 2}, "expected four hexadecimal digits after \\u"},
      {"\"a\x01\"", {1, 3}, "expected no control characters within a text"},
      {"[] /* never", {1, 4}, "this comment has no end: expected */"},
      {"[1] / 2", {1, 5}, "expected the end of the file, found \"/\""},
      {"{\n \"a\": \"\xFF\" }", {2, 8}, "the file is not UTF-8 here"},
  };
  for (const auto& [text, place, message] : cases) {
    CAPTURE(text);
    try {
      parseJsonc(text);
      FAIL("no error");
    } catch (const JsoncError& error) {
      CHECK(error.place() == place);
      CHECK(std::string(error.what()) == message);
    }
  }
}

TEST_CASE("every beginning of a document is an error or the document") {
  const std::string text =
      R"({"a": [1, -2.5e3, "x\u00e9\n"], /* b */ "c": {"d": null, "e": true}})";
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(parseJsonc(text.substr(0, length)), JsoncError);
  }
  CHECK_NOTHROW(parseJsonc(text));
}

TEST_CASE("nesting has a limit instead of an end of the stack") {
  CHECK_NOTHROW(parseJsonc(std::string(kJsoncDepthMax, '[') + std::string(kJsoncDepthMax, ']')));
  CHECK_THROWS_AS(parseJsonc(std::string(1'000'000, '[')), JsoncError);
}

TEST_CASE("a value is told in words") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {"3", "the number 3"},
      {"\"x\"", "the text \"x\""},
      {"\"\"", "the text \"\""},
      {"[1]", "a list"},
      {"{}", "an object"},
      {"null", "null"},
      {"false", "false"},
      {"\"" + std::string(59, 'x') + "éé\"", "the text \"" + std::string(59, 'x') + "\"…"},
  };
  for (const auto& [text, want] : cases) CHECK(inWords(parseJsonc(text)) == want);
}

}  // namespace lathe::cli
