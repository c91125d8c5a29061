#include "cli/https.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <boost/asio/ip/address.hpp>

#include "cli/local-certificate.h"
#include "cli/own-addresses.h"
#include "cli/read-file.h"
#include "cli/usage-error.h"

namespace lathe::cli {

namespace {

using ContextPtr = std::unique_ptr<http::TlsServerContext>;

std::string contentOf(const char* option, const std::string& path) {
  try {
    return readFile(path);
  } catch (const FileError& error) {
    throw UsageError(std::string(option) + ": " + path + " " + error.what());
  }
}

ContextPtr contextOf(const HttpsFiles& files) {
  const http::TlsIdentity identity{contentOf("--https-cert-path", files.certificate),
                                   contentOf("--https-key-path", files.key)};
  try {
    return std::make_unique<http::TlsServerContext>(identity);
  } catch (const http::TlsIdentityError& error) {
    const bool ofKey = error.part() == http::TlsIdentityError::Part::key;
    throw UsageError(
        (ofKey ? "--https-key-path: " + files.key : "--https-cert-path: " + files.certificate) +
        " " + error.what());
  }
}

// The hosts that a client can ask for, in the spelling of certificates.
std::vector<std::string> namesOf(const std::vector<std::string>& hosts) {
  std::vector<std::string> names;
  for (const auto& host : hosts) {
    boost::system::error_code notAnAddress;
    auto address = boost::asio::ip::make_address(host, notAnAddress);
    if (notAnAddress) {
      names.push_back(host);
      continue;
    }
    if (address.is_unspecified()) {
      std::ranges::move(ownAddresses(), std::back_inserter(names));
      continue;
    }
    // The zone is of this machine only.
    if (address.is_v6()) address = boost::asio::ip::address_v6(address.to_v6().to_bytes());
    names.push_back(address.to_string());
  }
  return names;
}

}  // namespace

ContextPtr httpsContext(const HttpsFiles& files, const std::vector<std::string>& hosts,
                        TerminalLog& log) {
  if (files.given()) return contextOf(files);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto local = localCertificate(localCertificateFolder(), namesOf(hosts), now);
  if (!local.notKept.empty()) {
    log.note("certificate", "The certificate for HTTPS is for this run only: " + local.notKept);
  } else if (local.isNew) {
    log.note("certificate", "Made a certificate for HTTPS: " + local.file.string() +
                                "\nA browser asks once whether to trust it.");
  }
  return std::make_unique<http::TlsServerContext>(local.identity);
}

}  // namespace lathe::cli
