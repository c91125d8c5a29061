#include "engine/http/tls-stream.h"

#include <stdexcept>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "engine/openssl.h"

namespace lathe::http {

namespace {

std::string lastError() {
  const auto code = ::ERR_peek_last_error();
  ::ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return reason ? reason : "unknown error";
}

}  // namespace

TlsContext::~TlsContext() {
  if (context_) ::SSL_CTX_free(context_);
}

ssl_ctx_st* TlsContext::get() {
  if (context_) return context_;
  requireOpenSsl();
  context_ = ::SSL_CTX_new(::TLS_client_method());
  if (!context_) throw std::runtime_error("TLS cannot be used: " + lastError());
  ::SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  ::SSL_CTX_set_default_verify_paths(context_);
  ::SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  // What is written again after a wait may lie elsewhere by then, and need not be written whole.
  ::SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
  return context_;
}

TlsStream::TlsStream(TlsContext& context, Readiness& readiness, int socket, const std::string& host)
    : loop_(readiness.loop()),
      tcp_(readiness, socket),
      ssl_(::SSL_new(context.get())),
      self_(std::make_shared<TlsStream*>(this)) {
  if (!ssl_) throw std::runtime_error("TLS cannot be used: " + lastError());
  tcp_.setListener(*this);
  ::SSL_set_connect_state(ssl_);
  boost::system::error_code notAnAddress;
  boost::asio::ip::make_address(host, notAnAddress);
  if (notAnAddress) {
    ::SSL_set_tlsext_host_name(ssl_, host.c_str());
    ::SSL_set1_host(ssl_, host.c_str());
  } else {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl_), host.c_str());
  }
  if (::SSL_set_fd(ssl_, tcp_.descriptor()) != 1) {
    ::SSL_free(ssl_);
    throw std::runtime_error("TLS cannot be used: " + lastError());
  }
}

TlsStream::~TlsStream() {
  *self_ = nullptr;
  ::SSL_free(ssl_);
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
  for (const auto& part : parts) {
    if (part.iov_len == 0) continue;
    ::ERR_clear_error();
    std::size_t count = 0;
    const int result = ::SSL_write_ex(ssl_, part.iov_base, part.iov_len, &count);
    const auto outcome = outcomeOf(result, count, writeNeeds_);
    if (outcome.state != State::ok) return written == 0 ? outcome : Result{State::ok, written};
    written += count;
    if (count < part.iov_len) break;
  }
  return {State::ok, written};
}

ByteStream::Result TlsStream::outcomeOf(int result, std::size_t count, Need& need) {
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
      broken_ = true;
      if (const auto verdict = ::SSL_get_verify_result(ssl_); verdict != X509_V_OK) {
        failure_ = std::string("its certificate is not trusted: ") +
                   ::X509_verify_cert_error_string(verdict);
        ::ERR_clear_error();
      } else {
        failure_ = "TLS failed: " + lastError();
      }
      return {State::broken};
  }
}

void TlsStream::awaitReadable() {
  readableAwaited_ = true;
  if (::SSL_has_pending(ssl_)) {
    // It is here already; the socket may stay silent.
    boost::asio::post(loop_, [self = self_] {
      if (auto* stream = *self) stream->tell();
    });
    return;
  }
  await(std::exchange(readNeeds_, Need::input));
}

void TlsStream::awaitWritable() {
  writableAwaited_ = true;
  await(std::exchange(writeNeeds_, Need::output));
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

std::string TlsStream::failure() const { return failure_; }

}  // namespace lathe::http
