#include "engine/http/connection.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include "engine/http/encode-body.h"
#include "engine/http/peer.h"
#include "engine/http/request-body.h"
#include "engine/http/web-socket-connection.h"
#include "engine/io/web-socket-pair.h"

namespace lathe::http {

namespace net = boost::asio;

namespace {

constexpr std::size_t kHeadReadBytes = 2 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
// How much is read of what the handler has not asked for, only to see the client leave.
constexpr std::size_t kReadAheadBytesMax = 16 * 1024;
// A body of up to so many bytes is copied to stand behind its head.
constexpr std::size_t kCopiedBytesMax = 1024;

// How long a client that has just sent its FIN may take to let go of its socket.
constexpr std::chrono::milliseconds kPeerCheckDelay{10};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kRequestTimeout =
    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

constexpr const char* kUpgradeNotAskedFor =
    "Worker tried to return WebSocket in a response to a request which did not contain the header "
    "\"Upgrade: websocket\".";
constexpr const char* kClientLeft = "Can't read from request stream because client disconnected.";
constexpr const char* kResponseSent =
    "Can't read from request stream after response has been sent.";

iovec partOf(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

Connection::Connection(ConnectionPool& pool, std::unique_ptr<ByteStream> stream,
                       std::string clientAddress)
    : pool_(pool),
      clientAddress_(std::move(clientAddress)),
      self_(std::make_shared<Connection*>(this)),
      stream_(std::move(stream)) {
  stream_->setListener(*this);
}

Connection::~Connection() {
  *self_ = nullptr;
  stream_.reset();
  pendingResponse_ = {};
  task_.reset();
  detachBody(kClientLeft);
}

void Connection::begin() {
  task_.emplace(serve());
  waiting_ = nullptr;
  task_->resume();
  if (task_->done()) pool_.remove(*this);
}

void Connection::wake() {
  if (auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
  if (!task_->done()) return;
  if (auto error = task_->error()) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      pool_.report(std::string("a connection was given up: ") + exception.what());
    }
  }
  pool_.remove(*this);
}

void Connection::wakeLater() {
  net::post(pool_.loop(), [self = self_] {
    if (*self) (*self)->wake();
  });
}

bool Connection::finish() {
  if (phase_ == Phase::closing) return true;
  if (phase_ != Phase::idle || !input_.empty()) return false;
  // A request may have come that the loop has not seen yet.
  return !stream_->hasInput();
}

bool Connection::isOver(Moment now) {
  if (now >= deadline_ || now >= bodyDeadline_) {
    if (phase_ == Phase::head) sendRequestTimeout();
    return true;
  }
  return phase_ == Phase::handling && !reading_ && stream_->peerHasLeft();
}

std::optional<std::uint64_t> Connection::idleSince() const {
  // The rest of a request may have come that the loop has not seen yet. (What TLS has of a record
  // that is not whole is no rest of a request.)
  if (phase_ == Phase::handling || hasUnread(stream_->descriptor())) return std::nullopt;
  return idleSince_;
}

// ---- The life of a connection ----

Task Connection::serve() {
  for (;;) {
    parser_.emplace(pool_.limits(), stream_->isEncrypted() ? "https" : "http");
    phase_ = Phase::idle;
    idleSince_ = pool_.count();
    deadlineIn(pool_.limits().idleTimeout);
    for (;;) {
      if (!parser_->started()) {
        // RFC 9112 §2.2: some clients send an empty line after a body.
        while (input_.data().starts_with("\r\n")) input_.consume(2);
      }
      if (!input_.empty() && (parser_->started() || input_.data() != "\r")) {
        input_.consume(parser_->parseHead(input_.data()));
        if (parser_->headComplete() || parser_->refusal()) break;
      }
      if (inputEnded_ || broken_) co_return false;
      if (phase_ == Phase::idle && (parser_->started() || !input_.empty())) {
        phase_ = Phase::head;
        deadlineIn(pool_.limits().headerTimeout);
      }
      startRead();
      while (reading_) co_await somethingHappens();
    }

    phase_ = Phase::handling;
    noDeadline();
    bodyWaited_ = 0;
    bodyBytes_ = 0;
    bool keepAlive = false;
    {
      io::Response response;
      if (!parser_->refusal()) {
        continueOwed_ = parser_->expectsContinue() && !parser_->complete();
        webSocketRequest_ =
            parser_->hasUpgrade() ? readWebSocketRequest(parser_->message()) : nullptr;
        auto answer = handle();
        if (auto* atOnce = std::get_if<io::Response>(&answer)) {
          response = std::move(*atOnce);
        } else {
          pendingResponse_ = std::move(std::get<io::Pending<io::Response>>(answer));
          if (pendingResponse_.settled()) {
            response_.emplace(pendingResponse_.takeOutcome());
          } else {
            pendingResponse_.then([this](io::Outcome<io::Response> outcome) {
              response_.emplace(std::move(outcome));
              wakeLater();
            });
          }
          while (!response_) {
            watch();
            co_await somethingHappens();
            if (broken_) co_return false;
          }
          response = settle(std::move(*response_));
          response_.reset();
        }
      }
      // Also when the body turned out to be unacceptable while the handler was reading it.
      if (const auto& refusal = parser_->refusal()) {
        response = plainResponse(refusal->status, refusal->reason);
      }
      auto agreement = response.webSocket ? agree(response) : nullptr;

      encodeBody(response, parser_->isHead());

      const RequestTraits traits{parser_->http11(), parser_->isHead(), mayGoOn()};
      // From here on it would land in the middle of the response.
      continueOwed_ = false;
      auto framing = formatHead(head_, response, traits, pool_.date());
      if (!framing) {
        pool_.report(
            "a response was replaced by a 500: its status, status text or a header is not valid");
        response = plainResponse(500, "Internal Server Error");
        framing = formatHead(head_, response, traits, pool_.date());
      }
      keepAlive = framing->keepAlive;
      delivery_ = std::move(response.delivery);
      output_ = {};
      auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&response.body);
      if (source && *source && framing->kind != Framing::Kind::none) {
        output_[0] = partOf(head_);
        if (!co_await pump(std::move(*source), *framing)) co_return false;
      } else {
        auto* bytes = std::get_if<io::SharedBytes>(&response.body);
        if (bytes && *bytes && framing->kind == Framing::Kind::counted) {
          // The kernel takes one piece 5 % sooner than two.
          if ((*bytes)->size() <= kCopiedBytesMax) {
            head_.append(**bytes);
          } else {
            output_[1] = partOf(**bytes);
          }
        }
        output_[0] = partOf(head_);
        if (!writeNow() && !co_await flush()) co_return false;
        if (broken_) co_return false;
        if (agreement) {
          becomeWebSocket(std::move(agreement));
          co_return true;
        }
      }
    }
    delivery_.reset();
    detachBody(kResponseSent);
    if (keepAlive && !parser_->complete()) keepAlive = co_await skipBody();
    if (!keepAlive || pool_.finishing()) co_return co_await linger();
  }
}

Answer Connection::handle() {
  std::unique_ptr<RequestBody> body;
  if (!parser_->complete()) {
    body = std::make_unique<RequestBody>(*this, parser_->contentLength());
    body_ = body.get();
  }
  try {
    return pool_.handler()(takeHead(), std::move(body));
  } catch (...) {
    return settle(std::current_exception());
  }
}

io::RequestHead Connection::takeHead() {
  if (parser_->origin().empty() && !parser_->targetIsAbsolute()) {
    // HTTP/1.0 without a Host: the address that the client connected to stands in for its name.
    net::ip::tcp::endpoint local;
    auto size = static_cast<socklen_t>(local.capacity());
    ::getsockname(stream_->descriptor(), local.data(), &size);
    const auto address = local.address().to_string();
    parser_->origin() = std::string(parser_->scheme()) + "://" +
                        (local.address().is_v6() ? "[" + address + "]" : address) + ":" +
                        std::to_string(local.port());
  }
  return {std::move(parser_->message()), std::move(parser_->origin()), clientAddress_};
}

io::Response Connection::settle(io::Outcome<io::Response> outcome) {
  try {
    return outcome.take();
  } catch (const std::exception& exception) {
    pool_.report(std::string("a request failed: ") + exception.what());
  }
  return plainResponse(500, "Internal Server Error");
}

std::unique_ptr<WebSocketAgreement> Connection::agree(io::Response& response) {
  if (response.status != 101) return nullptr;
  if (!webSocketRequest_) {
    pool_.report(kUpgradeNotAskedFor);
    response = plainResponse(500, "Internal Server Error");
    return nullptr;
  }
  auto refusal = std::move(webSocketRequest_->refusal);
  if (!refusal && !parser_->complete()) {
    refusal = Refusal{400, "A request for a WebSocket cannot have a body."};
  }
  if (!refusal) return acceptWebSocket(*webSocketRequest_, response);
  response = plainResponse(refusal->status, refusal->reason);
  if (refusal->status == 426) {
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
  }
  return nullptr;
}

bool Connection::mayGoOn() const {
  if (parser_->refusal() || pool_.finishing() || !parser_->keepAlive()) return false;
  if (inputEnded_ && input_.empty()) return false;
  if (parser_->complete()) return true;
  // A client that was not told to continue may send the body, or the next request: nobody can know.
  if (continueOwed_) return false;
  return parser_->remaining().value_or(0) <= pool_.limits().drainBytesMax;
}

Task Connection::pump(std::unique_ptr<io::BodySource> source, Framing framing) {
  // The longest chunk header: 16 digits and the line break.
  std::array<char, 18> sizeLine;
  const bool chunked = framing.kind == Framing::Kind::chunked;
  for (;;) {
    pendingPiece_ = source->read();
    if (pendingPiece_.settled()) {
      piece_.emplace(pendingPiece_.takeOutcome());
    } else {
      pendingPiece_.then([this](io::Outcome<std::string> outcome) {
        piece_.emplace(std::move(outcome));
        wakeLater();
      });
      // The head must not wait for a body that takes its time.
      if (!writeNow() && !co_await flush()) co_return false;
      while (!piece_) {
        if (broken_) co_return false;
        watch();
        co_await somethingHappens();
      }
    }
    if (broken_ || piece_->failed()) co_return false;
    const std::string piece = piece_->take();
    piece_.reset();

    // Of `output_` only the head can be left, in front.
    if (piece.empty()) {
      // A body shorter than it said can only be told by ending the connection.
      if (framing.kind == Framing::Kind::counted && framing.length != 0) co_return false;
      if (chunked) output_[1] = partOf("0\r\n\r\n");
      if (!writeNow() && !co_await flush()) co_return false;
      co_return !broken_;
    }
    if (framing.kind == Framing::Kind::counted) {
      if (piece.size() > framing.length) co_return false;
      framing.length -= piece.size();
    }
    if (chunked) {
      auto* end = std::to_chars(sizeLine.data(), sizeLine.data() + 16, piece.size(), 16).ptr;
      *end++ = '\r';
      *end++ = '\n';
      output_[1] = {sizeLine.data(), static_cast<std::size_t>(end - sizeLine.data())};
      output_[3] = partOf("\r\n");
    }
    output_[2] = partOf(piece);
    if (!writeNow() && !co_await flush()) co_return false;
    if (broken_) co_return false;
  }
}

Task Connection::skipBody() {
  deadlineIn(pool_.limits().lingerTimeout);
  std::uint64_t skipped = 0;
  for (;;) {
    input_.consume(parser_->parseBody(input_.data()));
    skipped += parser_->body().size();
    parser_->body().clear();
    if (parser_->complete()) co_return true;
    if (parser_->refusal() || skipped > pool_.limits().drainBytesMax) co_return false;
    if (inputEnded_ || broken_) co_return false;
    startRead();
    while (reading_) co_await somethingHappens();
  }
}

// Closing a socket while the client is still sending resets the connection, and the reset may
// destroy the response before the client has read it (RFC 9112 §9.6).
Task Connection::linger() {
  phase_ = Phase::closing;
  stream_->shutdown();
  if (pool_.finishing()) co_return true;
  deadlineIn(pool_.limits().lingerTimeout);
  while (!inputEnded_ && !broken_) {
    if (!reading_) input_.consume(input_.size());
    startRead();
    while (reading_) co_await somethingHappens();
  }
  co_return true;
}

void Connection::becomeWebSocket(std::unique_ptr<WebSocketAgreement> agreement) {
  WebSocketConnection::Setup setup;
  setup.deflate = agreement->deflate;
  setup.stream = std::move(stream_);
  // What has been read ahead is the beginning of the frames.
  setup.input = input_.data();
  setup.keptAlive = std::move(agreement->upgrade->keptAlive);
  setup.delivery = std::move(delivery_);
  io::joinWebSockets(std::move(agreement->upgrade->socket),
                     WebSocketConnection::open(pool_, std::move(setup)));
}

// ---- Reading ----

void Connection::startRead() {
  if (reading_ || inputEnded_ || broken_) return;
  reading_ = true;
  stream_->awaitReadable();
}

void Connection::readable() {
  reading_ = false;
  const bool inBulk = bodyReader_ || phase_ == Phase::closing;
  const auto result = stream_->read(input_.room(inBulk ? kBodyReadBytes : kHeadReadBytes));
  input_.commit(result.count);
  if (result.state == ByteStream::State::ended) inputEnded_ = true;
  if (result.state == ByteStream::State::broken) broken_ = true;
  if (bodyReader_) advanceBody();
  if (inputEnded_ && phase_ == Phase::handling) checkPeer();
  wake();
}

void Connection::watch() {
  if (input_.size() < kReadAheadBytesMax) startRead();
}

void Connection::checkPeer() {
  if (stream_->peerHasLeft()) {
    broken_ = true;
    return;
  }
  peerCheck_.emplace(pool_.loop(), kPeerCheckDelay);
  peerCheck_->async_wait([self = self_](const boost::system::error_code& error) {
    auto* connection = *self;
    if (error || !connection || connection->phase_ != Phase::handling) return;
    if (connection->stream_->peerHasLeft()) connection->broken_ = true;
    connection->wake();
  });
}

// ---- The request's body ----

io::Pending<std::string> Connection::readBody() {
  using Piece = io::Pending<std::string>;
  if (auto outcome = nextPiece()) {
    return outcome->failed() ? Piece::failed(outcome->error()) : Piece::ready(outcome->take());
  }
  if (std::exchange(continueOwed_, false)) sendContinue();
  auto channel = io::makePending<std::string>();
  bodyReader_ = std::move(channel.resolver);
  beginBodyWait();
  startRead();
  return std::move(channel.pending);
}

std::optional<io::Outcome<std::string>> Connection::nextPiece() {
  const auto failure = [](io::BodyError::Kind kind, const std::string& message) {
    return io::Outcome<std::string>(std::make_exception_ptr(io::BodyError(kind, message)));
  };
  if (!input_.empty()) {
    continueOwed_ = false;
    input_.consume(parser_->parseBody(input_.data()));
  }
  if (!parser_->body().empty()) {
    bodyBytes_ += parser_->body().size();
    return std::exchange(parser_->body(), {});
  }
  if (const auto& refusal = parser_->refusal()) {
    return failure(
        refusal->status == 413 ? io::BodyError::Kind::tooLarge : io::BodyError::Kind::malformed,
        refusal->reason);
  }
  if (parser_->complete()) return std::string();
  if (inputEnded_ || broken_) return failure(io::BodyError::Kind::disconnected, kClientLeft);
  return std::nullopt;
}

void Connection::beginBodyWait() {
  const auto& limits = pool_.limits();
  bodyWaitBegin_ = pool_.now();
  const std::chrono::milliseconds earned(bodyBytes_ * 1000 / limits.bodyBytesPerSecondMin);
  const auto spent = static_cast<std::int64_t>(bodyWaited_) * limits.sweepInterval;
  const auto left = std::max(limits.bodyGrace + earned - spent, std::chrono::milliseconds(0));
  bodyDeadline_ = pool_.after(std::min(limits.bodyTimeout, left));
}

void Connection::endBodyWait() {
  if (bodyWaitBegin_) bodyWaited_ += pool_.now() - *bodyWaitBegin_;
  bodyWaitBegin_.reset();
  bodyDeadline_ = ConnectionPool::kNever;
}

void Connection::advanceBody() {
  endBodyWait();
  if (!bodyReader_->wanted()) {
    // Whoever asked has gone; the bytes stay for whoever asks next.
    bodyReader_.reset();
  } else if (auto outcome = nextPiece()) {
    auto reader = std::move(*bodyReader_);
    bodyReader_.reset();
    reader.settle(std::move(*outcome));
  } else {
    beginBodyWait();
    startRead();
  }
}

void Connection::sendContinue() {
  const auto part = partOf(kContinue);
  // Half of it would spoil the response. That needs a client that sends more and more without
  // reading.
  if (stream_->write({&part, 1}).count != kContinue.size()) broken_ = true;
}

void Connection::detachBody(const char* why) {
  if (body_) std::exchange(body_, nullptr)->detach(why);
  endBodyWait();
  if (!bodyReader_) return;
  auto reader = std::move(*bodyReader_);
  bodyReader_.reset();
  reader.reject(std::make_exception_ptr(io::BodyError(io::BodyError::Kind::disconnected, why)));
}

// ---- Writing ----

bool Connection::writeNow() {
  while (!broken_) {
    const auto first =
        std::ranges::find_if(output_, [](const iovec& part) { return part.iov_len != 0; });
    if (first == output_.end()) break;
    auto end = output_.end();
    while (std::prev(end)->iov_len == 0) --end;
    const auto result = stream_->write({first, end});
    if (result.state == ByteStream::State::wouldBlock) return false;
    if (result.state == ByteStream::State::broken) broken_ = true;
    auto written = result.count;
    for (auto& part : output_) {
      const auto taken = std::min(part.iov_len, written);
      part.iov_base = static_cast<char*>(part.iov_base) + taken;
      part.iov_len -= taken;
      written -= taken;
    }
  }
  return true;
}

Task Connection::flush() {
  while (!writeNow()) {
    deadlineIn(pool_.limits().writeTimeout);
    awaitingWritable_ = true;
    stream_->awaitWritable();
    while (awaitingWritable_) {
      co_await somethingHappens();
      if (broken_) co_return false;
    }
  }
  noDeadline();
  co_return !broken_;
}

void Connection::writable() {
  awaitingWritable_ = false;
  wake();
}

void Connection::sendRequestTimeout() {
  const auto part = partOf(kRequestTimeout);
  stream_->write({&part, 1});
}

}  // namespace lathe::http
