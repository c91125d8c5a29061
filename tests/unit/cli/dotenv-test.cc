#include "cli/dotenv.h"

#include <map>
#include <string>

#include <doctest/doctest.h>

namespace lathe::cli {

namespace {

// The entries as `A=[a] B=[b]`.
std::string entriesOf(std::string_view text) {
  std::string all;
  for (const DotenvEntry& entry : parseDotenv(text).entries) {
    all += (all.empty() ? "" : " ") + entry.name + "=[" + entry.value + "]";
  }
  return all;
}

}  // namespace

TEST_CASE("a dotenv file is read by the usual rules") {
  struct {
    std::string_view text;
    std::string_view want;
  } cases[] = {
      {"", ""},
      {"A=1", "A=[1]"},
      {"A=1\nB=2\n", "A=[1] B=[2]"},
      {"A=1\r\nB=2\r\n", "A=[1] B=[2]"},
      {"A=1\rB=2", "A=[1] B=[2]"},
      {"\xef\xbb\xbf"
       "A=1",
       "A=[1]"},
      {"  A  =  1  ", "A=[1]"},
      {"export A=1", "A=[1]"},
      {"export=1", "export=[1]"},
      {"A: 1", "A=[1]"},
      {"A:1", ""},
      {"A=", "A=[]"},
      {"A=\nB=2", "A=[] B=[2]"},
      {"A.b-c_9=1", "A.b-c_9=[1]"},
      {"# A=1\n\n  # B=2\nC=3", "C=[3]"},
      {"A=1 # one", "A=[1]"},
      {"A=1#one", "A=[1]"},
      {"A='1 # one'", "A=[1 # one]"},
      {"A=\"1 # one\" # two", "A=[1 # one]"},
      {"A=`it's \"1\"`", "A=[it's \"1\"]"},
      {"A='  1  '", "A=[  1  ]"},
      {"A=it's", "A=[it's]"},
      {"A=a=b", "A=[a=b]"},
      {"A=postgres://u:p@h/d?x=1", "A=[postgres://u:p@h/d?x=1]"},
      {R"(A="a\nb\r")", "A=[a\nb\r]"},
      {R"(A='a\nb')", R"(A=[a\nb])"},
      {R"(A=a\nb)", R"(A=[a\nb])"},
      {R"(A="a\tb\\")", R"(A=[a\tb\\])"},
      {R"(A="say \"hi\"")", R"(A=[say \"hi\"])"},
      {R"(A='C:\dir\')", R"(A=[C:\dir\])"},
      {"A=\"one\ntwo\"\nB=2", "A=[one\ntwo] B=[2]"},
      {"A='one\r\ntwo'\r\nB=2", "A=[one\ntwo] B=[2]"},
      {"A=\"no end\nB=2", "A=[\"no end] B=[2]"},
      {"A='1' 2", "A=['1' 2]"},
      {"A={\"a\": 1}", "A=[{\"a\": 1}]"},
      {"A=ü", "A=[ü]"},
      {"A=1\nA=2", "A=[1] A=[2]"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(entriesOf(text) == want);
  }
}

TEST_CASE("a dotenv file tells where its entries stand, and what is none") {
  DotenvFile file = parseDotenv("# first\nA=\"\n\n\"\nB=1\njust words\n=3\n-\nC=2\nD");
  REQUIRE(file.entries.size() == 3);
  CHECK(file.entries[0].line == 2);
  CHECK(file.entries[1].line == 5);
  CHECK(file.entries[2].line == 9);
  CHECK(file.strangeLines == std::vector<int>{6, 7, 8, 10});
}

TEST_CASE("variables in values are expanded") {
  std::map<std::string, std::string, std::less<>> variables = {
      {"A", "1"}, {"B_2", "two"}, {"EMPTY", ""}, {"DOLLAR", "$A"}};
  auto lookUp = [&](std::string_view name) -> std::optional<std::string_view> {
    auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  struct {
    std::string_view value;
    std::string_view want;
  } cases[] = {
      {"plain", "plain"},
      {"$A", "1"},
      {"${A}", "1"},
      {"x${A}y$B_2-z", "x1ytwo-z"},
      {"$NONE|${NONE}", "|"},
      {"\\$A \\${A}", "$A ${A}"},
      {"$ $$ $1 ${} ${A", "$ $$ $1 ${} ${A"},
      {"$$A", "$1"},
      {"${NONE:-x} ${NONE-x} ${A:-x} ${EMPTY:-x}", "x x 1 x"},
      {"${A:+x} ${A+x} ${NONE:+x}|", "x x |"},
      {"${NONE:-a-b:-c}", "a-b:-c"},
      {"${NONE:-${B_2}}", "two"},
      {"${NONE:-${NEITHER:-deep}}", "deep"},
      {"${DOLLAR}", "$A"},
  };
  for (const auto& [value, want] : cases) {
    CAPTURE(value);
    CHECK(expandDotenv(value, lookUp) == std::string(want));
  }
}

TEST_CASE("an expansion has an end") {
  const std::string thousand(1000, 'x');
  auto long_ = [&](std::string_view) { return std::optional<std::string_view>(thousand); };
  CHECK(expandDotenv("$A$A", long_, 2000) == std::string(2000, 'x'));
  CHECK_FALSE(expandDotenv("$A$A", long_, 1999));
  CHECK_FALSE(expandDotenv("${NONE:+${A}$A}$A", long_, 2999));
  // Neither do braces without an end take long, nor what is nested deeply.
  auto none = [](std::string_view) { return std::optional<std::string_view>(); };
  std::string open, nested = "x";
  for (int i = 0; i < 100'000; ++i) open += "${";
  for (int i = 0; i < 1'000; ++i) nested = "${A:-" + nested + "}";
  CHECK(expandDotenv(open, none) == open);
  CHECK(expandDotenv(nested, none)->ends_with("x" + std::string(979, '}')));
}

TEST_CASE("a value with as many quotes as it likes is read in one go") {
  std::string quotes;
  for (int i = 0; i < 200'000; ++i) quotes += "\\\"";
  CHECK(entriesOf("A=\"" + quotes + "\"") == "A=[" + quotes + "]");
}

}  // namespace lathe::cli
