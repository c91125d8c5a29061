#include "engine/http/self-signed.h"

#include <memory>
#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "engine/http/openssl-owners.h"
#include "engine/random-bytes.h"

namespace lathe::http {

namespace {

namespace ip = boost::asio::ip;

using NamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<::GENERAL_NAMES_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFree<::X509_EXTENSION_free>>;

// What tells these certificates from others in a browser's list.
constexpr const char* kOrganization = "lathe development certificate";

// RFC 5280 §4.1.2.2: positive, and no more than 20 bytes.
constexpr int kSerialBytes = 16;

// Every step of OpenSSL's answers with 1, or with something that is not null.
template <class Result>
Result must(Result result) {
  if (!result) throw std::runtime_error("OpenSSL has failed: " + takeOpenSslError());
  return result;
}

void setSerial(X509* certificate) {
  unsigned char bytes[kSerialBytes];
  fillWithRandomBytes(bytes);
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  const std::unique_ptr<BIGNUM, OpenSslFree<::BN_free>> number(
      must(::BN_bin2bn(bytes, sizeof bytes, nullptr)));
  must(::BN_to_ASN1_INTEGER(number.get(), ::X509_get_serialNumber(certificate)));
}

void setName(X509* certificate, const std::string& commonName) {
  auto* name = ::X509_get_subject_name(certificate);
  auto add = [&](const char* field, const std::string& value) {
    must(::X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0));
  };
  add("O", kOrganization);
  // No longer one is allowed, and clients look at the list of names only.
  if (commonName.size() <= ub_common_name) add("CN", commonName);
  must(::X509_set_issuer_name(certificate, name));
}

void addExtension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  ::X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(must(::X509V3_EXT_conf_nid(nullptr, &context, kind, value)));
  must(::X509_add_ext(certificate, extension.get(), -1));
}

void addNames(X509* certificate, const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) {
    boost::system::error_code notAnAddress;
    ip::make_address(name, notAnAddress);
    list += (list.empty() ? "" : ",") + std::string(notAnAddress ? "DNS:" : "IP:") + name;
  }
  addExtension(certificate, NID_subject_alt_name, list.c_str());
}

// What `write` writes.
template <class Write>
std::string pemOf(Write write) {
  const BioPtr memory(must(::BIO_new(::BIO_s_mem())));
  must(write(memory.get()));
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string textOf(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(::ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(::ASN1_STRING_length(string))};
}

// Empty for bytes that are no address.
std::string addressOf(const ASN1_STRING* bytes) {
  const auto* data = ::ASN1_STRING_get0_data(bytes);
  ip::address_v4::bytes_type v4;
  ip::address_v6::bytes_type v6;
  const auto size = static_cast<std::size_t>(::ASN1_STRING_length(bytes));
  if (size == v4.size()) {
    std::copy_n(data, size, v4.begin());
    return ip::address_v4(v4).to_string();
  }
  if (size != v6.size()) return {};
  std::copy_n(data, size, v6.begin());
  return ip::address_v6(v6).to_string();
}

std::vector<std::string> namesOf(const X509* certificate) {
  std::vector<std::string> names;
  const NamesPtr list(static_cast<GENERAL_NAMES*>(
      ::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_DNS) names.push_back(textOf(name->d.dNSName));
    if (name->type == GEN_IPADD) names.push_back(addressOf(name->d.iPAddress));
  }
  return names;
}

std::chrono::sys_seconds timeOf(const ASN1_TIME* time) {
  std::tm parts{};
  must(::ASN1_TIME_to_tm(time, &parts));
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

CertificatePtr certificateIn(std::string_view pem) {
  return CertificatePtr(::PEM_read_bio_X509(bioOf(pem).get(), nullptr, nullptr, nullptr));
}

}  // namespace

TlsIdentity makeSelfSigned(const CertificateTerms& terms) {
  const KeyPtr key(must(::EVP_EC_gen("P-256")));
  const CertificatePtr owned(must(::X509_new()));
  auto* certificate = owned.get();
  must(::X509_set_version(certificate, X509_VERSION_3));
  setSerial(certificate);
  setName(certificate, terms.names.front());
  must(::ASN1_TIME_set(::X509_getm_notBefore(certificate), terms.from.time_since_epoch().count()));
  must(::ASN1_TIME_set(::X509_getm_notAfter(certificate), terms.until.time_since_epoch().count()));
  must(::X509_set_pubkey(certificate, key.get()));
  // One that could vouch for others would be dangerous to trust, and Firefox refuses it.
  addExtension(certificate, NID_basic_constraints, "critical,CA:FALSE");
  addExtension(certificate, NID_ext_key_usage, "serverAuth");
  addExtension(certificate, NID_subject_key_identifier, "hash");
  addNames(certificate, terms.names);
  must(::X509_sign(certificate, key.get(), ::EVP_sha256()));
  return {pemOf([&](BIO* to) { return ::PEM_write_bio_X509(to, certificate); }),
          pemOf([&](BIO* to) {
            return ::PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

std::optional<CertificateTerms> termsOf(std::string_view pem) {
  const auto certificate = certificateIn(pem);
  ::ERR_clear_error();
  if (!certificate) return std::nullopt;
  return CertificateTerms{namesOf(certificate.get()),
                          timeOf(::X509_get0_notBefore(certificate.get())),
                          timeOf(::X509_get0_notAfter(certificate.get()))};
}

bool isWhole(const TlsIdentity& identity) {
  const auto certificate = certificateIn(identity.certificates);
  const KeyPtr key(::PEM_read_bio_PrivateKey(bioOf(identity.key).get(), nullptr, nullptr, nullptr));
  const bool whole =
      certificate && key && ::X509_check_private_key(certificate.get(), key.get()) == 1;
  ::ERR_clear_error();
  return whole;
}

}  // namespace lathe::http
