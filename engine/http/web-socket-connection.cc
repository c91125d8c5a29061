#include "engine/http/web-socket-connection.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace lathe::http {

namespace {

constexpr std::uint16_t kGoingAway = 1001;

// How much may lie with the end before the rest of the input is left as it is. Only compressed
// messages can make so much of one read.
constexpr std::size_t kInboxBytesMax = 256 * 1024;

// What is left of the 125 bytes of a control frame.
constexpr std::size_t kReasonBytesMax = FrameHead::kControlBytesMax - 2;

std::exception_ptr errorOf(io::WebSocketError::Kind kind, const std::string& message) {
  return std::make_exception_ptr(io::WebSocketError(kind, message));
}

std::exception_ptr disconnected() {
  return errorOf(io::WebSocketError::Kind::disconnected, io::kWebSocketDisconnected);
}

std::string payloadOf(const io::WebSocket::Close& close) {
  std::string payload;
  if (close.code == io::WebSocket::Close::kNoCode) return payload;
  payload.push_back(static_cast<char>(close.code >> 8));
  payload.push_back(static_cast<char>(close.code));
  payload.append(close.reason, 0, kReasonBytesMax);
  return payload;
}

// Compresses what `sender` has to say.
template <class Codec>
std::optional<Codec> codecFor(WebSocketRole sender,
                              const std::optional<DeflateParameters>& deflate) {
  if (!deflate) return std::nullopt;
  return Codec(sender == WebSocketRole::server ? deflate->server : deflate->client);
}

WebSocketRole peerOf(WebSocketRole role) {
  return role == WebSocketRole::server ? WebSocketRole::client : WebSocketRole::server;
}

}  // namespace

std::unique_ptr<io::WebSocket> WebSocketConnection::open(ConnectionPool& pool, Setup setup) {
  auto owned = std::make_unique<WebSocketConnection>(pool, std::move(setup));
  auto& connection = *owned;
  auto end = std::make_unique<WebSocketEnd>(connection);
  connection.end_ = end.get();
  connection.renewDeadline();
  pool.adopt(std::move(owned));
  if (pool.finishing()) connection.finish();
  connection.turnLater();
  return end;
}

WebSocketConnection::WebSocketConnection(ConnectionPool& pool, Setup setup)
    : pool_(pool),
      role_(setup.role),
      stream_(std::move(setup.stream)),
      delivery_(std::move(setup.delivery)),
      keptAlive_(std::move(setup.keptAlive)),
      reader_(role_, codecFor<MessageInflater>(peerOf(role_), setup.deflate)),
      unread_(std::move(setup.input)),
      output_(role_),
      deflater_(codecFor<MessageDeflater>(role_, setup.deflate)) {
  stream_->setListener(*this);
}

WebSocketConnection::~WebSocketConnection() {
  pool_.writeTurns().leave(*this);
  stream_.reset();
  for (auto& sender : std::exchange(senders_, {})) sender.resolver.resolve();
  if (end_) std::exchange(end_, nullptr)->finish(disconnected());
}

// ---- Turns ----

void WebSocketConnection::readable() {
  awaitingReadable_ = false;
  inTurn_ = true;
  const auto room = pool_.scratch();
  const auto result = stream_->read(room);
  switch (result.state) {
    case ByteStream::State::ok:
      pinged_ = false;
      if (end_) renewDeadline();
      process(room.first(result.count));
      break;
    case ByteStream::State::wouldBlock:
      break;
    case ByteStream::State::ended:
      inputEnded_ = true;
      // A peer that stops sending without having said so is gone.
      if (!inClosed_ && !failed_) broken_ = true;
      break;
    case ByteStream::State::broken:
      broken_ = true;
      break;
  }
  endTurn();
}

void WebSocketConnection::writable() {
  awaitingWritable_ = false;
  inTurn_ = true;
  endTurn();
}

void WebSocketConnection::turnLater() {
  if (!inTurn_) pool_.writeTurns().join(*this);
}

void WebSocketConnection::writeTurn() {
  inTurn_ = true;
  endTurn();
}

void WebSocketConnection::endTurn() {
  if (!unread_.empty() && (!end_ || end_->inboxIsEmpty())) {
    auto input = std::exchange(unread_, {});
    process(input);
  }
  if (!dropped_ && !broken_) flush();
  inTurn_ = false;
  if (!dropped_ && !broken_ && !closing_ && isComplete()) beginClosing();
  if (dropped_ || broken_ || (closing_ && inputEnded_)) return pool_.remove(*this);

  // Who heard of something in this turn may have asked for more.
  if (!output_.empty() && !awaitingWritable_) turnLater();
  if (!unread_.empty() && end_ && end_->inboxIsEmpty()) turnLater();
  if (wantsInput()) {
    awaitingReadable_ = true;
    stream_->awaitReadable();
  }
}

// ---- In ----

bool WebSocketConnection::wantsInput() const {
  if (awaitingReadable_ || inputEnded_ || !unread_.empty()) return false;
  // After its Close the peer has nothing more to say; but it may leave.
  if (closing_ || inClosed_) return true;
  return !failed_ && (!end_ || end_->inboxIsEmpty());
}

void WebSocketConnection::process(std::span<char> input) {
  while (!inClosed_ && !failed_ && !dropped_) {
    if (end_ && end_->inboxBytes() > kInboxBytesMax && !input.empty()) {
      unread_.assign(input.data(), input.size());
      return;
    }
    auto event = reader_.next(input);
    if (!event) return;
    handle(std::move(*event));
  }
}

