#include "engine/web/domain.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <unicode/uidna.h>

#include "engine/web/ascii.h"
#include "engine/web/idna-delta.h"
#include "engine/web/utf8.h"

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

// ICU's UTS #46, with the options of https://url.spec.whatwg.org/#domain-parser-toascii. Immutable,
// and good for any thread.
const UIDNA* uts46() {
  static const UIDNA* const instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    UIDNA* opened = uidna_openUTS46(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
    if (U_FAILURE(error)) {
      throw std::runtime_error(std::string("ICU has no IDNA data: ") + u_errorName(error));
    }
    return opened;
  }();
  return instance;
}

// Reported by ICU in any case, but only errors where CheckHyphens and VerifyDnsLength are true.
constexpr std::uint32_t kIgnoredErrors =
    UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4 |
    UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG;

// Whether a label is Punycode of nothing but ASCII ("xn--a-", "xn--"), which UTS #46 refuses since
// Unicode 15.1, and ICU only since then. ICU itself never writes such a label.
bool hasAsciiOnlyPunycode(std::string_view domain) {
  while (!domain.empty()) {
    const std::string_view label = domain.substr(0, domain.find('.'));
    if (label.starts_with("xn--") && label.ends_with('-')) return true;
    domain.remove_prefix(std::min(label.size() + 1, domain.size()));
  }
  return false;
}

// https://www.unicode.org/reports/tr46/#ToASCII
bool appendUnicodeDomain(std::string& out, std::string_view original) {
  if (original.size() > kUnicodeDomainBytesMax) return false;
  const std::string domain = withNewerIdnaMappings(original);
  std::string ascii(domain.size() + 64, '\0');
  for (;;) {
    UErrorCode error = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    const std::int32_t length = uidna_nameToASCII_UTF8(
        uts46(), domain.data(), static_cast<std::int32_t>(domain.size()), ascii.data(),
        static_cast<std::int32_t>(ascii.size()), &info, &error);
    if (error == U_BUFFER_OVERFLOW_ERROR) {
      ascii.resize(static_cast<std::size_t>(length));
      continue;
    }
    if (U_FAILURE(error) || (info.errors & ~kIgnoredErrors) != 0) return false;
    ascii.resize(static_cast<std::size_t>(length));
    return !hasAsciiOnlyPunycode(ascii) && appendAsciiDomain(out, ascii);
  }
}

}  // namespace

bool appendDomainToAscii(std::string& out, std::string_view domain) {
  return isAscii(bytesOf(domain)) ? appendAsciiDomain(out, domain)
                                  : appendUnicodeDomain(out, domain);
}

}  // namespace lathe::web
