#pragma once

#include <cstdint>

#include "engine/web/bytes.h"

namespace lathe::web {

// Tells of text that comes in pieces whether it is UTF-8, at the first byte that cannot be.
class Utf8Validator {
 public:
  // Whether all that has come so far, with `piece` behind it, can be the beginning of UTF-8. What
  // comes after a no does not count.
  bool add(Bytes piece);
  // Whether the text may end here: not in the middle of a character.
  bool complete() const { return needed_ == 0; }

 private:
  // As in https://encoding.spec.whatwg.org/#utf-8-decoder: how many bytes of the character are to
  // come, and within which bounds the next of them has to be.
  std::uint8_t needed_ = 0;
  std::uint8_t lower_ = 0x80;
  std::uint8_t upper_ = 0xBF;
};

}  // namespace lathe::web
