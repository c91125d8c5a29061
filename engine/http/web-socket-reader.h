#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "engine/http/web-socket-deflate.h"
#include "engine/http/web-socket-frame.h"
#include "engine/io/web-socket.h"
#include "engine/web/utf8-validator.h"

namespace lathe::http {

// Makes messages of the bytes that a peer sends, in whatever pieces they arrive, and finds out when
// it breaks the protocol. Keeps nothing but what is unfinished.
class WebSocketReader {
 public:
  struct Ping {
    std::string payload;
  };
  // The connection cannot go on: the peer is told why with a Close.
  struct Failure {
    std::uint16_t code;
    std::string reason;
  };
  using Event = std::variant<io::WebSocket::Message, io::WebSocket::Close, Ping, Failure>;

  // `role` is ours; `inflater` is there when compressed messages are agreed upon.
  WebSocketReader(WebSocketRole role, std::optional<MessageInflater> inflater);

  void limitMessages(std::size_t bytes) { messageBytesMax_ = bytes; }

  // Takes bytes from the front of `input`, which it changes, up to the end of the next event;
  // nothing when it has taken all and there is none. After a Close or a Failure everything is
  // ignored.
  std::optional<Event> next(std::span<char>& input);

 private:
  // Takes more of a head: true once it is whole.
  bool readHead(std::span<char>& input);
  std::optional<Failure> checkStart(const FrameHead& head) const;
  std::optional<Failure> checkLength() const;
  std::optional<Failure> addData(std::span<const char> piece);
  std::optional<Failure> checkInflated(MessageInflater::Result result, std::size_t before);
  Event finishMessage();
  std::optional<Event> finishControl();
  Event fail(Failure failure);
  Failure tooLarge(std::uint64_t size) const;

  const WebSocketRole role_;
  std::optional<MessageInflater> inflater_;
  std::size_t messageBytesMax_ = io::WebSocket::kMessageBytesMax;

  std::array<char, FrameHead::kBytesMax> headBytes_;
  std::uint8_t headSize_ = 0;
  bool over_ = false;

  // The frame whose payload comes next.
  bool inFrame_ = false;
  FrameHead frame_;
  std::uint64_t taken_ = 0;  // of its payload
  std::string control_;

  // The message whose last frame has not come yet.
  bool inMessage_ = false;
  bool compressed_ = false;
  io::WebSocket::Message::Kind kind_{};
  std::string message_;
  web::Utf8Validator utf8_;
};

}  // namespace lathe::http
