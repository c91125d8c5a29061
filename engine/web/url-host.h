#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lathe::web {

// What may be written as a host: names and addresses of the network in special URLs, and anything
// printable in the others.
enum class HostSyntax : std::uint8_t { kDomain, kOpaque };

// The host parser and serializer in one (https://url.spec.whatwg.org/#concept-host-parser): appends
// the normal form of `input` to `out` and returns true, or returns false with `out` as it was.
// `input` is not empty when the syntax is kDomain.
bool appendHost(std::string& out, std::string_view input, HostSyntax syntax);

}  // namespace lathe::web