void WebSocketConnection::handle(WebSocketReader::Event event) {
  if (auto* message = std::get_if<io::WebSocket::Message>(&event)) {
    if (end_) end_->deliver(std::move(*message));
  } else if (auto* close = std::get_if<io::WebSocket::Close>(&event)) {
    inClosed_ = true;
    if (isOpen()) renewDeadline();
    if (end_) end_->deliver(std::move(*close));
  } else if (auto* ping = std::get_if<WebSocketReader::Ping>(&event)) {
    if (outClosed_) return;
    if (awaitingWritable_) {
      // §5.5.3: the last one may stand for all. A peer that does not read costs no more memory.
      pong_ = std::make_unique<std::string>(std::move(ping->payload));
    } else {
      output_.add(Opcode::pong, std::move(ping->payload));
    }
  } else {
    fail(std::move(std::get<WebSocketReader::Failure>(event)));
  }
}

// §7.1.7
void WebSocketConnection::fail(WebSocketReader::Failure failure) {
  failed_ = true;
  close({failure.code, failure.reason});
  deadline_ = pool_.after(pool_.limits().lingerTimeout);
  if (end_) {
    std::exchange(end_, nullptr)
        ->finish(errorOf(io::WebSocketError::Kind::protocol, failure.reason));
  }
}

// ---- Out ----

void WebSocketConnection::send(io::WebSocket::Message message) {
  if (outClosed_ || broken_) return;
  if (bufferedBytes_ > pool_.limits().webSocketOutputBytesMax) {
    broken_ = true;
    pool_.report("a WebSocket was cut off, because its peer does not read what it is sent");
    return turnLater();
  }
  bufferedBytes_ += message.bytes.size();
  const auto opcode =
      message.kind == io::WebSocket::Message::Kind::text ? Opcode::text : Opcode::binary;
  if (deflater_ && deflater_->wants(message.bytes.size())) {
    output_.add(opcode, deflater_->compress(message.bytes), WebSocketOutput::Form::compressed);
  } else {
    output_.add(opcode, std::move(message.bytes));
  }
  turnLater();
}

void WebSocketConnection::close(io::WebSocket::Close close) {
  if (outClosed_) return;
  outClosed_ = true;
  pong_.reset();
  output_.add(Opcode::close, payloadOf(close));
  renewDeadline();
  turnLater();
}

io::Pending<void> WebSocketConnection::sent() {
  if (output_.empty()) return io::Pending<void>::ready();
  auto channel = io::makePending<void>();
  senders_.push_back({output_.queued(), std::move(channel.resolver)});
  return std::move(channel.pending);
}

void WebSocketConnection::flush() {
  if (awaitingWritable_) return;
  const auto before = output_.written();
  auto state = output_.flush(*stream_);
  if (state == ByteStream::State::ok && pong_) {
    output_.add(Opcode::pong, std::move(*std::exchange(pong_, nullptr)));
    state = output_.flush(*stream_);
  }
  if (state == ByteStream::State::broken) {
    broken_ = true;
    return;
  }
  if (state == ByteStream::State::wouldBlock) {
    awaitingWritable_ = true;
    stream_->awaitWritable();
  }
  if (output_.written() == before) return;
  if (!isOpen()) renewDeadline();
  bufferedBytes_ = std::min<std::uint64_t>(bufferedBytes_, output_.queued() - output_.written());
  settleSenders();
}

void WebSocketConnection::settleSenders() {
  std::list<Sender> heard;
  while (!senders_.empty() && senders_.front().until <= output_.written()) {
    heard.splice(heard.end(), senders_, senders_.begin());
  }
  for (auto& sender : heard) sender.resolver.resolve();
}

// ---- The end ----

void WebSocketConnection::forgetEnd() {
  end_ = nullptr;
  if (outClosed_) {
    renewDeadline();
  } else {
    dropped_ = true;
  }
  turnLater();
}

bool WebSocketConnection::isComplete() const {
  return outClosed_ && output_.empty() && (inClosed_ || failed_);
}

// §7.1.1: the server is the first to let go. It waits for the client to have read everything,
// because closing a socket that has unread input destroys what is under way.
void WebSocketConnection::beginClosing() {
  closing_ = true;
  if (role_ == WebSocketRole::server || failed_) stream_->shutdown();
  deadline_ = pool_.after(pool_.limits().lingerTimeout);
  if (end_) std::exchange(end_, nullptr)->finish(disconnected());
  keptAlive_.reset();
  delivery_.reset();
}

void WebSocketConnection::renewDeadline() {
  if (failed_ || closing_) return;
  if (!isOpen()) {
    deadline_ = pool_.after(pool_.limits().closeTimeout);
  } else {
    // After its Close the peer has nothing more to say, and we may take our time.
    deadline_ = inClosed_ ? kNever : pool_.after(pool_.limits().pingInterval);
  }
}

bool WebSocketConnection::finish() {
  if (!closing_) close({kGoingAway, ""});
  return false;
}

bool WebSocketConnection::isOver(Moment now) {
  if (now < deadline_) return inputEnded_ && !closing_ && stream_->peerHasLeft();
  const bool heldUp = end_ && !end_->inboxIsEmpty() && !inClosed_ && (isOpen() || output_.empty());
  if (heldUp || ping()) {
    // It is not the peer who keeps us waiting, or not yet.
    renewDeadline();
    return false;
  }
  return true;
}

bool WebSocketConnection::ping() {
  if (!isOpen() || std::exchange(pinged_, true)) return false;
  output_.add(Opcode::ping, {});
  turnLater();
  return true;
}

}  // namespace lathe::http
