#include "engine/web/encoding.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/unit/web/wpt-data.h"

namespace lathe::web {

TEST_CASE("every label of the standard leads to its encoding, and its name leads back") {
  int labels = 0;
  for (const auto& section : test::wptCases("encodings.json")) {
    for (const auto& encoding : section["encodings"]) {
      const std::string name = encoding["name"];
      for (const std::string label : encoding["labels"]) {
        CAPTURE(label);
        const auto found = encodingFromLabel(label);
        REQUIRE(found);
        CHECK(encodingName(*found) == name);
        ++labels;
      }
      CHECK(encodingName(*encodingFromLabel(name)) == name);
      CHECK(encodingName(*encodingFromLabel(encodingLowercaseName(*encodingFromLabel(name)))) ==
            name);
    }
  }
  CHECK(labels == 228);
}

TEST_CASE("a label may have ASCII whitespace around it and any case") {
  CHECK(encodingFromLabel(" \t\n\f\rUtF-8\r\f\n\t ") == Encoding::kUtf8);
  CHECK(encodingFromLabel("LATIN1") == Encoding::kWindows1252);
  CHECK(encodingFromLabel("utf-16") == Encoding::kUtf16Le);
  CHECK(encodingFromLabel("X-USER-DEFINED") == Encoding::kXUserDefined);
  CHECK(encodingFromLabel("hz-gb-2312") == Encoding::kReplacement);
}

TEST_CASE("what is no label is no label") {
  const std::string_view cases[] = {
      "",
      " ",
      "utf",
      "utf-8 x",
      "utf - 8",
      "utf-7",
      "utf-32",
      "\vutf-8",            // vertical tab is no ASCII whitespace
      "\xC2\xA0utf-8",      // nor is a no-break space
      "\xE2\x84\xAAoi8-r",  // KELVIN SIGN is no K
      std::string_view("utf-8\0", 6),
      "iso-8859-1 iso-8859-1 iso-8859-1",
      "a label that is longer than every label of the standard",
  };
  for (const std::string_view label : cases) {
    CAPTURE(label);
    CHECK_FALSE(encodingFromLabel(label));
  }
}

TEST_CASE("names come as the standard spells them and in lower case") {
  CHECK(encodingName(Encoding::kShiftJis) == "Shift_JIS");
  CHECK(encodingLowercaseName(Encoding::kShiftJis) == "shift_jis");
  CHECK(encodingName(Encoding::kMacintosh) == "macintosh");
  CHECK(encodingLowercaseName(Encoding::kIso8859_8I) == "iso-8859-8-i");
}

}  // namespace lathe::web
