#include "engine/http/tcp-stream.h"

#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/http/peer.h"

namespace lathe::http {

namespace {

ByteStream::Result outcomeOf(ssize_t count) {
  using State = ByteStream::State;
  if (count >= 0) return {State::ok, static_cast<std::size_t>(count)};
  const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
  return {later ? State::wouldBlock : State::broken};
}

}  // namespace

TcpStream::TcpStream(Readiness& readiness, int socket)
    : readiness_(readiness), socket_(socket), self_(std::make_shared<TcpStream*>(this)) {
  try {
    readiness_.add(socket_, *this);
  } catch (...) {
    ::close(socket_);
    throw;
  }
}

TcpStream::~TcpStream() {
  *self_ = nullptr;
  readiness_.remove(socket_, *this);
  ::close(socket_);
}

ByteStream::Result TcpStream::read(std::span<char> room) {
  const auto result = outcomeOf(::recv(socket_, room.data(), room.size(), MSG_DONTWAIT));
  // epoll(7): who got less than there was room for has got everything, but for the end.
  readable_ = result.state == State::ok && (result.count == room.size() || ending_);
  if (result.state == State::ok && result.count == 0) return {State::ended};
  return result;
}

ByteStream::Result TcpStream::write(std::span<const iovec> parts) {
  if (parts.size() == 1) {
    const auto& part = parts.front();
    return outcomeOf(::send(socket_, part.iov_base, part.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return outcomeOf(::sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

void TcpStream::awaitReadable() {
  readableAwaited_ = true;
  if (!readable_) return;
  boost::asio::post(readiness_.loop(), [self = self_] {
    auto* stream = *self;
    if (stream && std::exchange(stream->readableAwaited_, false)) stream->listener_->readable();
  });
}

// Whoever waits has just been refused, so there will be news.
void TcpStream::awaitWritable() { writableAwaited_ = true; }

void TcpStream::ready(unsigned events) {
  constexpr unsigned kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  const auto self = self_;
  if (events & kEnd) ending_ = true;
  if (events & (EPOLLIN | kEnd)) {
    readable_ = true;
    if (std::exchange(readableAwaited_, false)) listener_->readable();
  }
  if (*self && (events & (EPOLLOUT | kEnd)) && std::exchange(writableAwaited_, false)) {
    listener_->writable();
  }
}

void TcpStream::shutdown() { ::shutdown(socket_, SHUT_WR); }

bool TcpStream::hasInput() const { return hasUnread(socket_); }

bool TcpStream::peerHasLeft() const { return peerIsGone(socket_); }

}  // namespace lathe::http
