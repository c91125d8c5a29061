#pragma once

#include <memory>

#include "engine/http/byte-stream.h"
#include "engine/http/readiness.h"

namespace lathe::http {

class TcpStream final : public ByteStream, private Readiness::Watcher {
 public:
  // Owns `socket`, which is connected; `readiness` must outlive the stream. Throws
  // std::system_error.
  TcpStream(Readiness& readiness, int socket);
  ~TcpStream() override;

  Result read(std::span<char> room) override;
  Result write(std::span<const iovec> parts) override;
  void awaitReadable() override;
  void awaitWritable() override;
  void shutdown() override;
  bool peerHasLeft() const override;

  bool hasInput() const override;
  int descriptor() const override { return socket_; }

  // For who reads past this class: a read of the socket has found nothing.
  void drained() { readable_ = false; }

 private:
  void ready(unsigned events) override;

  Readiness& readiness_;
  const int socket_;
  // As far as anybody has told, or has found out by trying.
  bool readable_ = false;
  bool readableAwaited_ = false;
  bool writableAwaited_ = false;
  // The peer's end has been seen; it stays to be read after everything else.
  bool ending_ = false;
  // What callbacks hold instead of a pointer: null once the stream is gone.
  std::shared_ptr<TcpStream*> self_;
};

}  // namespace lathe::http
