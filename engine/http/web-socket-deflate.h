#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/http/web-socket-extensions.h"

// Messages that travel compressed: permessage-deflate, RFC 7692.
namespace lathe::http {

// Compresses messages. Takes its quarter of a megabyte with the first of them.
class MessageDeflater {
 public:
  explicit MessageDeflater(DeflateParameters::Side side);
  ~MessageDeflater();
  MessageDeflater(MessageDeflater&&) noexcept;

  // Whether it pays, and can be done, to compress a message of this size.
  bool wants(std::size_t size) const;
  std::string compress(std::string_view message);

 private:
  struct Stream;
  DeflateParameters::Side side_;
  std::unique_ptr<Stream> stream_;
};

// Decompresses what such a thing has compressed, in whatever pieces it arrives.
class MessageInflater {
 public:
  enum class Result { ok, tooLarge, malformed };

  explicit MessageInflater(DeflateParameters::Side side);
  ~MessageInflater();
  MessageInflater(MessageInflater&&) noexcept;

  // Appends what `piece` becomes to `message`, which may not grow beyond `bytesMax`. After any
  // other result than ok it is of no use any more.
  Result add(std::string_view piece, std::string& message, std::size_t bytesMax);
  // The same for the end of the message, after its last piece.
  Result finish(std::string& message, std::size_t bytesMax);

 private:
  struct Stream;
  DeflateParameters::Side side_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace lathe::http
