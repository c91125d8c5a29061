#include "engine/http/web-socket-reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/web/bytes.h"
#include "engine/web/utf8.h"

namespace lathe::http {

namespace {

// §7.4.1
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kInvalidData = 1007;
constexpr std::uint16_t kTooLarge = 1009;

// How much memory a frame gets on the strength of its announcement alone.
constexpr std::uint64_t kReservedBytesMax = 1024 * 1024;

// Which codes may travel: those that are defined for it, and those that are for applications.
bool maySend(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

web::Bytes textBytesOf(std::span<const char> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

WebSocketReader::WebSocketReader(WebSocketRole role, std::optional<MessageInflater> inflater)
    : role_(role), inflater_(std::move(inflater)) {}

std::optional<WebSocketReader::Event> WebSocketReader::next(std::span<char>& input) {
  while (!over_) {
    if (!inFrame_) {
      if (!readHead(input)) {
        if (headSize_ < FrameHead::kBytesMin) return std::nullopt;
        // What the first two bytes say may be wrong already.
        if (auto failure = checkStart(FrameHead::parse(headBytes_.data(), headSize_))) {
          return fail(std::move(*failure));
        }
        return std::nullopt;
      }
      frame_ = FrameHead::parse(headBytes_.data(), std::exchange(headSize_, 0));
      inFrame_ = true;
      taken_ = 0;
      if (auto failure = checkStart(frame_)) return fail(std::move(*failure));
      if (!isControl(frame_.opcode) && frame_.opcode != Opcode::continuation) {
        inMessage_ = true;
        compressed_ = frame_.compressed;
        kind_ = frame_.opcode == Opcode::text ? io::WebSocket::Message::Kind::text
                                              : io::WebSocket::Message::Kind::binary;
        utf8_ = {};
      }
      if (auto failure = checkLength()) return fail(std::move(*failure));
    }

    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), frame_.length - taken_));
    const auto piece = input.first(size);
    input = input.subspan(size);
    if (frame_.masked) {
      applyMask(piece.data(), size, frame_.key, static_cast<std::size_t>(taken_ % 4));
    }
    taken_ += size;
    const bool whole = taken_ == frame_.length;
    if (whole) inFrame_ = false;

    if (isControl(frame_.opcode)) {
      control_.append(piece.data(), size);
      if (whole) {
        if (auto event = finishControl()) return event;
      }
    } else {
      if (auto failure = addData(piece)) return fail(std::move(*failure));
      if (whole && frame_.final) return finishMessage();
    }
    if (!whole) return std::nullopt;
  }
  input = {};
  return std::nullopt;
}

bool WebSocketReader::readHead(std::span<char>& input) {
  for (;;) {
    const auto wanted = headSize_ < FrameHead::kBytesMin ? FrameHead::kBytesMin
                                                         : FrameHead::sizeOf(headBytes_.data());
    const auto size = std::min(wanted - headSize_, input.size());
    std::memcpy(headBytes_.data() + headSize_, input.data(), size);
    headSize_ = static_cast<std::uint8_t>(headSize_ + size);
    input = input.subspan(size);
    if (headSize_ < wanted) return false;
    if (headSize_ == FrameHead::sizeOf(headBytes_.data())) return true;
  }
}

std::optional<WebSocketReader::Failure> WebSocketReader::checkStart(const FrameHead& head) const {
  const auto broken = [](const char* why) { return Failure{kProtocolError, why}; };
  if (head.reserved) return broken("A frame has reserved bits set.");
  switch (head.opcode) {
    case Opcode::continuation:
      if (!inMessage_) return broken("A frame continues a message that has not begun.");
      if (head.compressed) return broken("A frame has reserved bits set.");
      break;
    case Opcode::text:
    case Opcode::binary:
      if (inMessage_) return broken("A message begins before the one before it has ended.");
      if (head.compressed && !inflater_) return broken("A frame has reserved bits set.");
      break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (head.compressed) return broken("A frame has reserved bits set.");
      if (!head.final) return broken("A control frame is fragmented.");
      if (head.length > FrameHead::kControlBytesMax) return broken("A control frame is too long.");
      break;
    default:
      return broken("A frame has an unknown opcode.");
  }
  if (head.masked != (role_ == WebSocketRole::server)) {
    return broken(head.masked ? "The server's frames must not be masked."
                              : "The client's frames must be masked.");
  }
  return std::nullopt;
}

std::optional<WebSocketReader::Failure> WebSocketReader::checkLength() const {
  if (!frame_.shortest || frame_.length >> 63 != 0) {
    return Failure{kProtocolError, "The length of a frame is not written as it has to be."};
  }
  // Of a compressed message only its content counts.
  if (isControl(frame_.opcode) || compressed_) return std::nullopt;
  if (frame_.length > messageBytesMax_ || message_.size() > messageBytesMax_ - frame_.length) {
    return tooLarge(message_.size() + frame_.length);
  }
  return std::nullopt;
}

std::optional<WebSocketReader::Failure> WebSocketReader::addData(std::span<const char> piece) {
  const auto before = message_.size();
  if (compressed_) {
    const auto result = inflater_->add({piece.data(), piece.size()}, message_, messageBytesMax_);
    return checkInflated(result, before);
  }
  if (taken_ == piece.size() && taken_ < frame_.length) {
    message_.reserve(before + static_cast<std::size_t>(std::min(frame_.length, kReservedBytesMax)));
  }
  message_.append(piece.data(), piece.size());
  if (kind_ == io::WebSocket::Message::Kind::text && !utf8_.add(textBytesOf(piece))) {
    return Failure{kInvalidData, "A text message is not valid UTF-8."};
  }
  return std::nullopt;
}

std::optional<WebSocketReader::Failure> WebSocketReader::checkInflated(
    MessageInflater::Result result, std::size_t before) {
  switch (result) {
    case MessageInflater::Result::tooLarge:
      return Failure{kTooLarge,
                     "Message is too large: more than " + std::to_string(messageBytesMax_)};
    case MessageInflater::Result::malformed:
      return Failure{kInvalidData, "A compressed message cannot be decompressed."};
    case MessageInflater::Result::ok:
      break;
  }
  if (kind_ == io::WebSocket::Message::Kind::text &&
      !utf8_.add(textBytesOf({message_.data() + before, message_.size() - before}))) {
    return Failure{kInvalidData, "A text message is not valid UTF-8."};
  }
  return std::nullopt;
}

WebSocketReader::Event WebSocketReader::finishMessage() {
  if (compressed_) {
    const auto before = message_.size();
    const auto result = inflater_->finish(message_, messageBytesMax_);
    if (auto failure = checkInflated(result, before)) return fail(std::move(*failure));
  }
  if (kind_ == io::WebSocket::Message::Kind::text && !utf8_.complete()) {
    return fail({kInvalidData, "A text message is not valid UTF-8."});
  }
  inMessage_ = false;
  compressed_ = false;
  return io::WebSocket::Message{kind_, std::exchange(message_, {})};
}

std::optional<WebSocketReader::Event> WebSocketReader::finishControl() {
  auto payload = std::exchange(control_, {});
  if (frame_.opcode == Opcode::ping) return Ping{std::move(payload)};
  if (frame_.opcode == Opcode::pong) return std::nullopt;
  io::WebSocket::Close close;
  if (payload.size() == 1) return fail({kProtocolError, "A Close has half a code."});
  if (payload.size() >= 2) {
    close.code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                            static_cast<unsigned char>(payload[1]));
    if (!maySend(close.code)) {
      return fail({kProtocolError, "A Close has the code " + std::to_string(close.code) +
                                       ", which must not be sent."});
    }
    close.reason = payload.substr(2);
    if (!web::isValidUtf8(web::bytesOf(close.reason))) {
      return fail({kInvalidData, "The reason of a Close is not valid UTF-8."});
    }
  }
  over_ = true;
  return close;
}

WebSocketReader::Event WebSocketReader::fail(Failure failure) {
  over_ = true;
  message_ = {};
  return failure;
}

WebSocketReader::Failure WebSocketReader::tooLarge(std::uint64_t size) const {
  return {kTooLarge, "Message is too large: " + std::to_string(size) + " > " +
                         std::to_string(messageBytesMax_)};
}

}  // namespace lathe::http
