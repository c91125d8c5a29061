#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace lathe::http {

// Bytes that came from a socket and are not parsed yet.
//
// A read may be under way while the bytes before it are consumed: what `room` gave out stays where
// it is until `commit` or the next `room`, which therefore must not be called before that read has
// ended.
class InputBuffer {
 public:
  std::string_view data() const { return {bytes_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  void consume(std::size_t count) { begin_ += count; }

  // Free space behind the data, at least `wanted` bytes.
  std::span<char> room(std::size_t wanted);

  // The first `count` bytes of the room have been filled.
  void commit(std::size_t count) { end_ += count; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lathe::http
