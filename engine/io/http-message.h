#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "engine/io/pending.h"
#include "engine/io/web-socket.h"

// What passes between a transport (a connection, `lathe fetch`, a service binding) and a worker.
namespace lathe::io {

// The head of a request, kept as it was parsed: a script that never looks at it never pays for it.
struct RequestHead {
  boost::beast::http::request_header<> message;
  // Scheme and authority that an origin-form target is relative to, such as
  // "http://localhost:8787". Empty when the target is an absolute URL already.
  std::string origin;
  // The peer's address without its port; empty where there is none.
  std::string clientAddress;
  // What the log calls the request by, and what a script causes during it; 0 when nobody counts.
  std::uint64_t number = 0;
  // As Cause::depth.
  std::uint32_t depth = 0;
  // Whether whoever asks may see what is for the person at this machine: what an exception says,
  // and lathe's own pages. Not so under a name that somebody else could make lead here (see
  // cli/trusted-hosts.h).
  bool trusted = true;
  // The target has been through the URL parser, which would change nothing about it any more.
  bool targetIsSerialized = false;

  // What it takes in memory, about.
  std::size_t bytes() const {
    constexpr std::size_t kFieldBytes = 64;
    std::size_t bytes = message.target().size();
    for (const auto& field : message) {
      bytes += kFieldBytes + field.name_string().size() + field.value().size();
    }
    return bytes;
  }

  // Whether the client wants the connection to become a WebSocket (RFC 6455 §4.1).
  bool asksForWebSocket() const {
    return boost::beast::iequals(message[boost::beast::http::field::upgrade], "websocket");
  }
};

// Why a body could not be read to its end. The message is safe to show to a script.
class BodyError : public std::runtime_error {
 public:
  enum class Kind { disconnected, tooLarge, malformed };
  BodyError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// The bytes of a body, pulled once from front to back.
class BodySource {
 public:
  virtual ~BodySource() = default;

  // The size in bytes, when it is known beforehand.
  virtual std::optional<std::uint64_t> length() const = 0;

  // The next piece; an empty string is the end. One read at a time. Fails with BodyError.
  virtual Pending<std::string> read() = 0;
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Bytes that several holders may share, because a body can be cloned or sent again.
using SharedBytes = std::shared_ptr<const std::string>;

// A worker's answer on its way to the transport.
struct Response {
  unsigned status = 200;
  std::string statusText;
  HeaderList headers;
  // No body at all, bytes in hand, or a source to pump until its end.
  std::variant<std::monostate, SharedBytes, std::unique_ptr<BodySource>> body;
  // Whether the transport compresses the body as a Content-Encoding of `gzip` or `br` says; else
  // the bytes are as they are to go out.
  enum class EncodeBody { automatic, manual };
  EncodeBody encodeBody = EncodeBody::automatic;
  // With a status of 101: the connection becomes this WebSocket. Else null.
  std::unique_ptr<WebSocketUpgrade> webSocket;
  // Released by the transport when the last byte has been handed to the kernel or the peer has
  // gone: that is when the request counts as answered and `waitUntil` work alone remains.
  std::shared_ptr<void> delivery;
};

}  // namespace lathe::io
