#include "engine/web/ip-address.h"

#include <algorithm>
#include <charconv>

#include "engine/web/ascii.h"

namespace lathe::web {

namespace {

// Larger than any number that can stand in an address, and stays so when a digit is added.
constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 32;

// https://url.spec.whatwg.org/#ipv4-number-parser
std::optional<std::uint64_t> parseIpv4Number(std::string_view input) {
  if (input.empty()) return std::nullopt;
  unsigned radix = 10;
  if (input.size() >= 2 && input[0] == '0' && asciiLowercase(input[1]) == 'x') {
    input.remove_prefix(2);
    radix = 16;
  } else if (input.size() >= 2 && input[0] == '0') {
    input.remove_prefix(1);
    radix = 8;
  }
  std::uint64_t number = 0;  // also the value of a bare "0x"
  for (const char c : input) {
    const int digit = asciiHexValue(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= radix) return std::nullopt;
    number = std::min(number * radix + static_cast<unsigned>(digit), kTooLarge);
  }
  return number;
}

std::string_view withoutTrailingDot(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  return domain;
}

void appendNumber(std::string& out, unsigned number, int radix) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, radix).ptr;
  out.append(digits, end);
}

// https://url.spec.whatwg.org/#find-the-ipv6-address-compressed-piece-index
// The first of the longest runs of two or more zero pieces, or 8 when there is none.
std::size_t compressedPieceIndex(const Ipv6Address& address) {
  std::size_t longestIndex = address.size();
  std::size_t longestSize = 1;
  for (std::size_t at = 0; at < address.size();) {
    const std::size_t found = at;
    while (at < address.size() && address[at] == 0) ++at;
    if (at - found > longestSize) {
      longestIndex = found;
      longestSize = at - found;
    }
    if (at == found) ++at;
  }
  return longestIndex;
}

}  // namespace

// https://url.spec.whatwg.org/#ends-in-a-number-checker
bool endsInNumber(std::string_view domain) {
  domain = withoutTrailingDot(domain);
  const std::string_view last = domain.substr(domain.rfind('.') + 1);  // npos + 1 is the start
  if (last.empty() || !isAsciiDigit(last[0])) return false;  // the answer for nearly all domains
  if (std::all_of(last.begin(), last.end(), isAsciiDigit)) return true;
  return parseIpv4Number(last).has_value();
}

// https://url.spec.whatwg.org/#concept-ipv4-parser
std::optional<Ipv4Address> parseIpv4(std::string_view input) {
  input = withoutTrailingDot(input);
  std::array<std::uint64_t, 4> numbers{};
  std::size_t count = 0;
  for (bool more = true; more;) {
    if (count == numbers.size()) return std::nullopt;
    const std::size_t dot = input.find('.');
    const auto number = parseIpv4Number(input.substr(0, dot));
    if (!number) return std::nullopt;
    numbers[count++] = *number;
    more = dot != std::string_view::npos;
    if (more) input.remove_prefix(dot + 1);
  }
  // All but the last are one byte each; the last fills what is left.
  const std::size_t last = count - 1;
  for (std::size_t at = 0; at < last; ++at) {
    if (numbers[at] > 255) return std::nullopt;
  }
  if (numbers[last] >= std::uint64_t{1} << (8 * (4 - last))) return std::nullopt;
  std::uint64_t address = numbers[last];
  for (std::size_t at = 0; at < last; ++at) address += numbers[at] << (8 * (3 - at));
  return static_cast<Ipv4Address>(address);
}

// https://url.spec.whatwg.org/#concept-ipv4-serializer
void appendIpv4(std::string& out, Ipv4Address address) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    appendNumber(out, (address >> shift) & 0xFF, 10);
    if (shift != 0) out += '.';
  }
}

// https://url.spec.whatwg.org/#concept-ipv6-parser
std::optional<Ipv6Address> parseIpv6(std::string_view input) {
  Ipv6Address address{};
  std::size_t pieceIndex = 0;
  std::optional<std::size_t> compress;
  std::size_t pointer = 0;
  // The code point at the pointer; NUL, which no step accepts, stands for the end of the input.
  auto c = [&] { return pointer < input.size() ? input[pointer] : '\0'; };

  if (c() == ':') {
    if (!input.starts_with("::")) return std::nullopt;
    pointer += 2;
    compress = ++pieceIndex;
  }
  while (pointer < input.size()) {
    if (pieceIndex == address.size()) return std::nullopt;
    if (c() == ':') {
      if (compress) return std::nullopt;
      ++pointer;
      compress = ++pieceIndex;
      continue;
    }
    unsigned value = 0;
    std::size_t length = 0;
    for (; length < 4 && asciiHexValue(c()) >= 0; ++length, ++pointer) {
      value = value * 0x10 + static_cast<unsigned>(asciiHexValue(c()));
    }
    if (c() == '.') {
      if (length == 0) return std::nullopt;
      pointer -= length;
      if (pieceIndex > 6) return std::nullopt;
      int numbersSeen = 0;
      while (pointer < input.size()) {
        if (numbersSeen > 0) {
          if (c() != '.' || numbersSeen >= 4) return std::nullopt;
          ++pointer;
        }
        if (!isAsciiDigit(c())) return std::nullopt;
        std::optional<unsigned> ipv4Piece;
        for (; isAsciiDigit(c()); ++pointer) {
          const auto number = static_cast<unsigned>(c() - '0');
          if (ipv4Piece == 0u) return std::nullopt;  // no leading zeros
          ipv4Piece = ipv4Piece.value_or(0) * 10 + number;
          if (*ipv4Piece > 255) return std::nullopt;
        }
        address[pieceIndex] = static_cast<std::uint16_t>(address[pieceIndex] * 0x100 + *ipv4Piece);
        ++numbersSeen;
        if (numbersSeen == 2 || numbersSeen == 4) ++pieceIndex;
      }
      if (numbersSeen != 4) return std::nullopt;
      break;
    }
    if (c() == ':') {
      ++pointer;
      if (pointer == input.size()) return std::nullopt;
    } else if (pointer < input.size()) {
      return std::nullopt;
    }
    address[pieceIndex++] = static_cast<std::uint16_t>(value);
  }
  if (!compress) {
    if (pieceIndex != address.size()) return std::nullopt;
    return address;
  }
  // What stands after the "::" moves to the end.
  std::size_t swaps = pieceIndex - *compress;
  for (std::size_t at = address.size() - 1; at != 0 && swaps > 0; --at, --swaps) {
    std::swap(address[at], address[*compress + swaps - 1]);
  }
  return address;
}

// https://url.spec.whatwg.org/#concept-ipv6-serializer
void appendIpv6(std::string& out, const Ipv6Address& address) {
  const std::size_t compress = compressedPieceIndex(address);
  for (std::size_t at = 0; at < address.size();) {
    if (at == compress) {
      out += at == 0 ? "::" : ":";
      while (at < address.size() && address[at] == 0) ++at;
      continue;
    }
    appendNumber(out, address[at], 16);
    if (++at < address.size()) out += ':';
  }
}

}  // namespace lathe::web
