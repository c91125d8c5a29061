#include "cli/https.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <boost/asio/ip/address.hpp>
#include <ifaddrs.h>
#include <netinet/in.h>

#include "cli/local-certificate.h"
#include "cli/read-file.h"
#include "cli/usage-error.h"

namespace lathe::cli {

namespace {

namespace net = boost::asio::ip;

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

// The addresses by which a telephone in the same network asks for what listens on all of them.
// Those of IPv6 change from day to day, and a certificate for today's would have to be trusted
// anew.
std::vector<std::string> ownAddresses() {
  std::vector<std::string> addresses;
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(interfaces, &::freeifaddrs);
  for (auto* each = interfaces; each; each = each->ifa_next) {
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET) continue;
    const auto& in = *reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    const net::address_v4 address(ntohl(in.sin_addr.s_addr));
    if (!address.is_loopback()) addresses.push_back(address.to_string());
  }
  return addresses;
}

// The hosts that a client can ask for, in the spelling of certificates.
std::vector<std::string> namesOf(const std::vector<std::string>& hosts) {
  std::vector<std::string> names;
  for (const auto& host : hosts) {
    boost::system::error_code notAnAddress;
    auto address = net::make_address(host, notAnAddress);
    if (notAnAddress) {
      names.push_back(host);
      continue;
    }
    if (address.is_unspecified()) {
      std::ranges::move(ownAddresses(), std::back_inserter(names));
      continue;
    }
    // The zone is of this machine only.
    if (address.is_v6()) address = net::address_v6(address.to_v6().to_bytes());
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
