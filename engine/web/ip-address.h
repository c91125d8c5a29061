#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// IPv4 and IPv6 addresses as URLs write them (https://url.spec.whatwg.org/#host-parsing). More
// lenient than inet_pton: 0x7f.1 is an IPv4 address on the web.
namespace lathe::web {

using Ipv4Address = std::uint32_t;
using Ipv6Address = std::array<std::uint16_t, 8>;  // the pieces, first to last

// Whether a domain must be read as an IPv4 address, successfully or not. `domain` is not empty.
bool endsInNumber(std::string_view domain);

std::optional<Ipv4Address> parseIpv4(std::string_view input);
void appendIpv4(std::string& out, Ipv4Address address);

// `input` and what is appended are without the brackets.
std::optional<Ipv6Address> parseIpv6(std::string_view input);
void appendIpv6(std::string& out, const Ipv6Address& address);

}  // namespace lathe::web
