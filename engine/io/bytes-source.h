#pragma once

#include "engine/io/http-message.h"

namespace lathe::io {

// A body whose bytes are in hand: one piece, then the end.
class BytesSource final : public BodySource {
 public:
  explicit BytesSource(SharedBytes bytes) : bytes_(std::move(bytes)) {}

  std::optional<std::uint64_t> length() const override { return bytes_ ? bytes_->size() : 0; }

  Pending<std::string> read() override {
    auto bytes = std::exchange(bytes_, nullptr);
    return Pending<std::string>::ready(bytes ? std::string(*bytes) : std::string());
  }

 private:
  SharedBytes bytes_;
};

}  // namespace lathe::io
