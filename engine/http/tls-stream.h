#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/http/byte-stream.h"
#include "engine/http/tcp-stream.h"
#include "engine/http/tls-context.h"

struct ssl_st;

namespace lathe::http {

// TLS over TCP, for either side. The handshake is part of the first write of a client, and of the
// first read of a server. Counts on SIGPIPE being ignored.
class TlsStream final : public ByteStream, private ByteStream::Listener {
 public:
  // The client's side. `host` is the name or the address (without brackets) for which the server
  // needs a certificate. Owns `socket`, as TcpStream does. Throws std::runtime_error.
  TlsStream(TlsClientContext& context, Readiness& readiness, int socket, const std::string& host);
  // The server's side. Whoever speaks plain HTTP to it is told so and broken off. Owns `socket`.
  // Throws std::runtime_error.
  TlsStream(TlsServerContext& context, Readiness& readiness, int socket);
  ~TlsStream() override;

  Result read(std::span<char> room) override;
  Result write(std::span<const iovec> parts) override;
  void awaitReadable() override;
  void awaitWritable() override;
  void shutdown() override;
  bool peerHasLeft() const override { return tcp_.peerHasLeft(); }
  bool hasInput() const override;
  int descriptor() const override { return tcp_.descriptor(); }
  bool isEncrypted() const override { return true; }
  std::string failure() const override;

 private:
  // What an operation waits for: either may need either direction of the connection.
  enum class Need { input, output };

  TlsStream(Readiness& readiness, int socket);

  void useContext(ssl_ctx_st* context);
  Result outcomeOf(int result, std::size_t count, std::optional<Need>& need);
  void breakOff();
  void answerPlainHttp();
  void await(Need need);
  void readable() override;
  void writable() override;
  void tell();

  boost::asio::io_context& loop_;
  TcpStream tcp_;
  ssl_st* ssl_ = nullptr;
  // Of an operation that could not be done.
  std::optional<Need> readNeeds_;
  std::optional<Need> writeNeeds_;
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
