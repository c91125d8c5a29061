#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/http/byte-stream.h"
#include "engine/http/connection-pool.h"
#include "engine/http/web-socket-deflate.h"
#include "engine/http/web-socket-end.h"
#include "engine/http/web-socket-extensions.h"
#include "engine/http/web-socket-frame.h"
#include "engine/http/web-socket-output.h"
#include "engine/http/web-socket-reader.h"
#include "engine/io/web-socket.h"

namespace lathe::http {

// A WebSocket over the network, after its handshake. The pool owns it; whoever talks through it has
// a WebSocketEnd. An idle one has no buffers: it waits until there is something to read, and reads
// that into the pool's.
//
// Everything happens in turns: the stream is ready, or the end has asked for something. A turn
// takes in what has come, and at its end all that was said meanwhile leaves in one write.
class WebSocketConnection final : public PooledConnection,
                                  private ByteStream::Listener,
                                  private WriteTurns::Writer {
 public:
  struct Setup {
    WebSocketRole role = WebSocketRole::server;
    std::optional<DeflateParameters> deflate;
    std::unique_ptr<ByteStream> stream;
    // What has come from the stream already.
    std::string input;
    // Released, in this order, when the connection has ended.
    std::shared_ptr<void> keptAlive;
    std::shared_ptr<void> delivery;
  };

  // Makes a connection that belongs to `pool`, and gives the end through which it is used.
  static std::unique_ptr<io::WebSocket> open(ConnectionPool& pool, Setup setup);

  WebSocketConnection(ConnectionPool& pool, Setup setup);
  ~WebSocketConnection() override;

  // ---- for the pool ----
  // Says good-bye with a Close of 1001 (going away).
  bool finish() override;
  bool isOver(Moment now) override;

  // ---- for the end: see io::WebSocket ----
  void send(io::WebSocket::Message message);
  void close(io::WebSocket::Close close);
  std::size_t bufferedBytes() const { return bufferedBytes_; }
  io::Pending<void> sent();
  void limitMessages(std::size_t bytes) { reader_.limitMessages(bytes); }
  // All that has been delivered has been taken.
  void wantInput() { turnLater(); }
  void forgetEnd();

 private:
  struct Sender {
    std::uint64_t until;  // settles when so many bytes have left
    io::Resolver<void> resolver;
  };

  void readable() override;
  void writable() override;
  void writeTurn() override;

  void turnLater();
  // The last thing that a callback does: the connection may be gone afterwards.
  void endTurn();

  // ---- in ----
  bool wantsInput() const;
  void process(std::span<char> input);
  void handle(WebSocketReader::Event event);
  void fail(WebSocketReader::Failure failure);

  // ---- out ----
  void flush();
  void settleSenders();

  // Whether there is somebody here who may still say something.
  bool isOpen() const { return end_ && !outClosed_ && !failed_ && !closing_; }
  // Both sides have said all they had to say: what is left is to let go of the stream.
  bool isComplete() const;
  void beginClosing();
  void renewDeadline();
  // Asks an open connection's peer for a sign of life, unless that has been in vain.
  bool ping();

  ConnectionPool& pool_;
  const WebSocketRole role_;
  std::unique_ptr<ByteStream> stream_;
  WebSocketEnd* end_ = nullptr;
  std::shared_ptr<void> delivery_;
  std::shared_ptr<void> keptAlive_;
  Moment deadline_ = kNever;

  bool inTurn_ = false;
  bool awaitingReadable_ = false;
  bool awaitingWritable_ = false;

  bool inputEnded_ = false;  // the stream, with or without a Close
  bool inClosed_ = false;    // the peer's Close has come
  bool outClosed_ = false;   // ours has been queued
  bool failed_ = false;      // the peer has broken the protocol
  bool dropped_ = false;     // the end has gone without a Close
  bool broken_ = false;      // the stream is of no use any more
  bool closing_ = false;
  bool pinged_ = false;  // since the peer has last said something

  WebSocketReader reader_;
  // What came with messages that nobody has asked for yet, and is not taken apart before.
  std::string unread_;

  WebSocketOutput output_;
  std::optional<MessageDeflater> deflater_;
  std::size_t bufferedBytes_ = 0;
  // The answer to the last ping that came while the peer did not read.
  std::unique_ptr<std::string> pong_;
  std::list<Sender> senders_;
};

}  // namespace lathe::http
