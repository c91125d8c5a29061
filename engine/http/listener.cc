#include "engine/http/listener.h"

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/http/port-owner.h"

namespace lathe::http {

namespace net = boost::asio;

namespace {

// The kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 4096;
// One port's newcomers do not keep the loop from everything else.
constexpr int kAcceptedAtOnceMax = 64;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
// What a worker and its reloads need for files and for connections of their own. The system gives
// the lowest descriptor that is free, so its number tells how many there are.
constexpr int kReserve = 24;
// Port 0 for several addresses: the port that is free on one may be taken on another.
constexpr int kPortAttempts = 20;

std::string spell(const net::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port());
}

[[noreturn]] void refuse(const net::ip::tcp::endpoint& endpoint,
                         const boost::system::error_code& error) {
  if (error != net::error::address_in_use) {
    throw ListenError("cannot listen on " + spell(endpoint) + ": " + error.message());
  }
  std::string message = spell(endpoint) + " is already in use by ";
  if (auto owner = findPortOwner(endpoint.port())) {
    message += "process " + std::to_string(owner->pid);
    if (!owner->command.empty()) message += " (" + owner->command + ")";
  } else {
    message += "another process";
  }
  throw PortTaken(message + "; stop it or choose another port");
}

// No IPv6 on this machine, or none on its loopback interface.
bool isMissingAddress(const boost::system::error_code& error) {
  return error == net::error::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

void setCloseOnExec(int descriptor, bool closed) {
  const int flags = ::fcntl(descriptor, F_GETFD);
  ::fcntl(descriptor, F_SETFD, closed ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC);
}

struct Candidate {
  net::ip::tcp::endpoint endpoint;
  bool optional = false;
};

std::vector<Candidate> resolve(net::io_context& loop, const ListenAddress& wanted) {
  using net::ip::make_address;
  if (wanted.host == "localhost") {
    return {{{net::ip::address_v4::loopback(), wanted.port}},
            {{net::ip::address_v6::loopback(), wanted.port}, true}};
  }
  boost::system::error_code error;
  auto host = wanted.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (auto address = make_address(host, error); !error) return {{{address, wanted.port}}};

  std::vector<Candidate> found;
  if (!host.empty()) {  // which would resolve, to this machine
    net::ip::tcp::resolver resolver(loop);
    for (const auto& result : resolver.resolve(host, std::to_string(wanted.port), error)) {
      found.push_back({result.endpoint(), !found.empty()});
    }
  }
  if (found.empty()) {
    throw ListenError("cannot listen on \"" + wanted.host +
                      "\": it is neither an IP address nor a known host name");
  }
  return found;
}

std::string addressOf(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return net::ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  net::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  const net::ip::address_v6 address(bytes);
  return address.is_v4_mapped() ? make_address_v4(net::ip::v4_mapped, address).to_string()
                                : address.to_string();
}

}  // namespace

Listener::Listener(net::io_context& loop, const std::vector<ListenAddress>& addresses)
    : loop_(loop) {
  for (int attempt = 1;; ++attempt) {
    std::uint16_t chosenPort = 0;
    try {
      openAll(addresses, chosenPort);
      return;
    } catch (const PortTaken&) {
      // Only a port that the system chose is worth another try.
      if (chosenPort == 0 || attempt == kPortAttempts) throw;
      ports_.clear();
    }
  }
}

Listener::Listener(net::io_context& loop, const std::vector<int>& descriptors) : loop_(loop) {
  for (int descriptor : descriptors) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int listening = 0;
    socklen_t flagSize = sizeof listening;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flagSize) != 0 ||
        listening == 0 || (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
      throw ListenError("file descriptor " + std::to_string(descriptor) +
                        " is not a listening TCP socket");
    }
    auto& acceptor = ports_.emplace_back(std::make_shared<Port>(loop_))->acceptor;
    acceptor.assign(address.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), descriptor);
    acceptor.non_blocking(true);
  }
  setAcrossExec(AcrossExec::closed);
}

