#include <doctest/doctest.h>

#include "engine/web/url.h"
#include "tests/unit/web/wpt-data.h"

// The lists of host names: each stands as the host of an https URL, as in the suite's own toascii
// test, and by way of the setters too.
namespace lathe::web {

namespace {

using nlohmann::json;

void checkFile(const char* file, test::WptScore::KnownFailures known) {
  test::WptScore score(std::move(known));
  for (const json& item : test::wptCases(file)) {
    const std::string input = item["input"];
    if (input.empty()) continue;  // "https:///x" has another host, as the suite knows
    const auto url = Url::parse("https://" + input + "/x");
    const std::string got = url ? std::string(url->hostname()) : "failure";
    const std::string want = item["output"].is_null() ? "failure" : item["output"];
    bool passed = got == want;
    if (url) {
      passed = passed && url->host() == want && url->pathname() == "/x" &&
               url->href() == "https://" + want + "/x";
    }
    // A value that is no host leaves the setter's URL as it was.
    auto base = Url::parse("https://x/x");
    base->setHostname(input);
    passed = passed && base->hostname() == (want == "failure" ? "x" : want);
    score.record(item["input"].dump(-1, ' ', true), passed, "got " + got + ", want " + want);
  }
}

}  // namespace

TEST_CASE("hosts of toascii.json become the listed ASCII, or no URL") {
  checkFile("toascii.json", {});
}

TEST_CASE("hosts of Unicode's IDNA list become the listed ASCII, or no URL") {
  checkFile("IdnaTestV2.json", {});
}

TEST_CASE("hosts that an older IDNA list refused are still refused") {
  checkFile("IdnaTestV2-removed.json", {});
}

}  // namespace lathe::web
