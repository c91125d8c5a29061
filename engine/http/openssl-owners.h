#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

// What OpenSSL makes, with owners.
namespace lathe::http {

template <auto free>
struct OpenSslFree {
  void operator()(auto* made) const { free(made); }
};

using BioPtr = std::unique_ptr<BIO, OpenSslFree<::BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, OpenSslFree<::X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFree<::EVP_PKEY_free>>;

// A reader of `text`, which outlives it.
inline BioPtr bioOf(std::string_view text) {
  return BioPtr(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// What has gone wrong last, in OpenSSL's words, and forgets it.
inline std::string takeOpenSslError() {
  const auto code = ::ERR_peek_last_error();
  ::ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return reason ? reason : "unknown error";
}

}  // namespace lathe::http
