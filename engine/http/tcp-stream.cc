#include "engine/http/tcp-stream.h"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "engine/http/peer.h"

namespace lathe::http {

namespace {

ByteStream::Result outcomeOf(ssize_t count) {
  using State = ByteStream::State;
  if (count >= 0) return {State::ok, static_cast<std::size_t>(count)};
  const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {later ? State::wouldBlock : State::broken};
}

}  // namespace

TcpStream::TcpStream(Socket socket)
    : socket_(std::move(socket)), self_(std::make_shared<TcpStream*>(this)) {}

TcpStream::~TcpStream() { *self_ = nullptr; }

int TcpStream::descriptor() const { return socket_.native_handle(); }

ByteStream::Result TcpStream::read(std::span<char> room) {
  const auto result = outcomeOf(::recv(descriptor(), room.data(), room.size(), MSG_DONTWAIT));
  if (result.state == State::ok && result.count == 0) return {State::ended};
  return result;
}

ByteStream::Result TcpStream::write(std::span<const iovec> parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return outcomeOf(::sendmsg(descriptor(), &message, MSG_DONTWAIT | MSG_NOSIGNAL));
}

void TcpStream::awaitReadable() {
  socket_.async_wait(Socket::wait_read, [self = self_](const boost::system::error_code&) {
    // An error shows again when it is tried.
    if (auto* stream = *self) stream->listener_->readable();
  });
}

void TcpStream::awaitWritable() {
  socket_.async_wait(Socket::wait_write, [self = self_](const boost::system::error_code&) {
    if (auto* stream = *self) stream->listener_->writable();
  });
}

void TcpStream::shutdown() { ::shutdown(descriptor(), SHUT_WR); }

bool TcpStream::peerHasLeft() const { return peerIsGone(descriptor()); }

}  // namespace lathe::http
