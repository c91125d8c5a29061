#include "engine/http/peer.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lathe::http {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

struct Endpoint {
  std::uint8_t family = 0;
  std::uint16_t port = 0;  // in network order
  std::array<std::uint32_t, 4> address{};
};

template <class Ask>
bool endpointOf(Ask ask, int socket, Endpoint& out) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (ask(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return false;
  out.family = static_cast<std::uint8_t>(storage.ss_family);
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    out.port = v4.sin_port;
    std::memcpy(out.address.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return true;
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    out.port = v6.sin6_port;
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      // Accepted on "::"; the client's own socket is an IPv4 one.
      out.family = AF_INET;
      std::memcpy(out.address.data(), v6.sin6_addr.s6_addr + 12, 4);
      return true;
    }
    std::memcpy(out.address.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return true;
  }
  return false;
}

// Asks the kernel for the socket that has our two addresses the other way round (sock_diag(7)).
// A socket that no process holds any more has no inode.
bool peerIsOrphaned(const Endpoint& local, const Endpoint& remote) {
  Descriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (netlink.get() < 0) return false;

  struct {
    nlmsghdr header;
    inet_diag_req_v2 query;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.query.sdiag_family = local.family;
  request.query.sdiag_protocol = IPPROTO_TCP;
  request.query.idiag_states = ~0u;
  request.query.id.idiag_sport = remote.port;
  request.query.id.idiag_dport = local.port;
  std::memcpy(request.query.id.idiag_src, remote.address.data(), sizeof remote.address);
  std::memcpy(request.query.id.idiag_dst, local.address.data(), sizeof local.address);
  request.query.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  request.query.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (::send(netlink.get(), &request, sizeof request, 0) < 0) return false;

  alignas(nlmsghdr) std::array<char, 4096> reply;
  const auto size = ::recv(netlink.get(), reply.data(), reply.size(), MSG_DONTWAIT);
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg)))) return false;
  const auto* header = reinterpret_cast<const nlmsghdr*>(reply.data());
  // Any other type is an error, usually "no such socket": it is not on this machine.
  if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return false;
  return static_cast<const inet_diag_msg*>(NLMSG_DATA(header))->idiag_inode == 0;
}

int stateOf(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return TCP_CLOSE;
  return info.tcpi_state;
}

}  // namespace

bool peerIsGone(int socket) {
  if (stateOf(socket) == TCP_CLOSE) return true;
  Endpoint local, remote;
  return endpointOf(::getsockname, socket, local) && endpointOf(::getpeername, socket, remote) &&
         peerIsOrphaned(local, remote);
}

bool hasUnread(int socket) {
  int waiting = 0;
  return ::ioctl(socket, FIONREAD, &waiting) != 0 || waiting != 0;
}

}  // namespace lathe::http
