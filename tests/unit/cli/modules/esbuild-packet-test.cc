#include "cli/modules/esbuild-packet.h"

#include <doctest/doctest.h>

namespace lathe::cli {

namespace {

std::string_view withoutLength(std::string_view packet) { return packet.substr(4); }

}  // namespace

TEST_CASE("a packet comes back as it was sent") {
  EsbuildValue values[] = {
      nullptr,
      true,
      false,
      0,
      -1,
      2'147'483'647,
      "",
      "text \u00fc",
      esbuildBytes(std::string_view("\0\xff", 2)),
      EsbuildValue::array(),
      EsbuildValue::object(),
      {{"command", "build"}, {"list", {1, "two", nullptr}}, {"within", {{"deep", true}}}},
  };
  for (const EsbuildValue& value : values) {
    CAPTURE(value);
    for (bool isRequest : {true, false}) {
      std::string bytes = encodePacket({7, isRequest, value});
      EsbuildPacket packet = decodePacket(withoutLength(bytes));
      CHECK(packet.id == 7);
      CHECK(packet.isRequest == isRequest);
      CHECK(packet.value == value);
    }
  }
}

TEST_CASE("what is cut short, too long or of an unknown kind is no packet") {
  std::string bytes =
      encodePacket({1, true, {{"command", "build"}, {"flags", {"--bundle", 2, nullptr}}}});
  std::string_view whole = withoutLength(bytes);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decodePacket(whole.substr(0, size)), EsbuildPacketError);
  }
  CHECK_THROWS_AS(decodePacket(std::string(whole) + '\0'), EsbuildPacketError);
  CHECK_THROWS_AS(decodePacket(std::string_view("\0\0\0\0\7", 5)), EsbuildPacketError);
  std::string deep(4, '\0');
  for (int i = 0; i < 10'000; ++i) deep += std::string("\5\1\0\0\0", 5);
  CHECK_THROWS_AS(decodePacket(deep), EsbuildPacketError);
}

TEST_CASE("packets are found in what comes in pieces of any size") {
  std::string all;
  for (int i = 0; i < 5; ++i) all += encodePacket({static_cast<std::uint32_t>(i), true, i});
  for (std::size_t step : {1, 2, 3, 7, 1000}) {
    CAPTURE(step);
    EsbuildPackets packets;
    std::vector<int> found;
    for (std::size_t at = 0; at < all.size(); at += step) {
      packets.add(std::string_view(all).substr(at, step));
      std::string_view packet;
      while (packets.next(packet)) found.push_back(decodePacket(packet).value.get<int>());
    }
    CHECK(found == std::vector<int>{0, 1, 2, 3, 4});
  }
}

}  // namespace lathe::cli
