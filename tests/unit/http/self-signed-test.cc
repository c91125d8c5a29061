#include "engine/http/self-signed.h"

#include <memory>

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "engine/http/openssl-owners.h"

namespace lathe::http {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kNoon{1'800'000'000s};

const CertificateTerms kTerms{
    {"localhost", "*.example.test", "127.0.0.1", "::1", "192.168.1.20"}, kNoon, kNoon + 48h};

// What a client that trusts the certificate itself says of a server that shows it.
std::string verdictOn(const std::string& pem, const std::string& host, std::time_t now) {
  const CertificatePtr certificate(
      ::PEM_read_bio_X509(bioOf(pem).get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<X509_STORE, OpenSslFree<::X509_STORE_free>> store(::X509_STORE_new());
  ::X509_STORE_add_cert(store.get(), certificate.get());
  const std::unique_ptr<X509_STORE_CTX, OpenSslFree<::X509_STORE_CTX_free>> check(
      ::X509_STORE_CTX_new());
  ::X509_STORE_CTX_init(check.get(), store.get(), certificate.get(), nullptr);
  auto* parameters = ::X509_STORE_CTX_get0_param(check.get());
  ::X509_STORE_CTX_set_default(check.get(), "ssl_server");
  ::X509_VERIFY_PARAM_set_time(parameters, now);
  if (::X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) != 1) {
    ::X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), 0);
  }
  ::X509_verify_cert(check.get());
  return ::X509_verify_cert_error_string(::X509_STORE_CTX_get_error(check.get()));
}

}  // namespace

TEST_CASE("a self-signed certificate says what it was made to say") {
  const auto identity = makeSelfSigned(kTerms);
  CHECK(isWhole(identity));
  const auto terms = termsOf(identity.certificates);
  REQUIRE(terms);
  CHECK(terms->names == kTerms.names);
  CHECK(terms->from == kTerms.from);
  CHECK(terms->until == kTerms.until);
}

TEST_CASE("who trusts a self-signed certificate takes it for its names, in its time") {
  const auto identity = makeSelfSigned(kTerms);
  struct {
    const char* host;
    std::chrono::sys_seconds now;
    const char* want;
  } cases[] = {
      {"localhost", kNoon + 1h, "ok"},
      {"shop.example.test", kNoon + 1h, "ok"},
      {"127.0.0.1", kNoon + 1h, "ok"},
      {"::1", kNoon + 1h, "ok"},
      {"192.168.1.20", kNoon + 1h, "ok"},
      {"example.test", kNoon + 1h, "hostname mismatch"},
      {"127.0.0.2", kNoon + 1h, "IP address mismatch"},
      {"localhost", kNoon - 1h, "certificate is not yet valid"},
      {"localhost", kNoon + 49h, "certificate has expired"},
  };
  for (const auto& [host, now, want] : cases) {
    CAPTURE(host);
    CHECK(verdictOn(identity.certificates, host, now.time_since_epoch().count()) == want);
  }
}

TEST_CASE("two certificates have two keys") {
  const auto one = makeSelfSigned(kTerms);
  const auto other = makeSelfSigned(kTerms);
  CHECK_FALSE(isWhole({one.certificates, other.key}));
  CHECK_FALSE(isWhole({other.certificates, one.key}));
}

TEST_CASE("what is no certificate says nothing") {
  const auto identity = makeSelfSigned(kTerms);
  const auto half = identity.certificates.substr(0, identity.certificates.size() / 2);
  for (const auto& text : {std::string(), std::string("hello"), half, identity.key}) {
    CAPTURE(text);
    CHECK_FALSE(termsOf(text));
    CHECK_FALSE(isWhole({text, identity.key}));
  }
  CHECK_FALSE(isWhole({identity.certificates, "hello"}));
}

}  // namespace lathe::http
