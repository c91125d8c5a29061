#include "engine/web/url-parser.h"

#include <algorithm>

#include "engine/web/ascii.h"
#include "engine/web/percent-encoding.h"
#include "engine/web/url-authority.h"
#include "engine/web/url-host.h"
#include "engine/web/url-path.h"

namespace lathe::web {

namespace {

// https://infra.spec.whatwg.org/#c0-control-or-space
std::string_view trimControlsAndSpaces(std::string_view text) {
  auto trimmed = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && trimmed(text.front())) text.remove_prefix(1);
  while (!text.empty() && trimmed(text.back())) text.remove_suffix(1);
  return text;
}

bool isSlash(char c, SchemeType scheme) { return c == '/' || (c == '\\' && isSpecial(scheme)); }

bool startsWithSlash(std::string_view input, SchemeType scheme) {
  return !input.empty() && isSlash(input[0], scheme);
}

std::string_view withoutSlashes(std::string_view input, SchemeType scheme) {
  while (startsWithSlash(input, scheme)) input.remove_prefix(1);
  return input;
}

std::string_view beforeQueryAndFragment(std::string_view input) {
  const auto end =
      std::find_if(input.begin(), input.end(), [](char c) { return c == '?' || c == '#'; });
  return input.substr(0, static_cast<std::size_t>(end - input.begin()));
}

}  // namespace

std::string_view withoutTabsAndNewlines(std::string_view text, std::string& storage) {
  if (std::none_of(text.begin(), text.end(), isAsciiTabOrNewline)) return text;
  storage.assign(text);
  std::erase_if(storage, isAsciiTabOrNewline);
  return storage;
}

// https://url.spec.whatwg.org/#concept-basic-url-parser
std::optional<Url> UrlParser::parse(std::string_view input) {
  if (input.size() > Url::kInputBytesMax) return std::nullopt;
  if (base_ && base_->href_.size() > Url::kInputBytesMax) return std::nullopt;
  std::string storage;
  input = withoutTabsAndNewlines(trimControlsAndSpaces(input), storage);
  // Room for what is usually added: a slash, or a few percent signs.
  href().reserve(input.size() + (base_ ? base_->queryStart_ : 0) + 16);
  if (!parseScheme(input)) return std::nullopt;
  return std::move(url_);
}

// https://url.spec.whatwg.org/#scheme-start-state
// https://url.spec.whatwg.org/#scheme-state
bool UrlParser::parseScheme(std::string_view input) {
  const std::string_view scheme = leadingScheme(input);
  if (scheme.empty()) return parseNoScheme(input);
  input.remove_prefix(scheme.size() + 1);
  setScheme(scheme);

  if (scheme_ == SchemeType::kFile) return parseFile(input);
  if (isSpecial(scheme_)) {
    // https://url.spec.whatwg.org/#special-relative-or-authority-state
    if (base_ && base_->schemeType() == scheme_ && !input.starts_with("//")) {
      return parseRelative(input);
    }
    // https://url.spec.whatwg.org/#special-authority-slashes-state
    // https://url.spec.whatwg.org/#special-authority-ignore-slashes-state
    return parseAuthority(withoutSlashes(input, scheme_));
  }
  // https://url.spec.whatwg.org/#path-or-authority-state
  if (input.starts_with("//")) return parseAuthority(input.substr(2));
  if (input.starts_with('/')) return parsePath(input.substr(1));
  return parseOpaquePath(input);
}

// https://url.spec.whatwg.org/#no-scheme-state
bool UrlParser::parseNoScheme(std::string_view input) {
  if (!base_) return false;
  if (base_->hasOpaquePath()) {
    if (!input.starts_with('#')) return false;
    url_ = *base_;
    href().resize(url_.fragmentStart_);
    return parseFragment(input.substr(1));
  }
  setScheme(base_->scheme());
  return scheme_ == SchemeType::kFile ? parseFile(input) : parseRelative(input);
}