Listener::~Listener() { close(); }

void Listener::openAll(const std::vector<ListenAddress>& addresses, std::uint16_t& chosenPort) {
  for (const auto& wanted : addresses) {
    for (auto [endpoint, optional] : resolve(loop_, wanted)) {
      const bool anyPort = endpoint.port() == 0;
      if (anyPort) endpoint.port(chosenPort);
      try {
        open(endpoint);
      } catch (const boost::system::system_error& failure) {
        ports_.pop_back();
        if (optional && isMissingAddress(failure.code())) continue;
        refuse(endpoint, failure.code());
      }
      if (anyPort) chosenPort = ports_.back()->acceptor.local_endpoint().port();
    }
  }
}

void Listener::open(const Tcp::endpoint& endpoint) {
  auto& acceptor = ports_.emplace_back(std::make_shared<Port>(loop_))->acceptor;
  acceptor.open(endpoint.protocol());
  setCloseOnExec(acceptor.native_handle(), true);
  acceptor.set_option(net::socket_base::reuse_address(true));
  if (endpoint.address().is_v6()) {
    // "::" serves IPv4 too, unless 0.0.0.0 has been opened as well.
    bool only = !endpoint.address().is_unspecified();
    for (const auto& port : ports_) {
      if (&port->acceptor != &acceptor) only |= port->acceptor.local_endpoint().address().is_v4();
    }
    acceptor.set_option(net::ip::v6_only(only));
  }
  // Accepted sockets inherit it: a small response must not wait for an acknowledgement.
  acceptor.set_option(Tcp::no_delay(true));
  acceptor.bind(endpoint);
  acceptor.listen(kBacklog);
  acceptor.non_blocking(true);
}

std::vector<net::ip::tcp::endpoint> Listener::endpoints() const {
  std::vector<Tcp::endpoint> all;
  for (const auto& port : ports_) all.push_back(port->acceptor.local_endpoint());
  return all;
}

std::uint16_t Listener::port() const {
  return ports_.empty() ? 0 : ports_.front()->acceptor.local_endpoint().port();
}

std::vector<int> Listener::nativeHandles() {
  std::vector<int> all;
  for (auto& port : ports_) all.push_back(port->acceptor.native_handle());
  return all;
}

void Listener::setAcrossExec(AcrossExec fate) {
  for (int descriptor : nativeHandles()) setCloseOnExec(descriptor, fate == AcrossExec::closed);
}

void Listener::start(OnAccept onAccept, MakeRoom makeRoom) {
  onAccept_ = std::move(onAccept);
  makeRoom_ = std::move(makeRoom);
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < INT_MAX;
  reserveBegin_ = known ? static_cast<int>(limit.rlim_cur) - kReserve : INT_MAX;
  for (auto& port : ports_) wait(port);
}

void Listener::close() {
  for (auto& port : std::exchange(ports_, {})) {
    boost::system::error_code ignored;
    port->acceptor.close(ignored);
    port->pause.cancel();
  }
}

void Listener::wait(const PortPtr& port) {
  port->acceptor.async_wait(Tcp::acceptor::wait_read,
                            [this, port](const boost::system::error_code& error) {
                              if (!error && port->acceptor.is_open()) acceptAll(port);
                            });
}

// Not Asio's accept, which leaves accepted sockets open across exec.
void Listener::acceptAll(const PortPtr& port) {
  for (int count = 0; count < kAcceptedAtOnceMax; ++count) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int socket = ::accept4(port->acceptor.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                 &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) {
      if (socket >= reserveBegin_) makeRoom_();
      onAccept_({socket, addressOf(peer)});
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      if (makeRoom_()) continue;
      port->pause.expires_after(kPauseWithoutDescriptors);
      port->pause.async_wait([this, port](const boost::system::error_code& error) {
        if (!error && port->acceptor.is_open()) acceptAll(port);
      });
      return;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    // Anything else is the failure of one connection that did not wait for us (accept(2)).
  }
  wait(port);
}

}  // namespace lathe::http
