#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lathe::web {

// The content codings of HTTP that bodies are compressed with (RFC 9110 §8.4.1.3, RFC 7932).
enum class ContentCoding { gzip, brotli };

// The coding that a Content-Encoding names: exactly `gzip` or `br`, as Workers have it. Others are
// the script's own business, be they written in another case, listed or unknown.
std::optional<ContentCoding> contentCoding(std::string_view contentEncoding);

// Compresses bytes from front to back.
class Compressor {
 public:
  // Throws std::bad_alloc.
  explicit Compressor(ContentCoding coding);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  // What `piece` adds to the output, complete enough for a reader to have all of the piece.
  std::string flush(std::string_view piece);
  // What is left when `piece` is the last; nothing more is compressed then.
  std::string finish(std::string_view piece);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The way back.
class Decompressor {
 public:
  // Throws std::bad_alloc.
  explicit Decompressor(ContentCoding coding);
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  // What `piece` adds to the output; nothing when the bytes are not what the coding makes.
  std::optional<std::string> write(std::string_view piece);
  // Whether the bytes so far are whole, as no bytes at all are.
  bool complete() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lathe::web
