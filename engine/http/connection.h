#pragma once

#include <array>
#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>
#include <sys/uio.h>

#include "engine/http/byte-stream.h"
#include "engine/http/connection-pool.h"
#include "engine/http/handler.h"
#include "engine/http/input-buffer.h"
#include "engine/http/request-parser.h"
#include "engine/http/response-head.h"
#include "engine/http/task.h"
#include "engine/http/web-socket-handshake.h"

namespace lathe::http {

class RequestBody;

// One client's connection: a coroutine that reads a request, has it handled, writes the response
// and begins again. The pool owns it; destroying it is how it is ended from outside, at any point
// where the coroutine waits, and drops whatever it waits for.
//
// At most one wait for input is under way. While a handler works it watches for the client to
// leave, and what it brings is the beginning of the next request or, when somebody asks, of the
// body. So nothing has to be cancelled when the response is there first.
//
// When the response accepts a WebSocket the connection hands its stream on and goes.
class Connection final : public PooledConnection, private ByteStream::Listener {
 public:
  Connection(ConnectionPool& pool, std::unique_ptr<ByteStream> stream, std::string clientAddress);
  ~Connection() override;

  // ---- for the pool ----
  void begin();
  // Nobody misses it when no byte of a request has come, or the response is out already.
  bool finish() override;
  bool isOver(Moment now) override;
  std::optional<std::uint64_t> idleSince() const override;

  // ---- for the request's body ----
  io::Pending<std::string> readBody();
  void forgetBody() { body_ = nullptr; }

 private:
  enum class Phase {
    idle,      // waiting for the first byte of a request
    head,      // in the middle of a request's head
    handling,  // from there to the last byte of the response
    closing,   // waiting for the client to notice that this was the last response
  };

  // Suspends until something has happened; what, has to be looked up.
  struct Wakeup {
    Connection& connection;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const noexcept {
      connection.waiting_ = waiting;
    }
    void await_resume() const noexcept {}
  };
  Wakeup somethingHappens() { return {*this}; }
  // Resumes the coroutine. It may be over then and `this` destroyed: the last thing a callback
  // does.
  void wake();
  // The same from the loop, for callbacks that run deep inside of somebody else's call.
  void wakeLater();

  Task serve();
  Task pump(std::unique_ptr<io::BodySource> source, Framing framing);
  Task flush();
  Task skipBody();
  Task linger();
  void becomeWebSocket(std::unique_ptr<WebSocketAgreement> agreement);

  // ---- the request ----
  Answer handle();
  io::RequestHead takeHead();
  // What an outcome says, or a 500 for one that failed.
  io::Response settle(io::Outcome<io::Response> outcome);
  bool mayGoOn() const;
  // What has been agreed upon when `response` accepts a WebSocket that the client has asked for,
  // else null: an acceptance that nobody has asked for becomes an error.
  std::unique_ptr<WebSocketAgreement> agree(io::Response& response);

  // ---- reading ----
  void startRead();
  void readable() override;
  // Keeps a read under way while a handler works, as long as there is room for what it may bring.
  void watch();
  void checkPeer();

  // The next piece of the body, its end or its failure; nothing when more input is needed.
  std::optional<io::Outcome<std::string>> nextPiece();
  void advanceBody();
  // From here on somebody waits for the body, and then does not any more.
  void beginBodyWait();
  void endBodyWait();
  void sendContinue();
  void detachBody(const char* why);

  // ---- writing ----
  // Hands output to the kernel. False when that is full; broken when the client is gone.
  bool writeNow();
  void writable() override;
  void sendRequestTimeout();

  void deadlineIn(std::chrono::milliseconds time) { deadline_ = pool_.after(time); }
  void noDeadline() { deadline_ = kNever; }

  ConnectionPool& pool_;
  std::string clientAddress_;
  // What callbacks hold instead of a pointer: null once the connection is gone.
  std::shared_ptr<Connection*> self_;

  Phase phase_ = Phase::idle;
  // Until when the coroutine, and a reader of the request's body, are willing to wait.
  Moment deadline_ = kNever;
  Moment bodyDeadline_ = kNever;
  // Of the request's body: since when somebody waits for it, how long that was before, in sweeps,
  // and how many bytes have come of it.
  std::optional<Moment> bodyWaitBegin_;
  Moment bodyWaited_ = 0;
  std::uint64_t bodyBytes_ = 0;
  // When the connection began to wait for a request, on the pool's count.
  std::uint64_t idleSince_ = 0;
  bool reading_ = false;
  bool awaitingWritable_ = false;
  bool inputEnded_ = false;
  bool broken_ = false;
  bool continueOwed_ = false;

  InputBuffer input_;
  std::optional<RequestParser> parser_;
  // Of a request that asks for a WebSocket.
  std::unique_ptr<WebSocketRequest> webSocketRequest_;

  RequestBody* body_ = nullptr;
  std::optional<io::Resolver<std::string>> bodyReader_;

  std::string head_;
  // What is still to be written, in order. The bytes belong to somebody else.
  std::array<iovec, 4> output_;

  std::shared_ptr<void> delivery_;
  io::Pending<io::Response> pendingResponse_;
  std::optional<io::Outcome<io::Response>> response_;
  io::Pending<std::string> pendingPiece_;
  std::optional<io::Outcome<std::string>> piece_;

  std::optional<boost::asio::steady_timer> peerCheck_;
  std::unique_ptr<ByteStream> stream_;
  std::coroutine_handle<> waiting_;
  // Last, so that the frame goes first: it refers to everything above.
  std::optional<Task> task_;
};

}  // namespace lathe::http
