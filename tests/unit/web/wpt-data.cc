#include "tests/unit/web/wpt-data.h"

#include <charconv>
#include <fstream>
#include <iterator>

namespace lathe::web::test {

namespace {

// The code unit of the JSON escape \uXXXX at `at`, or -1.
int escapedUnit(const std::string& json, std::size_t at) {
  if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return -1;
  int unit = -1;
  std::from_chars(json.data() + at + 2, json.data() + at + 6, unit, 16);
  return unit;
}

bool isLead(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool isTrail(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// A JSON parser takes no lone surrogates. What the tests mean by them is what JavaScript makes of
// them on the way to a URL.
std::string withoutLoneSurrogates(std::string json) {
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] != '\\') continue;
    const int unit = escapedUnit(json, at);
    if (isLead(unit) && isTrail(escapedUnit(json, at + 6))) {
      at += 11;
    } else if (isLead(unit) || isTrail(unit)) {
      json.replace(at + 2, 4, "FFFD");
    } else {
      ++at;  // past what is escaped, which may be another backslash
    }
  }
  return json;
}

}  // namespace

nlohmann::json wptCases(const std::string& file) {
  const std::string path = std::string(LATHE_TEST_DATA) + "/wpt/" + file;
  std::ifstream stream(path, std::ios::binary);
  REQUIRE_MESSAGE(stream, "no test data at ", path);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  auto json = nlohmann::json::parse(withoutLoneSurrogates(std::move(text)));
  if (!json.is_array()) return json;
  auto cases = nlohmann::json::array();
  for (auto& item : json) {
    if (item.is_object()) cases.push_back(std::move(item));
  }
  return cases;
}

void WptScore::record(const std::string& name, bool passed, const std::string& detail) {
  ++total_;
  if (passed) return;
  const bool isNew = failed_.insert(name).second;
  if (isNew && !known_.contains(name)) FAIL_CHECK("unexpected failure: ", name, ": ", detail);
}

WptScore::~WptScore() {
  for (const auto& [name, reason] : known_) {
    CHECK_MESSAGE(failed_.contains(name), "passes now, take it off the list: ", name);
  }
  CHECK_MESSAGE(total_ > 0, "no cases were found");
  CHECK_MESSAGE(static_cast<int>(failed_.size()) * 100 <= total_, "fewer than 99% passed");
}

}  // namespace lathe::web::test
