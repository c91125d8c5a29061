#include "engine/web/utf8-validator.h"

#include "engine/web/ascii-run.h"

namespace lathe::web {

bool Utf8Validator::add(Bytes piece) {
  const std::uint8_t* at = piece.data();
  const std::uint8_t* const end = at + piece.size();
  while (at != end) {
    if (needed_ == 0) {
      at += asciiRunLength(at, static_cast<std::size_t>(end - at));
      if (at == end) return true;
    }
    const std::uint8_t byte = *at++;
    if (needed_ != 0) {
      if (byte < lower_ || byte > upper_) return false;
      lower_ = 0x80;
      upper_ = 0xBF;
      --needed_;
    } else if (byte >= 0xC2 && byte <= 0xDF) {
      needed_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      if (byte == 0xE0) lower_ = 0xA0;
      if (byte == 0xED) upper_ = 0x9F;
      needed_ = 2;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      if (byte == 0xF0) lower_ = 0x90;
      if (byte == 0xF4) upper_ = 0x8F;
      needed_ = 3;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace lathe::web
