#include "engine/web/utf8-validator.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

#include "engine/web/utf8.h"

namespace lathe::web {

TEST_CASE("text in pieces is UTF-8 when it is as a whole") {
  std::mt19937 random(42);
  // Bytes that are apt to make something valid, or nearly so.
  const std::string alphabet = "ab\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xed\xef\xf0\xf4\xf5";
  int valid = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (auto size = random() % 9; size-- > 0;) text += alphabet[random() % alphabet.size()];
    Utf8Validator whole, pieces;
    const bool said = whole.add(bytesOf(text)) && whole.complete();
    bool slow = true;
    for (char byte : text) slow = slow && pieces.add(bytesOf({&byte, 1}));
    slow = slow && pieces.complete();
    const bool truth = isValidUtf8(bytesOf(text));
    valid += truth;
    if (said != truth || slow != truth) FAIL_CHECK("round ", round);
  }
  CHECK(valid > 1000);
}

TEST_CASE("a byte that cannot be is told at once") {
  Utf8Validator validator;
  CHECK(validator.add(bytesOf("long enough to be taken in one go \xf0\x9f\x92")));
  CHECK_FALSE(validator.complete());
  CHECK_FALSE(validator.add(bytesOf("a")));
}

}  // namespace lathe::web
