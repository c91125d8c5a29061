#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/http/byte-stream.h"
#include "engine/http/web-socket-frame.h"

namespace lathe::http {

// The frames that are on their way out. Short ones are collected, long ones are left where they
// are, and all that there is leaves in one gathered write.
class WebSocketOutput {
 public:
  explicit WebSocketOutput(WebSocketRole role);
  ~WebSocketOutput();

  enum class Form { plain, compressed };
  void add(Opcode opcode, std::string payload, Form form = Form::plain);

  // Writes what the stream takes: ok when that was all, else wouldBlock or broken.
  ByteStream::State flush(ByteStream& stream);

  bool empty() const { return queued_ == written_; }
  // All bytes that were ever added, and those of them that have left.
  std::uint64_t queued() const { return queued_; }
  std::uint64_t written() const { return written_; }

 private:
  class MaskKeys;

  // A chunk that has room for `size` more bytes.
  std::string& room(std::size_t size);

  // Of a client: a server's frames are not masked.
  std::unique_ptr<MaskKeys> maskKeys_;
  std::vector<std::string> chunks_;
  // Whether the last chunk is one that collects.
  bool collecting_ = false;
  // How much of the chunks has left: whole ones, and bytes of the next.
  std::size_t chunksWritten_ = 0;
  std::size_t bytesWritten_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace lathe::http
