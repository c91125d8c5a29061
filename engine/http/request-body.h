#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/io/http-message.h"

namespace lathe::http {

class Connection;

// The body of a request as its handler reads it. Bytes are taken from the socket when they are
// asked for, so a handler that does not read slows the client down.
class RequestBody final : public io::BodySource {
 public:
  RequestBody(Connection& connection, std::optional<std::uint64_t> length)
      : connection_(&connection), length_(length) {}
  RequestBody(const RequestBody&) = delete;
  RequestBody& operator=(const RequestBody&) = delete;
  ~RequestBody() override;

  std::optional<std::uint64_t> length() const override { return length_; }
  io::Pending<std::string> read() override;

  // The connection has nothing more to give; later reads fail with `why`, a string literal.
  void detach(const char* why);

 private:
  Connection* connection_;
  std::optional<std::uint64_t> length_;
  const char* whyDetached_ = nullptr;
};

}  // namespace lathe::http
