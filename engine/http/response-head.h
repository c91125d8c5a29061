#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/http/date-line.h"
#include "engine/io/http-message.h"

namespace lathe::http {

// What the request says about the form of its response.
struct RequestTraits {
  bool http11 = true;
  bool isHead = false;
  // Whether the connection may go on; a response can still end it.
  bool keepAlive = true;
};

// How the bytes after the head are told apart from what follows.
struct Framing {
  enum class Kind { none, counted, chunked, untilClose };
  Kind kind = Kind::none;
  // For `counted`.
  std::uint64_t length = 0;
  bool keepAlive = true;
};

// Replaces `out` by the head of `response`, status line to empty line, with the framing and
// connection headers that this response to such a request has. Those that `response` itself names
// are dropped, as they are by Workers: what concerns one connection is not a script's to say. There
// is no `Server` header.
//
// Nothing when the head cannot be sent as it is: a status outside of 101 and 200 to 599, a header
// name that is no token, a line break or NUL in a value or in the status text.
std::optional<Framing> formatHead(std::string& out, const io::Response& response,
                                  const RequestTraits& request, DateLine& date);

// A response that is one line of plain text.
io::Response plainResponse(unsigned status, const std::string& text);

}  // namespace lathe::http
