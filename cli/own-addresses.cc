#include "cli/own-addresses.h"

#include <memory>

#include <boost/asio/ip/address_v4.hpp>
#include <ifaddrs.h>
#include <netinet/in.h>

namespace lathe::cli {

std::vector<std::string> ownAddresses() {
  std::vector<std::string> addresses;
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(interfaces, &::freeifaddrs);
  for (auto* each = interfaces; each; each = each->ifa_next) {
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET) continue;
    const auto& in = *reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    const boost::asio::ip::address_v4 address(ntohl(in.sin_addr.s_addr));
    if (!address.is_loopback()) addresses.push_back(address.to_string());
  }
  return addresses;
}

}  // namespace lathe::cli
