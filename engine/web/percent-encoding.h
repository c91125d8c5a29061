#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Percent-encoding (https://url.spec.whatwg.org/#percent-encoded-bytes). Only UTF-8: text goes in
// as UTF-8 and every byte above 0x7E is in every set, so encoding works byte by byte.
namespace lathe::web {

// The standard's percent-encode sets, named after what they protect. Each is a bit of one table.
enum class EncodeSet : std::uint8_t {
  kC0Control = 1 << 0,  // opaque hosts and opaque paths
  kFragment = 1 << 1,
  kQuery = 1 << 2,  // of schemes that are not special
  kSpecialQuery = 1 << 3,
  kPath = 1 << 4,
  kUserinfo = 1 << 5,
  kComponent = 1 << 6,  // what encodeURIComponent escapes
  kForm = 1 << 7,       // application/x-www-form-urlencoded; here a space becomes '+'
};

// Appends `text` to `out`, with each byte that `set` contains written as %XX (upper-case digits).
void appendPercentEncoded(std::string& out, std::string_view text, EncodeSet set);

std::string percentEncode(std::string_view text, EncodeSet set);

// Replaces each %XX by the byte it names; a '%' without two hexadecimal digits stays as it is. The
// result is bytes: it need not be valid UTF-8.
std::string percentDecode(std::string_view text);

}  // namespace lathe::web
