#include "cli/storage-wire.h"

#include <functional>

#include <doctest/doctest.h>

namespace lathe::cli {

namespace {

using wire::Json;

persist::Value value(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

// What bytes must survive: those of keys and values are arbitrary.
const std::string kAwkward[] = {"",
                                "a",
                                "a b=\"\n",
                                "\xc3\xbc\xf0\x9f\x8d\xb5",
                                "\xff\xfe\x80",
                                std::string("\0\x01\0", 3),
                                std::string(5000, '\xf7')};

constexpr auto kAlarm = persist::AlarmTime(std::chrono::milliseconds(4'102'444'800'123));

}  // namespace

TEST_CASE("ids are hexadecimal digits") {
  struct {
    std::string bytes, text;
  } cases[] = {{"", ""}, {std::string(1, '\0'), "00"}, {"\x0f\xf0\xff", "0ff0ff"}, {"az", "617a"}};
  for (const auto& [bytes, text] : cases) {
    CHECK(wire::hexOf(bytes) == text);
    CHECK(wire::fromHex(text) == bytes);
  }
  for (const char* wrong : {"0", "0g", " 00", "00 ", "-1", "0X", "FF", "\xc3\xbc"}) {
    CHECK_THROWS_AS(wire::fromHex(wrong), std::runtime_error);
  }
}

TEST_CASE("base64 that is none is refused") {
  CHECK(wire::fromBase64("") == "");
  CHECK(wire::fromBase64("AP8=") == std::string("\0\xff", 2));
  for (const char* wrong : {"A", "AP8=A", "A*==", "====", "\xc3\xbc"}) {
    CHECK_THROWS_AS(wire::fromBase64(wrong), std::runtime_error);
  }
}

TEST_CASE("classes arrive as they were sent") {
  std::vector<StoredClass> sent = {{"shop", "Cart", "shop-Cart", true, "", 12},
                                   {"a \"b\"", "\xc3\xbc", "key", false, "v2", 0}};
  auto got = wire::classesFromJson(Json::parse(wire::classesToJson(sent).dump()));
  REQUIRE(got.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(got[i].worker == sent[i].worker);
    CHECK(got[i].className == sent[i].className);
    CHECK(got[i].uniqueKey == sent[i].uniqueKey);
    CHECK(got[i].sqlite == sent[i].sqlite);
    CHECK(got[i].deletedBy == sent[i].deletedBy);
    CHECK(got[i].objects == sent[i].objects);
  }
  CHECK(wire::classesFromJson(wire::classesToJson({})).empty());
}

TEST_CASE("objects arrive as they were sent, with or without a name") {
  std::vector<StoredObject> sent = {{"\x01\xff", "alice"}, {"\x02", std::nullopt}, {"\x03", ""}};
  auto got = wire::objectsFromJson(Json::parse(wire::objectsToJson(sent).dump()));
  REQUIRE(got.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(got[i].id == sent[i].id);
    CHECK(got[i].name == sent[i].name);
  }
}

TEST_CASE("records arrive as they were sent, whatever their bytes") {
  StoredRecords sent;
  for (const auto& bytes : kAwkward) sent.pairs.push_back({bytes + "k", value(bytes)});
  for (auto alarm : {std::optional<persist::AlarmTime>(), std::optional(kAlarm),
                     std::optional(persist::AlarmTime(std::chrono::milliseconds(-1)))}) {
    sent.alarm = alarm;
    auto got = wire::recordsFromJson(Json::parse(wire::recordsToJson(sent).dump()));
    CHECK(got.alarm == alarm);
    REQUIRE(got.pairs.size() == sent.pairs.size());
    for (std::size_t i = 0; i < sent.pairs.size(); ++i) {
      CHECK(got.pairs[i].key == sent.pairs[i].key);
      CHECK(*got.pairs[i].value == *sent.pairs[i].value);
    }
  }
}

TEST_CASE("a change arrives as it was sent") {
  StoredChange sent{{"space", "id"}, "alice", {{"k", value("v")}}, {"gone", "\xff"}, kAlarm};
  auto got = wire::changeFromJson(sent.actor, Json::parse(wire::changeToJson(sent).dump()));
  CHECK(got.actor == sent.actor);
  CHECK(got.name == sent.name);
  REQUIRE(got.puts.size() == 1);
  CHECK(got.puts[0].key == "k");
  CHECK(*got.puts[0].value == "v");
  CHECK(got.deletes == sent.deletes);
  CHECK(got.alarm == sent.alarm);

  auto empty = wire::changeFromJson({"s", "i"}, Json::parse("{}"));
  CHECK(!empty.name);
  CHECK(empty.puts.empty());
  CHECK(empty.deletes.empty());
  CHECK(!empty.alarm);
}

TEST_CASE("what does not fit is refused") {
  struct {
    std::function<void(const Json&)> read;
    std::vector<std::string> texts;
  } cases[] = {
      {[](const Json& json) {
         wire::changeFromJson({"s", "i"}, json);
       },
       {"[]", "null", "5", R"({"put":[{"key":"YQ=="}]})", R"({"put":[{"value":"YQ=="}]})",
        R"({"put":[{"key":1,"value":"YQ=="}]})", R"({"put":[{"key":"*","value":"YQ=="}]})",
        R"({"put":"YQ=="})", R"({"delete":"YQ=="})", R"({"delete":["?"]})", R"({"delete":[1]})",
        R"({"name":5})", R"({"alarm":"tomorrow"})", R"({"alarm":null})"}},
      {[](const Json& json) { wire::recordsFromJson(json); },
       {"[]", "{}", R"({"records":[1]})", R"({"records":[],"alarm":"x"})"}},
      {[](const Json& json) { wire::objectsFromJson(json); },
       {"{}", "[1]", R"([{"name":"a"}])", R"([{"id":"0"}])", R"([{"id":"zz"}])"}},
      {[](const Json& json) { wire::classesFromJson(json); },
       {"null", "[1]", R"([{"worker":"a","class":"b","sqlite":true,"objects":1}])"}},
  };
  for (const auto& [read, texts] : cases) {
    for (const auto& text : texts) {
      CAPTURE(text);
      Json json = Json::parse(text);
      CHECK_THROWS_AS(read(json), std::exception);
    }
  }
}

}  // namespace lathe::cli
