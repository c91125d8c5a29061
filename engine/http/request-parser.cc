#include "engine/http/request-parser.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/error.hpp>

#include "engine/web/http-method.h"
#include "engine/web/url.h"

namespace lathe::http {

namespace beast = boost::beast;
using BeastError = beast::http::error;

namespace {

// Beast's container keeps the sizes of a field in 16 bits, and wants room for its punctuation.
constexpr std::size_t kFieldPartBytesMax = 65'000;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The usual ones among valid hosts, such as "localhost:8787": a name of letters and dots whose end
// makes it no address, and a port of at most four digits.
bool isPlainAuthority(std::string_view host) {
  const auto colon = host.find(':');
  const auto name = host.substr(0, colon);
  const auto port = colon == host.npos ? std::string_view() : host.substr(colon + 1);
  return !name.empty() && isLetter(name.back()) && port.size() <= 4 &&
         std::ranges::all_of(port, isDigit) &&
         std::ranges::all_of(name, [](char c) { return isLetter(c) || c == '.'; });
}

// Whether `host` can stand in a URL after "http://" and end there, and is one that a URL can have:
// no white space, nothing that would begin a path, a query, a fragment or user information, and no
// number that is no address or no port.
bool isAuthority(std::string_view host) {
  if (isPlainAuthority(host)) return true;
  for (unsigned char c : host) {
    if (c <= ' ' || c >= 0x7f || c == '/' || c == '?' || c == '#' || c == '@' || c == '\\' ||
        c == ',') {
      return false;
    }
  }
  return !host.empty() && web::Url::parse("http://" + std::string(host) + "/");
}

// Whether an absolute target is a URL that a script can ask for again: without user information,
// too (RFC 9110 §4.2.4).
bool isUrl(std::string_view target) {
  const auto url = web::Url::parse(target);
  return url && !url->includesCredentials();
}

bool isAbsolute(beast::string_view target) {
  return beast::iequals(target.substr(0, 7), "http://") ||
         beast::iequals(target.substr(0, 8), "https://");
}

}  // namespace

RequestParser::RequestParser(const Limits& limits, std::string_view scheme)
    : limits_(limits), scheme_(scheme) {
  header_limit(static_cast<std::uint32_t>(limits.headerBytesMax));
  body_limit(limits.bodyBytesMax);
}

std::size_t RequestParser::parseHead(std::string_view input) {
  Error error;
  const auto consumed = put(boost::asio::const_buffer(input.data(), input.size()), error);
  headBytes_ += consumed;
  if (error && error != BeastError::need_more) {
    refuse(error);
  } else if (headBytes_ + (headComplete_ ? 0 : input.size() - consumed) > limits_.headerBytesMax) {
    // Beast's own limit is for what it gets at one time.
    refuse(BeastError::header_limit);
  }
  return consumed;
}

std::size_t RequestParser::parseBody(std::string_view input) {
  if (refusal_ || is_done()) return 0;
  eager(true);
  Error error;
  const auto consumed = put(boost::asio::const_buffer(input.data(), input.size()), error);
  if (error == BeastError::need_more) {
    // A chunk's header with its extensions, or the trailers: a head in small.
    if (input.size() - consumed > limits_.headerBytesMax) refuse(BeastError::bad_chunk_extension);
  } else if (error) {
    refuse(error);
  }
  return consumed;
}

std::optional<std::uint64_t> RequestParser::contentLength() const {
  const auto length = content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

std::optional<std::uint64_t> RequestParser::remaining() const {
  if (is_done()) return 0;
  const auto length = content_length_remaining();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

void RequestParser::on_request_impl(Verb verb, View method, View target, int version,
                                    Error& error) {
  version_ = version;
  isHead_ = verb == Verb::head;
  if (verb == Verb::unknown) {
    message_.method_string(method);
  } else {
    message_.method(verb);
  }
  message_.version(static_cast<unsigned>(version));
  if (verb != Verb::connect && !web::isHttpMethod({method.data(), method.size()})) {
    refuse(501, "Workers do not know the method " + std::string(method) + ".", error);
  } else if (verb == Verb::connect) {
    refuse(501, "CONNECT is not supported here: lathe is not a proxy.", error);
  } else if (target == "*" && verb == Verb::options) {
    // RFC 9112 §3.3: the asterisk form has an empty path and query.
    message_.target("/");
  } else if (target.front() == '/') {
    message_.target(target);
  } else if (isAbsolute(target)) {
    if (!isUrl({target.data(), target.size()})) {
      return refuse(400, "The request target is not a valid URL.", error);
    }
    targetIsAbsolute_ = true;
    message_.target(target);
  } else {
    refuse(400, "The request target must be a path or an absolute http URL.", error);
  }
}

void RequestParser::on_field_impl(Field field, View name, View value, Error& error) {
  // Trailers: RFC 9110 §6.5.1 lets a recipient discard them.
  if (headComplete_) return;

  // Beast joins a folded line: then the value is a copy outside of the input, or a line break lies
  // between the colon and the value.
  const char* colon = name.data() + name.size();
  const auto gap =
      reinterpret_cast<std::uintptr_t>(value.data()) - reinterpret_cast<std::uintptr_t>(colon);
  if (gap > limits_.headerBytesMax || View(colon, gap).find('\r') != View::npos) {
    return refuse(400, "Header lines must not be folded.", error);
  }

  switch (field) {
    case Field::host:
      if (hasHost_) return refuse(400, "There must be only one Host header.", error);
      if (!isAuthority({value.data(), value.size()})) {
        return refuse(400, "The Host header is not valid.", error);
      }
      hasHost_ = true;
      if (!targetIsAbsolute_) {
        origin_.assign(scheme_).append("://").append(value.data(), value.size());
      }
      break;
    case Field::transfer_encoding:
      if (version_ < 11) {
        return refuse(400, "HTTP/1.0 has no Transfer-Encoding.", error);
      }
      if (!beast::iequals(value, "chunked")) {
        return refuse(501, "The only transfer coding supported is chunked.", error);
      }
      break;
    case Field::expect:
      if (!beast::iequals(value, "100-continue")) {
        return refuse(417, "The only expectation supported is 100-continue.", error);
      }
      // RFC 9110 §10.1.1: an HTTP/1.0 client cannot mean it.
      expectsContinue_ = version_ >= 11;
      break;
    case Field::upgrade:
      hasUpgrade_ = true;
      break;
    default:
      break;
  }
  if (name.size() > kFieldPartBytesMax || value.size() > kFieldPartBytesMax) {
    return refuse(
        431,
        "A single request header is larger than " + std::to_string(kFieldPartBytesMax) + " bytes.",
        error);
  }
  message_.insert(field, name, value);
}

void RequestParser::on_header_impl(Error& error) {
  headComplete_ = true;
  if (!hasHost_ && version_ >= 11) refuse(400, "The Host header is missing.", error);
}

std::size_t RequestParser::on_body_impl(View piece, Error&) {
  body_.append(piece.data(), piece.size());
  return piece.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View piece, Error& error) {
  return on_body_impl(piece, error);
}

void RequestParser::refuse(unsigned status, std::string reason, Error& error) {
  refusal_ = Refusal{status, std::move(reason)};
  error = BeastError::bad_value;
}

void RequestParser::refuse(const Error& error) {
  if (refusal_) return;
  if (error == BeastError::header_limit) {
    refusal_ = Refusal{431, "The request header is larger than " +
                                std::to_string(limits_.headerBytesMax) + " bytes."};
  } else if (error == BeastError::body_limit) {
    refusal_ = Refusal{
        413, "The request body is larger than " + std::to_string(limits_.bodyBytesMax) + " bytes."};
  } else {
    refusal_ = Refusal{400, "The request is not valid HTTP: " + error.message() + "."};
  }
}

}  // namespace lathe::http
