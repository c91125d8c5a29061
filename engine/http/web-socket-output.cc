#include "engine/http/web-socket-output.h"

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include <sys/random.h>

namespace lathe::http {

namespace {

// Up to this a payload is copied behind the frames before it.
constexpr std::size_t kCollectedBytesMax = 2 * 1024;
constexpr std::size_t kChunkBytesMax = 32 * 1024;
constexpr std::size_t kPartsMax = 64;

}  // namespace

// Keys that nobody can foresee (§5.3), a handful of them from the kernel at a time.
class WebSocketOutput::MaskKeys {
 public:
  MaskKey next() {
    if (used_ == keys_.size()) refill();
    return keys_[used_++];
  }

 private:
  void refill() {
    // The kernel gives so few bytes always whole.
    if (::getrandom(keys_.data(), sizeof keys_, 0) != static_cast<ssize_t>(sizeof keys_)) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    used_ = 0;
  }

  std::array<MaskKey, 64> keys_;
  std::size_t used_ = keys_.size();
};

WebSocketOutput::WebSocketOutput(WebSocketRole role)
    : maskKeys_(role == WebSocketRole::client ? std::make_unique<MaskKeys>() : nullptr) {}

WebSocketOutput::~WebSocketOutput() = default;

void WebSocketOutput::add(Opcode opcode, std::string payload, Form form) {
  FrameHead head;
  head.opcode = opcode;
  head.compressed = form == Form::compressed;
  head.length = payload.size();
  if (maskKeys_) {
    head.masked = true;
    head.key = maskKeys_->next();
    applyMask(payload.data(), payload.size(), head.key, 0);
  }
  const bool collected = payload.size() <= kCollectedBytesMax;
  auto& chunk = room(FrameHead::kBytesMax + (collected ? payload.size() : 0));
  const auto before = chunk.size();
  head.appendTo(chunk);
  queued_ += chunk.size() - before + payload.size();
  if (collected) {
    chunk.append(payload);
  } else {
    chunks_.push_back(std::move(payload));
    collecting_ = false;
  }
}

std::string& WebSocketOutput::room(std::size_t size) {
  if (!collecting_ || chunks_.back().size() + size > kChunkBytesMax) {
    chunks_.emplace_back().reserve(size);
    collecting_ = true;
  }
  return chunks_.back();
}

ByteStream::State WebSocketOutput::flush(ByteStream& stream) {
  while (!empty()) {
    std::array<iovec, kPartsMax> parts;
    std::size_t count = 0;
    for (auto i = chunksWritten_; i < chunks_.size() && count < kPartsMax; ++i, ++count) {
      const auto skipped = count == 0 ? bytesWritten_ : 0;
      parts[count] = {chunks_[i].data() + skipped, chunks_[i].size() - skipped};
    }
    const auto result = stream.write(std::span(parts).first(count));
    if (result.state != ByteStream::State::ok) return result.state;
    written_ += result.count;
    bytesWritten_ += result.count;
    while (chunksWritten_ < chunks_.size() && bytesWritten_ >= chunks_[chunksWritten_].size()) {
      bytesWritten_ -= chunks_[chunksWritten_].size();
      // A long message need not wait for those behind it to give its memory back.
      std::exchange(chunks_[chunksWritten_++], {});
    }
    if (chunksWritten_ >= kPartsMax) {
      chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(chunksWritten_));
      chunksWritten_ = 0;
    }
  }
  // Nothing is kept for a socket that is silent.
  chunks_ = {};
  collecting_ = false;
  chunksWritten_ = 0;
  bytesWritten_ = 0;
  return ByteStream::State::ok;
}

}  // namespace lathe::http
