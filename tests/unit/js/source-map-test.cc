#include "engine/js/source-map.h"

#include <doctest/doctest.h>

namespace lathe::js {

namespace {

SourceMap mapOf(std::string mappings, std::vector<std::string> sources = {"a.ts", "b.ts"}) {
  return SourceMap([=] { return SourceMap::Text{sources, mappings}; });
}

// "a.ts:1:2", or nothing.
std::string at(const SourceMap& map, int line, int column) {
  auto place = map.find(line, column);
  if (!place) return {};
  return std::string(place->name) + ":" + std::to_string(place->line) + ":" +
         std::to_string(place->column);
}

}  // namespace

TEST_CASE("a place is found by the segment that begins before it") {
  // Line 1: columns 0 and 8 of a.ts:1; line 2: nothing; line 3: column 4 of b.ts, one line on.
  SourceMap map = mapOf("AAAA,QAAQ;;ICCJ");
  CHECK(at(map, 1, 1) == "a.ts:1:1");
  CHECK(at(map, 1, 8) == "a.ts:1:1");
  CHECK(at(map, 1, 9) == "a.ts:1:9");
  CHECK(at(map, 1, 900) == "a.ts:1:9");
  CHECK(at(map, 2, 1) == "");
  CHECK(at(map, 3, 1) == "");
  CHECK(at(map, 3, 5) == "b.ts:2:5");
  CHECK(at(map, 4, 1) == "");
  for (auto [line, column] : {std::pair(0, 1), {1, 0}, {-1, -1}, {1'000'000, 1}}) {
    CHECK(at(map, line, column) == "");
  }
}

TEST_CASE("numbers may be long and negative, names are passed over") {
  SourceMap map = mapOf("gC+/BggBA,ADggBAE");
  CHECK(at(map, 1, 33) == "");  // of a source that is not there
  CHECK(at(mapOf("AAEEA,CAFF"), 1, 2) == "a.ts:1:1");
  CHECK(at(mapOf("AAAAA,IAAIA"), 1, 5) == "a.ts:1:5");
}

TEST_CASE("a segment without a source ends the one before") {
  SourceMap map = mapOf("AAAA,I");
  CHECK(at(map, 1, 4) == "a.ts:1:1");
  CHECK(at(map, 1, 5) == "");
}

TEST_CASE("what is no map tells nothing, and does no harm") {
  for (const char* mappings : {"", "!", "A!", "AAA", "AAAAAA", "gggggggggggggggg", "AAAA,!,IAAA",
                               ";;;;", ",,,,", "\xff", "A A"}) {
    CAPTURE(mappings);
    SourceMap map = mapOf(mappings);
    for (int line = 0; line < 6; ++line) at(map, line, 3);
    CHECK(at(map, 9, 9) == "");
  }
  CHECK(at(mapOf("AAAA", {}), 1, 1) == "");
}

}  // namespace lathe::js
