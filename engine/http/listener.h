#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lathe::http {

// Where to listen. `host` is an IP address or a name; `localhost` is 127.0.0.1 and, where this
// machine has it, ::1. Port 0 stands for any free one, the same for all addresses that ask so.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

// Why it is not possible to listen somewhere; the message is for the user.
class ListenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The port has an owner already; the message names its process, when the system lets us see that.
class PortTaken : public ListenError {
 public:
  using ListenError::ListenError;
};

// The listening sockets of this process. They outlive the workers that are served on them, and,
// when asked, the process image: a process that executes itself again adopts them by their
// descriptors.
class Listener {
 public:
  // A connection that has come in. Whoever gets it owns the socket, which is non-blocking and
  // close-on-exec.
  struct Accepted {
    int socket;
    std::string address;
  };
  using OnAccept = std::function<void(Accepted)>;

  // Opens a socket for each address. Throws PortTaken or ListenError, with nothing left open then.
  Listener(boost::asio::io_context& loop, const std::vector<ListenAddress>& addresses);
  // Adopts open listening sockets. Throws ListenError for a descriptor that is none.
  Listener(boost::asio::io_context& loop, const std::vector<int>& descriptors);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  std::vector<boost::asio::ip::tcp::endpoint> endpoints() const;
  // The port of the first socket.
  std::uint16_t port() const;
  std::vector<int> nativeHandles();

  enum class AcrossExec { closed, kept };
  // Whether the sockets stay open when this process executes another program: at first they do not.
  void setAcrossExec(AcrossExec fate);

  // Hands every connection to `onAccept` from now on. When the process is about to have no file
  // descriptors left, `makeRoom` is asked for some, and says whether it has closed any. If not,
  // connections take the last ones, and then wait in the kernel's queue until there are some again.
  using MakeRoom = std::function<bool()>;
  void start(OnAccept onAccept, MakeRoom makeRoom);
  // Closes the sockets: new connections are refused.
  void close();

 private:
  using Tcp = boost::asio::ip::tcp;
  // Shared with the operations on it, which may come home after it has been closed.
  struct Port {
    explicit Port(boost::asio::io_context& loop) : acceptor(loop), pause(loop) {}
    Tcp::acceptor acceptor;
    boost::asio::steady_timer pause;
  };
  using PortPtr = std::shared_ptr<Port>;

  void open(const Tcp::endpoint& endpoint);
  void openAll(const std::vector<ListenAddress>& addresses, std::uint16_t& chosenPort);
  void wait(const PortPtr& port);
  void acceptAll(const PortPtr& port);

  boost::asio::io_context& loop_;
  std::vector<PortPtr> ports_;
  OnAccept onAccept_;
  MakeRoom makeRoom_;
  // The first file descriptor of those that connections are to leave to others.
  int reserveBegin_;
};

}  // namespace lathe::http
