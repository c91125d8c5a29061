#include "cli/trusted-hosts.h"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/field.hpp>

#include "engine/web/url.h"

namespace lathe::cli {

namespace {

// A host's name in the form in which it is compared.
std::string plainName(std::string_view name) {
  std::string plain;
  for (char c : name) plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (plain.ends_with('.')) plain.pop_back();
  return plain;
}

std::string_view withoutPort(std::string_view authority) {
  auto bracket = authority.rfind(']');
  auto colon = authority.rfind(':');
  if (colon == authority.npos || (bracket != authority.npos && colon < bracket)) return authority;
  return authority.substr(0, colon);
}

bool isAddress(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(host), error);
  return !error;
}

}  // namespace

TrustedHosts::TrustedHosts(const std::vector<std::string>& configured) {
  for (const std::string& name : configured) names_.insert(plainName(name));
}

bool TrustedHosts::trusts(std::string_view authority) const {
  std::string_view host = withoutPort(authority);
  if (host == "localhost" || isAddress(host)) return true;
  std::string name = plainName(host);
  return name == "localhost" || name.ends_with(".localhost") || names_.contains(name);
}

bool TrustedHosts::trusts(const io::RequestHead& head) const {
  auto field = head.message.find(boost::beast::http::field::host);
  if (field != head.message.end()) {
    if (!trusts(std::string_view(field->value().data(), field->value().size()))) return false;
  }
  // Without an origin the target is a whole URL, which may name another host.
  if (!head.origin.empty()) return true;
  auto target = head.message.target();
  auto url = web::Url::parse(std::string_view(target.data(), target.size()));
  return url && trusts(url->host());
}

}  // namespace lathe::cli
