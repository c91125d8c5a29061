#include "engine/web/domain.h"

#include <array>

#include "engine/host/start.h"
#include "engine/web/ascii.h"
#include "engine/web/utf8.h"

// ada's C interface, of which the host brings no header. An empty text tells of a failure.
extern "C" {
struct ada_owned_string {
  const char* data;
  std::size_t length;
};
ada_owned_string ada_idna_to_ascii(const char* input, std::size_t length);
void ada_free_owned_string(ada_owned_string text);
}

namespace lathe::web {

namespace {

// Punycode takes quadratic time, so a long name could stop the loop. DNS ends at 253 bytes; the
// standard has no limit, hence one that only an attack can meet.
constexpr std::size_t kUnicodeDomainBytesMax = 4096;

constexpr bool isForbiddenDomainCodePoint(unsigned char c) {
  // https://url.spec.whatwg.org/#forbidden-domain-code-point
  constexpr std::string_view kForbidden = " #/:<>?@[\\]^|%\x7F";
  return c <= 0x1F || kForbidden.find(static_cast<char>(c)) != std::string_view::npos;
}

// For each byte that may stand in an ASCII domain its lower-case form, and 0 for the others.
constexpr std::array<char, 256> kDomainByte = [] {
  std::array<char, 256> table{};
  for (std::size_t byte = 0; byte < 0x80; ++byte) {
    if (isForbiddenDomainCodePoint(static_cast<unsigned char>(byte))) continue;
    table[byte] = asciiLowercase(static_cast<char>(byte));
  }
  return table;
}();

// Appends an ASCII domain lower-cased. False, with `out` as it was, when a byte may not stand in
// one.
bool appendAsciiDomain(std::string& out, std::string_view domain) {
  const std::size_t start = out.size();
  out.append(domain);
  for (std::size_t at = start; at < out.size(); ++at) {
    const char c = kDomainByte[static_cast<unsigned char>(out[at])];
    if (c == 0) {
      out.resize(start);
      return false;
    }
    out[at] = c;
  }
  return out.size() > start;
}

struct FreedByAda {
  ada_owned_string text;
  ~FreedByAda() { ada_free_owned_string(text); }
};

// https://www.unicode.org/reports/tr46/#ToASCII, with the options of
// https://url.spec.whatwg.org/#domain-parser-toascii, which are ada's.
bool appendUnicodeDomain(std::string& out, std::string_view domain) {
  if (domain.size() > kUnicodeDomainBytesMax) return false;
  host::initialize();
  const FreedByAda ascii{ada_idna_to_ascii(domain.data(), domain.size())};
  return appendAsciiDomain(out, {ascii.text.data, ascii.text.length});
}

}  // namespace

bool appendDomainToAscii(std::string& out, std::string_view domain) {
  return isAscii(bytesOf(domain)) ? appendAsciiDomain(out, domain)
                                  : appendUnicodeDomain(out, domain);
}

}  // namespace lathe::web
