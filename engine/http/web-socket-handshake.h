#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "engine/http/request-parser.h"
#include "engine/http/web-socket-extensions.h"
#include "engine/io/http-message.h"

// How an HTTP connection becomes a WebSocket (RFC 6455 §4).
namespace lathe::http {

// What a request that asks for a WebSocket says about it.
struct WebSocketRequest {
  std::string key;
  std::string extensions;
  // Why it cannot have one.
  std::optional<Refusal> refusal;
};

// Null when the request does not ask for one.
std::unique_ptr<WebSocketRequest> readWebSocketRequest(
    const boost::beast::http::request_header<>& request);

// What is to become of the connection once the response is out.
struct WebSocketAgreement {
  std::unique_ptr<io::WebSocketUpgrade> upgrade;
  std::optional<DeflateParameters> deflate;
};

// Agrees with an acceptable request, and puts the fields of §4.2.2 into the response that says so.
std::unique_ptr<WebSocketAgreement> acceptWebSocket(const WebSocketRequest& request,
                                                    io::Response& response);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string acceptanceOf(std::string_view key);

}  // namespace lathe::http
