#include "engine/api/actor-id.h"

#include <doctest/doctest.h>

namespace lathe::api {

TEST_CASE("an id made from a name is always the same") {
  auto id = ActorId::fromName("mykey", "name");
  CHECK(id.toString() == "3652ef6221834806dc8df802d1d216e27b7d07e0a6b7adf6cfdaeec90f06459a");
  CHECK(id.name() == "name");
  CHECK(id == ActorId::fromName("mykey", "name"));
  CHECK_FALSE(id == ActorId::fromName("mykey", "Name"));
  CHECK_FALSE(id == ActorId::fromName("yourkey", "name"));
}

TEST_CASE("unique ids differ") {
  CHECK_FALSE(ActorId::newUnique("mykey") == ActorId::newUnique("mykey"));
  CHECK_FALSE(ActorId::newUnique("mykey").name());
}

TEST_CASE("an id read back from its text is the same, without its name") {
  for (const auto& id : {ActorId::fromName("mykey", ""), ActorId::fromName("mykey", "name"),
                         ActorId::newUnique("mykey")}) {
    auto again = ActorId::fromString("mykey", id.toString());
    CHECK(again == id);
    CHECK_FALSE(again.name());
  }
  auto upper = "3652EF6221834806DC8DF802D1D216E27B7D07E0A6B7ADF6CFDAEEC90F06459A";
  CHECK(ActorId::fromString("mykey", upper) == ActorId::fromName("mykey", "name"));
}

TEST_CASE("what is no id of the namespace is refused") {
  const std::string id = ActorId::fromName("mykey", "name").toString();
  constexpr const char* kNoId = "Invalid Durable Object ID: must be 64 hex digits";
  constexpr const char* kForeign = "Durable Object ID is not valid for this namespace.";
  const std::pair<std::string, const char*> table[] = {
      {"", kNoId},
      {"name", kNoId},
      {id.substr(1), kNoId},
      {id + "0", kNoId},
      {id.substr(0, 63) + "g", kNoId},
      {std::string(64, '0'), kForeign},
      {id.substr(0, 63) + "b", kForeign},
      {ActorId::fromName("yourkey", "name").toString(), kForeign},
  };
  for (const auto& [text, message] : table) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(ActorId::fromString("mykey", text), message, ActorIdError);
  }
}

}  // namespace lathe::api
