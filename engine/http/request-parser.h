#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/message.hpp>

#include "engine/http/limits.h"

namespace lathe::http {

// Why a request is not served: a status code and a sentence for the client.
struct Refusal {
  unsigned status = 400;
  std::string reason;
};

// Takes one request apart, first its head, then its body. Beast does the grammar; what it would let
// pass although two servers could read it differently is refused here: folded lines, any transfer
// coding but a single `chunked`, several Host fields (RFC 9112 §3.2, §5.2, §6.1).
class RequestParser final : private boost::beast::http::basic_parser<true> {
  using Base = boost::beast::http::basic_parser<true>;

 public:
  // `scheme` is how the client has come here: "http" or "https".
  RequestParser(const Limits& limits, std::string_view scheme);

  // Reads more of the head, of which `input` holds everything not consumed before, and returns how
  // much of it is consumed. When the head is then neither complete nor refused, more input is
  // needed.
  std::size_t parseHead(std::string_view input);
  bool headComplete() const { return headComplete_; }

  // The same for the body, once the head is complete. What it decodes collects in `body()`.
  std::size_t parseBody(std::string_view input);
  bool complete() const { return is_done(); }
  std::string& body() { return body_; }

  // Set when the request is not acceptable; nothing more is parsed then.
  const std::optional<Refusal>& refusal() const { return refusal_; }

  // Valid once the head is complete. The message may be moved away.
  boost::beast::http::request_header<>& message() { return message_; }
  std::string_view scheme() const { return scheme_; }
  // Scheme and authority that the target is relative to: empty when it is absolute, or when there
  // is no Host header, which only HTTP/1.0 allows.
  std::string& origin() { return origin_; }
  bool targetIsAbsolute() const { return targetIsAbsolute_; }
  // Whether anything of the request has been consumed.
  bool started() const { return headBytes_ != 0; }
  bool http11() const { return version_ >= 11; }
  bool isHead() const { return isHead_; }
  bool expectsContinue() const { return expectsContinue_; }
  bool hasUpgrade() const { return hasUpgrade_; }
  // Whether the client is willing to send another request afterwards.
  bool keepAlive() const { return Base::keep_alive(); }
  // The length of the whole body when the head told it.
  std::optional<std::uint64_t> contentLength() const;
  // How much of it is still to come, when that is known.
  std::optional<std::uint64_t> remaining() const;

 private:
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;
  using Field = boost::beast::http::field;
  using Verb = boost::beast::http::verb;

  void on_request_impl(Verb verb, View method, View target, int version, Error& error) override;
  void on_response_impl(int, View, int, Error&) override {}
  void on_field_impl(Field field, View name, View value, Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(View piece, Error& error) override;
  void on_chunk_header_impl(std::uint64_t, View, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, Error& error) override;
  void on_finish_impl(Error&) override {}

  void refuse(unsigned status, std::string reason, Error& error);
  // Takes the parser's own verdict, unless one of ours stands already.
  void refuse(const Error& error);

  const Limits& limits_;
  const std::string_view scheme_;
  boost::beast::http::request_header<> message_;
  std::string origin_;
  std::string body_;
  std::optional<Refusal> refusal_;
  std::size_t headBytes_ = 0;
  int version_ = 11;
  bool hasHost_ = false;
  bool targetIsAbsolute_ = false;
  bool isHead_ = false;
  bool expectsContinue_ = false;
  bool hasUpgrade_ = false;
  bool headComplete_ = false;
};

}  // namespace lathe::http
