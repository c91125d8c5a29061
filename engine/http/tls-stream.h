#pragma once

#include <memory>
#include <string>

#include "engine/http/byte-stream.h"
#include "engine/http/tcp-stream.h"

struct ssl_ctx_st;
struct ssl_st;

namespace lathe::http {

// What the TLS connections of a client have in common: the certificates that this machine trusts.
// Read when the first of them needs it.
class TlsContext {
 public:
  TlsContext() = default;
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Throws std::runtime_error.
  ssl_ctx_st* get();

 private:
  ssl_ctx_st* context_ = nullptr;
};

// The client's side of TLS. The handshake is part of the first write. Counts on SIGPIPE being
// ignored.
class TlsStream final : public ByteStream, private ByteStream::Listener {
 public:
  // `host` is the name or the address (without brackets) for which the server needs a certificate.
  // Owns `socket`, as TcpStream does. Throws std::runtime_error.
  TlsStream(TlsContext& context, Readiness& readiness, int socket, const std::string& host);
  ~TlsStream() override;

  Result read(std::span<char> room) override;
  Result write(std::span<const iovec> parts) override;
  void awaitReadable() override;
  void awaitWritable() override;
  void shutdown() override;
  bool peerHasLeft() const override { return tcp_.peerHasLeft(); }
  bool hasInput() const override { return tcp_.hasInput(); }
  int descriptor() const override { return tcp_.descriptor(); }
  std::string failure() const override;

 private:
  // What an operation waits for: either may need either direction of the connection.
  enum class Need { input, output };

  Result outcomeOf(int result, std::size_t count, Need& need);
  void await(Need need);
  void readable() override;
  void writable() override;
  void tell();

  boost::asio::io_context& loop_;
  TcpStream tcp_;
  ssl_st* ssl_ = nullptr;
  Need readNeeds_ = Need::input;
  Need writeNeeds_ = Need::output;
  bool readableAwaited_ = false;
  bool writableAwaited_ = false;
  bool awaitingInput_ = false;
  bool awaitingOutput_ = false;
  bool broken_ = false;
  std::string failure_;
  // What callbacks hold instead of a pointer: null once the stream is gone.
  std::shared_ptr<TlsStream*> self_;
};

}  // namespace lathe::http
