#pragma once

#include <string>
#include <string_view>

namespace lathe::web {

// The domain parser (https://url.spec.whatwg.org/#concept-domain-to-ascii) with `beStrict` false:
// what `https://…/` does to its host once percent-decoded. ASCII input is only lower-cased,
// whatever its xn-- labels hold; other input goes through UTS #46 ToASCII.
//
// Appends the domain to `out` and returns true, or returns false with `out` as it was. Input need
// not be valid UTF-8: what is not fails.
bool appendDomainToAscii(std::string& out, std::string_view domain);

}  // namespace lathe::web