// https://url.spec.whatwg.org/#relative-state
bool UrlParser::parseRelative(std::string_view input) {
  if (!startsWithSlash(input, scheme_)) return parseRelativePath(input);
  // https://url.spec.whatwg.org/#relative-slash-state
  input.remove_prefix(1);
  if (startsWithSlash(input, scheme_)) {
    input.remove_prefix(1);
    return parseAuthority(isSpecial(scheme_) ? withoutSlashes(input, scheme_) : input);
  }
  copyAuthorityOfBase();
  return parsePath(input);
}

// The last step of https://url.spec.whatwg.org/#relative-state, and the same words in
// https://url.spec.whatwg.org/#file-state.
bool UrlParser::parseRelativePath(std::string_view input) {
  copyAuthorityOfBase();
  href() += base_->pathname();
  if (input.empty() || input[0] == '#') {
    endPath();
    href() += base_->slice(base_->queryStart_, base_->fragmentStart_);
    url_.fragmentStart_ = position();
    return input.empty() || parseFragment(input.substr(1));
  }
  if (input[0] == '?') return parseQueryOrFragment(input);
  shortenPath(href(), url_.pathStart_, scheme_);
  return parsePath(input);
}

// https://url.spec.whatwg.org/#authority-state
bool UrlParser::parseAuthority(std::string_view input) {
  beginAuthority();
  const std::string_view authority = authorityOf(input, scheme_);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return parseHostAndPort(input);
  if (at + 1 == authority.size()) return false;

  // The last '@' ends the credentials. Those before it are encoded with the rest.
  const std::string_view credentials = authority.substr(0, at);
  const std::size_t colon = credentials.find(':');
  appendPercentEncoded(href(), credentials.substr(0, colon), EncodeSet::kUserinfo);
  url_.usernameEnd_ = position();
  if (colon != std::string_view::npos && colon + 1 < credentials.size()) {
    href() += ':';
    appendPercentEncoded(href(), credentials.substr(colon + 1), EncodeSet::kUserinfo);
  }
  if (position() > url_.schemeEnd_ + 3) href() += '@';
  return parseHostAndPort(input.substr(at + 1));
}

// https://url.spec.whatwg.org/#host-state
bool UrlParser::parseHostAndPort(std::string_view input) {
  const std::string_view hostAndPort = authorityOf(input, scheme_);
  const std::size_t colon = findPortColon(hostAndPort);
  const std::string_view host = hostAndPort.substr(0, colon);
  const bool hasColon = colon != std::string_view::npos;
  if (host.empty() && (hasColon || isSpecial(scheme_))) return false;

  url_.hostStart_ = position();
  const auto syntax = isSpecial(scheme_) ? HostSyntax::kDomain : HostSyntax::kOpaque;
  if (!appendHost(href(), host, syntax)) return false;
  url_.hostEnd_ = position();

  // https://url.spec.whatwg.org/#port-state
  if (hasColon && colon + 1 < hostAndPort.size()) {
    const auto port = portText(hostAndPort.substr(colon + 1), scheme_);
    if (!port) return false;
    if (!port->empty()) {
      href() += ':';
      href() += *port;
    }
  }
  url_.pathStart_ = position();
  return parsePathStart(input.substr(hostAndPort.size()));
}

// https://url.spec.whatwg.org/#file-state
bool UrlParser::parseFile(std::string_view input) {
  if (startsWithSlash(input, scheme_)) return parseFileSlash(input.substr(1));
  if (!base_ || base_->schemeType() != SchemeType::kFile) {
    beginAuthority();
    return parsePath(input);
  }
  if (startsWithWindowsDriveLetter(input)) {
    copyAuthorityOfBase();
    return parsePath(input);
  }
  return parseRelativePath(input);
}

// https://url.spec.whatwg.org/#file-slash-state
bool UrlParser::parseFileSlash(std::string_view input) {
  if (startsWithSlash(input, scheme_)) return parseFileHost(input.substr(1));
  if (base_ && base_->schemeType() == SchemeType::kFile) {
    copyAuthorityOfBase();
    const std::string_view path = base_->pathname();
    const std::string_view drive = path.substr(0, path.find('/', 1));
    if (!startsWithWindowsDriveLetter(input) && !drive.empty() &&
        isNormalizedWindowsDriveLetter(drive.substr(1))) {
      href() += drive;
    }
  } else {
    beginAuthority();
  }
  return parsePath(input);
}

