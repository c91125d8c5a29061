#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "engine/http/web-socket-deflate.h"
#include "engine/http/web-socket-frame.h"
#include "tests/unit/http/test-server.h"
#include "tests/unit/http/web-socket-frames.h"
#include "tests/unit/http/web-socket-world.h"

namespace lathe::http {

// All of the request for a WebSocket but its end.
inline const std::string kWebSocketRequest =
    "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

// A client that sees each frame.
class WireClient {
 public:
  explicit WireClient(const World& world, std::string_view behind = "",
                      std::string_view fields = "")
      : client(world.server) {
    client.send(kWebSocketRequest + std::string(fields) + "\r\n" + std::string(behind));
    head = client.readUntil("\r\n\r\n");
    REQUIRE(head.starts_with("HTTP/1.1 101 "));
  }

  WireClient& send(const std::string& bytes) {
    client.send(bytes);
    return *this;
  }
  // The next frame, or how the connection ended.
  std::string next() {
    auto bytes = client.read(2);
    if (bytes.empty()) return "end";
    if (bytes.size() != 2) return bytes;
    bytes += client.read(FrameHead::sizeOf(bytes.data()) - 2);
    const auto frame = FrameHead::parse(bytes.data(), bytes.size());
    auto payload = client.read(static_cast<std::size_t>(frame.length));
    CHECK_FALSE(frame.masked);
    CHECK_FALSE(frame.reserved);
    CHECK(frame.final);
    std::string form;
    if (frame.compressed) {
      form = "compressed ";
      std::string content;
      CHECK(inflater.add(payload, content, 1 << 20) == MessageInflater::Result::ok);
      CHECK(inflater.finish(content, 1 << 20) == MessageInflater::Result::ok);
      payload = content;
    }
    switch (frame.opcode) {
      case Opcode::text:
        return form + "text(" + brief(payload) + ")";
      case Opcode::binary:
        return form + "binary(" + brief(payload) + ")";
      case Opcode::ping:
        return "ping(" + brief(payload) + ")";
      case Opcode::pong:
        return "pong(" + brief(payload) + ")";
      case Opcode::close:
        if (payload.empty()) return "close()";
        return "close(" +
               std::to_string(static_cast<unsigned char>(payload[0]) << 8 |
                              static_cast<unsigned char>(payload[1])) +
               ")";
      default:
        return "?";
    }
  }
  std::string rest() {
    std::string all;
    for (;;) {
      const auto one = next();
      all += (all.empty() ? "" : " ") + one;
      if (one == "end" || one.starts_with("(")) return all;
    }
  }

  TestClient client;
  std::string head;
  MessageInflater inflater{DeflateParameters::Side{}};
};

}  // namespace lathe::http
