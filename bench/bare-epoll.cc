// What the kernel alone does with one thread: answers every request with the same bytes, without a
// look at it. The yardstick for all that is above: Beast, the worker's world, V8.
//
//   bare-epoll PORT

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\n"
    "date: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 11\r\n\r\nHello World";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

// Answers what has come, which is whole requests: wrk sends each in one piece. False when the peer
// has gone.
bool answer(int socket) {
  char received[16384];
  ssize_t size = ::recv(socket, received, sizeof received, MSG_DONTWAIT);
  if (size <= 0) return false;
  std::string_view requests(received, static_cast<std::size_t>(size));
  std::string answers;
  for (auto end = requests.find(kHeadEnd); end != requests.npos;
       end = requests.find(kHeadEnd, end + kHeadEnd.size())) {
    answers += kAnswer;
  }
  return ::send(socket, answers.data(), answers.size(), MSG_NOSIGNAL) >= 0;
}

void watch(int poll, int socket) {
  epoll_event event{EPOLLIN, {.fd = socket}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  int on = 1;
  int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(static_cast<std::uint16_t>(std::atoi(arguments[1])));
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
  ::listen(listener, 1024);
  int poll = ::epoll_create1(0);
  watch(poll, listener);
  for (epoll_event events[256];;) {
    int ready = ::epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < ready; ++i) {
      int socket = events[i].data.fd;
      if (socket == listener) {
        int accepted = ::accept(listener, nullptr, nullptr);
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(poll, accepted);
      } else if (!answer(socket)) {
        ::close(socket);
      }
    }
  }
}