// https://url.spec.whatwg.org/#file-host-state
bool UrlParser::parseFileHost(std::string_view input) {
  beginAuthority();
  const std::string_view host = authorityOf(input, scheme_);
  if (isWindowsDriveLetter(host)) return parsePath(input);  // it is the first segment
  if (!host.empty()) {
    if (!appendHost(href(), host, HostSyntax::kDomain)) return false;
    if (url_.slice(url_.hostStart_, position()) == "localhost") href().resize(url_.hostStart_);
  }
  url_.hostEnd_ = url_.pathStart_ = position();
  return parsePathStart(input.substr(host.size()));
}

// https://url.spec.whatwg.org/#path-start-state
bool UrlParser::parsePathStart(std::string_view input) {
  if (startsWithSlash(input, scheme_)) return parsePath(input.substr(1));
  if (isSpecial(scheme_)) return parsePath(input);
  return parseQueryOrFragment(input);  // all that can stand after an authority without a slash
}

// https://url.spec.whatwg.org/#path-state
bool UrlParser::parsePath(std::string_view input) {
  const std::string_view segments = beforeQueryAndFragment(input);
  appendPath(href(), url_.pathStart_, segments, scheme_);
  return parseQueryOrFragment(input.substr(segments.size()));
}

// https://url.spec.whatwg.org/#cannot-be-a-base-url-path-state
bool UrlParser::parseOpaquePath(std::string_view input) {
  const std::string_view path = beforeQueryAndFragment(input);
  input.remove_prefix(path.size());
  // Only the space before a '?' or '#' is encoded: one at the end of the input was trimmed.
  const bool encodesLastSpace = path.ends_with(' ') && !input.empty();
  appendPercentEncoded(href(), path.substr(0, path.size() - (encodesLastSpace ? 1 : 0)),
                       EncodeSet::kC0Control);
  if (encodesLastSpace) href() += "%20";
  return parseQueryOrFragment(input);
}

bool UrlParser::parseQueryOrFragment(std::string_view input) {
  endPath();
  if (input.empty()) return true;
  return input[0] == '?' ? parseQuery(input.substr(1)) : parseFragment(input.substr(1));
}

// https://url.spec.whatwg.org/#query-state
bool UrlParser::parseQuery(std::string_view input) {
  const std::string_view query = input.substr(0, input.find('#'));
  href() += '?';
  appendPercentEncoded(href(), query,
                       isSpecial(scheme_) ? EncodeSet::kSpecialQuery : EncodeSet::kQuery);
  url_.fragmentStart_ = position();
  return query.size() == input.size() || parseFragment(input.substr(query.size() + 1));
}

// https://url.spec.whatwg.org/#fragment-state
bool UrlParser::parseFragment(std::string_view input) {
  url_.fragmentStart_ = position();
  href() += '#';
  appendPercentEncoded(href(), input, EncodeSet::kFragment);
  return true;
}

void UrlParser::setScheme(std::string_view scheme) {
  for (const char c : scheme) href() += asciiLowercase(c);
  url_.schemeEnd_ = position();
  href() += ':';
  markEmptyAuthority();
  scheme_ = url_.schemeType();
}

void UrlParser::copyAuthorityOfBase() {
  href().assign(base_->slice(0, base_->authorityEnd()));
  url_.usernameEnd_ = base_->usernameEnd_;
  url_.hostStart_ = base_->hostStart_;
  url_.hostEnd_ = base_->hostEnd_;
  url_.pathStart_ = position();
}

void UrlParser::beginAuthority() {
  href() += "//";
  markEmptyAuthority();
}

void UrlParser::markEmptyAuthority() {
  url_.usernameEnd_ = url_.hostStart_ = url_.hostEnd_ = url_.pathStart_ = position();
}

void UrlParser::endPath() {
  // From the URL serializer (https://url.spec.whatwg.org/#concept-url-serializer): without a host,
  // a path that begins with "//" would be taken for one.
  if (!url_.hasHost() && url_.slice(url_.pathStart_, position()).starts_with("//")) {
    href().insert(url_.pathStart_, "/.");
    url_.pathStart_ += 2;
  }
  url_.queryStart_ = url_.fragmentStart_ = position();
}

}  // namespace lathe::web
