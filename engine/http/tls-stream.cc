#include "engine/http/tls-stream.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "engine/http/openssl-owners.h"

namespace lathe::http {

namespace {

// What one record of TLS holds at most.
constexpr std::size_t kRecordBytesMax = 16 * 1024;

constexpr std::string_view kSpeakHttps =
    "This port speaks HTTPS: begin the address with https:// and not with http://.\n";

// The bytes of several parts in the pieces that one write each is for. Every write makes a record,
// which is a packet: what is small goes together.
class Pieces {
 public:
  explicit Pieces(std::span<const iovec> parts) : parts_(parts) { skipEmpty(); }

  bool atEnd() const { return parts_.empty(); }

  std::string_view next() {
    if (parts_.size() == 1 || left() >= kRecordBytesMax) return {begin(), left()};
    gathered_.clear();
    for (std::size_t i = 0; i < parts_.size() && gathered_.size() < kRecordBytesMax; ++i) {
      const auto* bytes = static_cast<const char*>(parts_[i].iov_base);
      const auto skipped = i == 0 ? taken_ : 0;
      gathered_.append(bytes + skipped,
                       std::min(parts_[i].iov_len - skipped, kRecordBytesMax - gathered_.size()));
    }
    return gathered_;
  }

  void take(std::size_t count) {
    while (count != 0) {
      const auto here = std::min(count, left());
      taken_ += here;
      count -= here;
      skipEmpty();
    }
  }

 private:
  const char* begin() const { return static_cast<const char*>(parts_.front().iov_base) + taken_; }
  std::size_t left() const { return parts_.front().iov_len - taken_; }

  void skipEmpty() {
    while (!parts_.empty() && left() == 0) {
      parts_ = parts_.subspan(1);
      taken_ = 0;
    }
  }

  std::span<const iovec> parts_;
  // Of the first part.
  std::size_t taken_ = 0;
  std::string gathered_;
};

}  // namespace

TlsStream::TlsStream(Readiness& readiness, int socket)
    : loop_(readiness.loop()), tcp_(readiness, socket), self_(std::make_shared<TlsStream*>(this)) {
  tcp_.setListener(*this);
}

TlsStream::TlsStream(TlsClientContext& context, Readiness& readiness, int socket,
                     const std::string& host)
    : TlsStream(readiness, socket) {
  useContext(context.get());
  ::SSL_set_connect_state(ssl_);
  boost::system::error_code notAnAddress;
  boost::asio::ip::make_address(host, notAnAddress);
  if (notAnAddress) {
    ::SSL_set_tlsext_host_name(ssl_, host.c_str());
    ::SSL_set1_host(ssl_, host.c_str());
  } else {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl_), host.c_str());
  }
}

TlsStream::TlsStream(TlsServerContext& context, Readiness& readiness, int socket)
    : TlsStream(readiness, socket) {
  useContext(context.get());
  ::SSL_set_accept_state(ssl_);
}

void TlsStream::useContext(ssl_ctx_st* context) {
  ssl_ = ::SSL_new(context);
  if (ssl_ && ::SSL_set_fd(ssl_, tcp_.descriptor()) == 1) return;
  throw std::runtime_error("TLS cannot be used: " + takeOpenSslError());
}

TlsStream::~TlsStream() {
  *self_ = nullptr;
  if (ssl_) ::SSL_free(ssl_);
}

ByteStream::Result TlsStream::read(std::span<char> room) {
  if (broken_) return {State::broken};
  ::ERR_clear_error();
  std::size_t count = 0;
  const int result = ::SSL_read_ex(ssl_, room.data(), room.size(), &count);
  return outcomeOf(result, count, readNeeds_);
}

ByteStream::Result TlsStream::write(std::span<const iovec> parts) {
  if (broken_) return {State::broken};
  std::size_t written = 0;
  for (Pieces pieces(parts); !pieces.atEnd();) {
    const auto piece = pieces.next();
    ::ERR_clear_error();
    std::size_t count = 0;
    const int result = ::SSL_write_ex(ssl_, piece.data(), piece.size(), &count);
    auto outcome = outcomeOf(result, count, writeNeeds_);
    // A peer that has said good-bye may still read. This one does not: OpenSSL tells of the former.
    if (outcome.state == State::ended) {
      breakOff();
      outcome.state = State::broken;
    }
    if (outcome.state != State::ok) return written == 0 ? outcome : Result{State::ok, written};
    written += count;
    pieces.take(count);
  }
  return {State::ok, written};
}

ByteStream::Result TlsStream::outcomeOf(int result, std::size_t count, std::optional<Need>& need) {
  need.reset();
  if (result == 1) return {State::ok, count};
  switch (::SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      need = Need::input;
      tcp_.drained();
      return {State::wouldBlock};
    case SSL_ERROR_WANT_WRITE:
      need = Need::output;
      return {State::wouldBlock};
    case SSL_ERROR_ZERO_RETURN:
      return {State::ended};
    default:
      breakOff();
      return {State::broken};
  }
}

void TlsStream::breakOff() {
  broken_ = true;
  const auto error = ::ERR_peek_last_error();
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST) {
    answerPlainHttp();
  }
  if (const auto verdict = ::SSL_get_verify_result(ssl_); verdict != X509_V_OK) {
    failure_ =
        std::string("its certificate is not trusted: ") + ::X509_verify_cert_error_string(verdict);
    ::ERR_clear_error();
  } else {
    failure_ = "TLS failed: " + takeOpenSslError();
  }
}

void TlsStream::answerPlainHttp() {
  // A socket that is closed with something left to read is reset, and the answer with it.
  std::array<char, kRecordBytesMax> request;
  tcp_.read(request);
  std::string answer =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
      std::to_string(kSpeakHttps.size()) + "\r\nConnection: close\r\n\r\n" +
      std::string(kSpeakHttps);
  const iovec part{answer.data(), answer.size()};
  tcp_.write({&part, 1});
  tcp_.shutdown();
}

void TlsStream::awaitReadable() {
  readableAwaited_ = true;
  if (!readNeeds_ && ::SSL_has_pending(ssl_)) {
    // It is here already; the socket may stay silent.
    boost::asio::post(loop_, [self = self_] {
      if (auto* stream = *self) stream->tell();
    });
    return;
  }
  await(readNeeds_.value_or(Need::input));
}

void TlsStream::awaitWritable() {
  writableAwaited_ = true;
  await(writeNeeds_.value_or(Need::output));
}

void TlsStream::await(Need need) {
  if (need == Need::input && !std::exchange(awaitingInput_, true)) tcp_.awaitReadable();
  if (need == Need::output && !std::exchange(awaitingOutput_, true)) tcp_.awaitWritable();
}

void TlsStream::readable() {
  awaitingInput_ = false;
  tell();
}

void TlsStream::writable() {
  awaitingOutput_ = false;
  tell();
}

// Whoever has waited in vain will find out and wait again.
void TlsStream::tell() {
  const auto self = self_;
  if (std::exchange(readableAwaited_, false)) listener_->readable();
  if (*self && std::exchange(writableAwaited_, false)) listener_->writable();
}

void TlsStream::shutdown() {
  if (!broken_) ::SSL_shutdown(ssl_);
  tcp_.shutdown();
}

bool TlsStream::hasInput() const { return ::SSL_has_pending(ssl_) || tcp_.hasInput(); }

std::string TlsStream::failure() const { return failure_; }

}  // namespace lathe::http
