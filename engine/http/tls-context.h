#pragma once

#include <stdexcept>
#include <string>

struct ssl_ctx_st;

namespace lathe::http {

// What the TLS connections of a client have in common: the certificates that this machine trusts.
// Read when the first of them needs it.
class TlsClientContext {
 public:
  TlsClientContext() = default;
  ~TlsClientContext();
  TlsClientContext(const TlsClientContext&) = delete;
  TlsClientContext& operator=(const TlsClientContext&) = delete;

  // Throws std::runtime_error.
  ssl_ctx_st* get();

 private:
  ssl_ctx_st* context_ = nullptr;
};

// Who a server is, in PEM: its certificate, with those behind it that lead to one that clients
// trust, and the key that belongs to it.
struct TlsIdentity {
  std::string certificates;
  std::string key;
};

// Why an identity is none, as the end of a sentence that begins with the name of the part.
class TlsIdentityError : public std::runtime_error {
 public:
  enum class Part { certificates, key };
  TlsIdentityError(Part part, const std::string& message)
      : std::runtime_error(message), part_(part) {}
  Part part() const { return part_; }

 private:
  Part part_;
};

// What the TLS connections of a server have in common. They speak HTTP/1.1 (and 1.0)
// inside TLS 1.2 or 1.3.
class TlsServerContext {
 public:
  // Throws TlsIdentityError, and std::runtime_error where TLS cannot be used at all.
  explicit TlsServerContext(const TlsIdentity& identity);
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  ssl_ctx_st* get() { return context_; }

 private:
  ssl_ctx_st* context_ = nullptr;
};

}  // namespace lathe::http
