#include "engine/web/url-host.h"

#include "engine/web/domain.h"
#include "engine/web/ip-address.h"
#include "engine/web/percent-encoding.h"

namespace lathe::web {

namespace {

// https://url.spec.whatwg.org/#concept-opaque-host-parser
bool appendOpaqueHost(std::string& out, std::string_view input) {
  // https://url.spec.whatwg.org/#forbidden-host-code-point
  constexpr std::string_view kForbidden("\0\t\n\r #/:<>?@[\\]^|", 17);
  if (input.find_first_of(kForbidden) != std::string_view::npos) return false;
  appendPercentEncoded(out, input, EncodeSet::kC0Control);
  return true;
}

}  // namespace

bool appendHost(std::string& out, std::string_view input, HostSyntax syntax) {
  if (input.starts_with('[')) {
    if (!input.ends_with(']')) return false;
    const auto address = parseIpv6(input.substr(1, input.size() - 2));
    if (!address) return false;
    out += '[';
    appendIpv6(out, *address);
    out += ']';
    return true;
  }
  if (syntax == HostSyntax::kOpaque) return appendOpaqueHost(out, input);

  // Without a '%' there is nothing to decode and nothing to copy.
  const std::size_t start = out.size();
  const bool isDomain = input.find('%') == std::string_view::npos
                            ? appendDomainToAscii(out, input)
                            : appendDomainToAscii(out, percentDecode(input));
  if (!isDomain) return false;
  if (!endsInNumber(std::string_view(out).substr(start))) return true;
  const auto address = parseIpv4(std::string_view(out).substr(start));
  out.resize(start);
  if (!address) return false;
  appendIpv4(out, *address);
  return true;
}

}  // namespace lathe::web
