#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/tls-context.h"

// Certificates that nobody vouches for but themselves, for servers on one's own machine.
namespace lathe::http {

// What a certificate says: the names and the addresses that it is for, and from when until when.
struct CertificateTerms {
  std::vector<std::string> names;
  std::chrono::sys_seconds from;
  std::chrono::sys_seconds until;
};

// Makes a certificate with these terms and a new key for it, of the curve P-256. Of `names` each
// is an IP address, a host name, or a host name with a `*` for its first part. Throws
// std::runtime_error.
TlsIdentity makeSelfSigned(const CertificateTerms& terms);

// What the first certificate in `pem` says; nothing when there is none that can be read.
std::optional<CertificateTerms> termsOf(std::string_view pem);

// Whether `key` belongs to the first of `certificates`.
bool isWhole(const TlsIdentity& identity);

}  // namespace lathe::http
