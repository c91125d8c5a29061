#include "engine/http/tls-context.h"

#include <memory>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "engine/http/openssl-owners.h"

namespace lathe::http {

namespace {

using Part = TlsIdentityError::Part;
using ContextPtr = std::unique_ptr<SSL_CTX, OpenSslFree<::SSL_CTX_free>>;

ContextPtr newContext(const SSL_METHOD* method) {
  ContextPtr context(::SSL_CTX_new(method));
  if (!context) throw std::runtime_error("TLS cannot be used: " + takeOpenSslError());
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // What is written again after a wait may lie elsewhere by then, and need not be written whole.
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS);
  return context;
}

// RFC 7301 §3.2. A client that does not say what it speaks is taken to speak HTTP/1.1.
int chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosenLength,
                   const unsigned char* offered, unsigned offeredLength, void*) {
  static constexpr unsigned char kProtocols[] = "\x08http/1.1\x08http/1.0";
  unsigned char* found = nullptr;
  if (::SSL_select_next_proto(&found, chosenLength, kProtocols, sizeof kProtocols - 1, offered,
                              offeredLength) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

void useCertificates(SSL_CTX* context, std::string_view pem) {
  const auto reader = bioOf(pem);
  const CertificatePtr own(::PEM_read_bio_X509_AUX(reader.get(), nullptr, nullptr, nullptr));
  if (!own) {
    throw TlsIdentityError(Part::certificates,
                           "holds no certificate in PEM, which begins with "
                           "-----BEGIN CERTIFICATE-----");
  }
  if (::SSL_CTX_use_certificate(context, own.get()) != 1) {
    throw TlsIdentityError(Part::certificates, "cannot be used: " + takeOpenSslError());
  }
  while (CertificatePtr next{::PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    if (::SSL_CTX_add0_chain_cert(context, next.get()) != 1) {
      throw TlsIdentityError(Part::certificates, "cannot be used: " + takeOpenSslError());
    }
    next.release();
  }
}

void useKey(SSL_CTX* context, std::string_view pem) {
  // Without this OpenSSL would ask the terminal.
  bool wantsPassphrase = false;
  const auto noPassphrase = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  const auto reader = bioOf(pem);
  const KeyPtr key(
      ::PEM_read_bio_PrivateKey(reader.get(), nullptr, +noPassphrase, &wantsPassphrase));
  if (wantsPassphrase) {
    throw TlsIdentityError(Part::key, "is protected by a passphrase, which lathe does not ask for");
  }
  if (!key) {
    throw TlsIdentityError(Part::key,
                           "holds no private key in PEM, which begins with "
                           "-----BEGIN PRIVATE KEY-----");
  }
  if (::X509_check_private_key(::SSL_CTX_get0_certificate(context), key.get()) != 1) {
    throw TlsIdentityError(Part::key, "is not the key of the certificate");
  }
  if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    throw TlsIdentityError(Part::key, "cannot be used: " + takeOpenSslError());
  }
}

}  // namespace

TlsClientContext::~TlsClientContext() {
  if (context_) ::SSL_CTX_free(context_);
}

ssl_ctx_st* TlsClientContext::get() {
  if (context_) return context_;
  context_ = newContext(::TLS_client_method()).release();
  ::SSL_CTX_set_default_verify_paths(context_);
  ::SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  return context_;
}

TlsServerContext::TlsServerContext(const TlsIdentity& identity) {
  auto context = newContext(::TLS_server_method());
  useCertificates(context.get(), identity.certificates);
  useKey(context.get(), identity.key);
  ::ERR_clear_error();
  // Many clients just close the connection, and HTTP knows by itself where a message ends.
  ::SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  // Clients keep their sessions themselves, in tickets.
  ::SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_alpn_select_cb(context.get(), chooseProtocol, nullptr);
  context_ = context.release();
}

TlsServerContext::~TlsServerContext() { ::SSL_CTX_free(context_); }

}  // namespace lathe::http
