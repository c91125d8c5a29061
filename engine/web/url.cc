#include "engine/web/url.h"

#include <algorithm>
#include <utility>

#include "engine/web/ascii.h"
#include "engine/web/percent-encoding.h"
#include "engine/web/url-authority.h"
#include "engine/web/url-host.h"
#include "engine/web/url-parser.h"
#include "engine/web/url-path.h"

namespace lathe::web {

namespace {

HostSyntax hostSyntaxOf(SchemeType scheme) {
  return isSpecial(scheme) ? HostSyntax::kDomain : HostSyntax::kOpaque;
}

// The digits that `value` begins with.
std::string_view leadingDigits(std::string_view value) {
  const auto end = std::find_if_not(value.begin(), value.end(), isAsciiDigit);
  return value.substr(0, static_cast<std::size_t>(end - value.begin()));
}

}  // namespace

std::optional<Url> Url::parse(std::string_view input, const Url* base) {
  return UrlParser(base).parse(input);
}

// https://url.spec.whatwg.org/#concept-url-origin
// https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
std::string Url::origin() const {
  const SchemeType type = schemeType();
  if (isSpecial(type) && type != SchemeType::kFile) {
    return std::string(protocol()).append("//").append(host());
  }
  if (scheme() == "blob") {
    const auto inner = parse(pathname());
    if (inner && (inner->scheme() == "http" || inner->scheme() == "https")) return inner->origin();
  }
  return "null";  // an opaque origin; so are those of file URLs, by themselves or in a blob URL
}

std::string_view Url::username() const {
  return hasHost() ? slice(schemeEnd_ + 3, usernameEnd_) : std::string_view();
}

std::string_view Url::password() const {
  // After the user name stands ':' and a password, '@', or the host.
  const bool hasPassword = includesCredentials() && href_[usernameEnd_] == ':';
  return hasPassword ? slice(usernameEnd_ + 1, hostStart_ - 1) : std::string_view();
}

std::string_view Url::port() const {
  const std::uint32_t end = authorityEnd();
  return end > hostEnd_ ? slice(hostEnd_ + 1, end) : std::string_view();
}

std::string_view Url::search() const {
  const std::string_view text = slice(queryStart_, fragmentStart_);
  return text.size() > 1 ? text : std::string_view();
}

std::string_view Url::hash() const {
  const std::string_view text = slice(fragmentStart_, href_.size());
  return text.size() > 1 ? text : std::string_view();
}

bool Url::hasOpaquePath() const {
  // All other paths begin with a slash, unless they are empty behind a host.
  return !hasHost() && !pathname().starts_with('/');
}

std::optional<std::string_view> Url::query() const {
  if (queryStart_ == fragmentStart_) return std::nullopt;
  return slice(queryStart_ + 1, fragmentStart_);
}

std::optional<std::string_view> Url::fragment() const {
  if (fragmentStart_ == href_.size()) return std::nullopt;
  return slice(fragmentStart_ + 1, href_.size());
}

Url::Components Url::components() const {
  return {.scheme = scheme(),
          .username = username(),
          .password = password(),
          .host = hasHost() ? std::optional(hostname()) : std::nullopt,
          .port = port(),
          .path = pathname(),
          .query = query(),
          .fragment = fragment()};
}

// https://url.spec.whatwg.org/#concept-url-serializer
void Url::assign(const Components& components) {
  Url url;
  std::string& out = url.href_;
  auto position = [&] { return static_cast<std::uint32_t>(out.size()); };
  out.reserve(href_.size() + 16);

  out += components.scheme;
  url.schemeEnd_ = position();
  out += ':';
  url.usernameEnd_ = url.hostStart_ = url.hostEnd_ = position();
  if (components.host) {
    out += "//";
    out += components.username;
    url.usernameEnd_ = position();
    if (!components.password.empty()) {
      out += ':';
      out += components.password;
    }
    if (position() > url.schemeEnd_ + 3) out += '@';
    url.hostStart_ = position();
    out += *components.host;
    url.hostEnd_ = position();
    if (!components.port.empty()) {
      out += ':';
      out += components.port;
    }
  } else if (components.path.starts_with("//")) {
    out += "/.";  // or the path would be taken for a host
  }
  url.pathStart_ = position();
  out += components.path;
  url.queryStart_ = position();
  if (components.query) {
    out += '?';
    out += *components.query;
  }
  url.fragmentStart_ = position();
  if (components.fragment) {
    out += '#';
    out += *components.fragment;
  }
  *this = std::move(url);
}

// https://url.spec.whatwg.org/#cannot-have-a-username-password-port
bool Url::cannotHaveCredentialsOrPort() const {
  return hostname().empty() || schemeType() == SchemeType::kFile;
}

// https://url.spec.whatwg.org/#dom-url-href
bool Url::setHref(std::string_view value) {
  auto parsed = parse(value);
  if (!parsed) return false;
  *this = std::move(*parsed);
  return true;
}

// https://url.spec.whatwg.org/#dom-url-protocol
void Url::setProtocol(std::string_view value) {
  if (value.size() > kInputBytesMax) return;
  std::string storage;
  const std::string input = std::string(withoutTabsAndNewlines(value, storage)) + ':';
  std::string newScheme(leadingScheme(input));
  if (newScheme.empty()) return;
  for (char& c : newScheme) c = asciiLowercase(c);

  const SchemeType from = schemeType();
  const SchemeType to = schemeTypeOf(newScheme);
  if (isSpecial(from) != isSpecial(to)) return;
  if (to == SchemeType::kFile && (includesCredentials() || !port().empty())) return;
  if (from == SchemeType::kFile && hostname().empty()) return;
  Components parts = components();
  parts.scheme = newScheme;
  if (parts.port == defaultPort(to)) parts.port = {};
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-username
void Url::setUsername(std::string_view value) {
  if (cannotHaveCredentialsOrPort() || value.size() > kInputBytesMax) return;
  const std::string username = percentEncode(value, EncodeSet::kUserinfo);
  Components parts = components();
  parts.username = username;
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-password
void Url::setPassword(std::string_view value) {
  if (cannotHaveCredentialsOrPort() || value.size() > kInputBytesMax) return;
  const std::string password = percentEncode(value, EncodeSet::kUserinfo);
  Components parts = components();
  parts.password = password;
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-host
void Url::setHost(std::string_view value) { setHostAndPort(value, PortRule::kAllowed); }

// https://url.spec.whatwg.org/#dom-url-hostname
void Url::setHostname(std::string_view value) { setHostAndPort(value, PortRule::kForbidden); }

// https://url.spec.whatwg.org/#host-state and the states that follow it, with a state override.
void Url::setHostAndPort(std::string_view value, PortRule portRule) {
  if (hasOpaquePath() || value.size() > kInputBytesMax) return;
  std::string storage;
  value = withoutTabsAndNewlines(value, storage);
  const SchemeType scheme = schemeType();
  const std::string_view authority = authorityOf(value, scheme);
  std::string newHost;
  Components parts = components();

  // https://url.spec.whatwg.org/#file-host-state
  if (scheme == SchemeType::kFile) {
    if (!authority.empty() && !appendHost(newHost, authority, HostSyntax::kDomain)) return;
    if (newHost == "localhost") newHost.clear();
    parts.host = newHost;
    assign(parts);
    return;
  }

  const std::size_t colon = findPortColon(authority);
  const std::string_view host = authority.substr(0, colon);
  const bool hasColon = colon != std::string_view::npos;
  if (hasColon && portRule == PortRule::kForbidden) return;
  if (host.empty() && (hasColon || isSpecial(scheme))) return;
  if (host.empty() && (includesCredentials() || !port().empty())) return;
  if (!appendHost(newHost, host, hostSyntaxOf(scheme))) return;
  parts.host = newHost;
  // A port that cannot be used leaves the old one, beside the new host.
  std::optional<std::string> newPort;
  if (hasColon) newPort = portText(leadingDigits(authority.substr(colon + 1)), scheme);
  if (newPort) parts.port = *newPort;
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-port
void Url::setPort(std::string_view value) {
  if (cannotHaveCredentialsOrPort() || value.size() > kInputBytesMax) return;
  std::optional<std::string> newPort = "";
  if (!value.empty()) {
    std::string storage;
    newPort = portText(leadingDigits(withoutTabsAndNewlines(value, storage)), schemeType());
  }
  if (!newPort) return;
  Components parts = components();
  parts.port = *newPort;
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-pathname
void Url::setPathname(std::string_view value) {
  if (hasOpaquePath() || value.size() > kInputBytesMax) return;
  std::string storage;
  value = withoutTabsAndNewlines(value, storage);
  const SchemeType scheme = schemeType();
  std::string newPath;
  // https://url.spec.whatwg.org/#path-start-state with a state override
  if (isSpecial(scheme) || !value.empty()) {
    const bool hasSlash = value.starts_with('/') || (isSpecial(scheme) && value.starts_with('\\'));
    appendPath(newPath, 0, value.substr(hasSlash ? 1 : 0), scheme);
  } else if (!hasHost()) {
    newPath = "/";
  }
  Components parts = components();
  parts.path = newPath;
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-search
void Url::setSearch(std::string_view value) {
  if (value.size() > kInputBytesMax) return;
  Components parts = components();
  std::string newQuery;
  parts.query.reset();
  if (!value.empty()) {
    if (value.starts_with('?')) value.remove_prefix(1);
    std::string storage;
    const auto set = isSpecial(schemeType()) ? EncodeSet::kSpecialQuery : EncodeSet::kQuery;
    newQuery = percentEncode(withoutTabsAndNewlines(value, storage), set);
    parts.query = newQuery;
  }
  assign(parts);
}

// https://url.spec.whatwg.org/#dom-url-hash
void Url::setHash(std::string_view value) {
  if (value.size() > kInputBytesMax) return;
  Components parts = components();
  std::string newFragment;
  parts.fragment.reset();
  if (!value.empty()) {
    if (value.starts_with('#')) value.remove_prefix(1);
    std::string storage;
    newFragment = percentEncode(withoutTabsAndNewlines(value, storage), EncodeSet::kFragment);
    parts.fragment = newFragment;
  }
  assign(parts);
}

void Url::setSerializedQuery(std::optional<std::string_view> query) {
  Components parts = components();
  parts.query = query;
  assign(parts);
}

}  // namespace lathe::web
