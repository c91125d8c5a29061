// Starts a server and measures the time from there to its first answer.
//
//   first-answer PORT COMMAND ARGUMENT…
//
// COMMAND is to serve HTTP on 127.0.0.1:PORT. Prints two numbers, milliseconds and kilobytes of
// resident memory then, and kills it with all that it has started. The exit status is 1 when the
// first answer is no 200, or none comes within 10 s.

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

// The first bytes that the server on `port` answers; empty while nobody listens.
std::string ask(unsigned short port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char buffer[1024];
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
      if (size > 0) answer.assign(buffer, static_cast<std::size_t>(size));
    }
  }
  ::close(socket);
  return answer;
}

long residentKilobytes(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: first-answer PORT COMMAND ARGUMENT...\n");
    return 2;
  }
  const auto port = static_cast<unsigned short>(std::strtoul(argv[1], nullptr, 10));

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t process = 0;
  const auto start = Clock::now();
  const int failure = ::posix_spawn(&process, argv[2], &files, &attributes, argv + 2, environ);
  if (failure != 0) {
    std::fprintf(stderr, "first-answer: cannot start %s: %s\n", argv[2], std::strerror(failure));
    return 1;
  }

  std::string answer;
  while (answer.empty() && Clock::now() - start < std::chrono::seconds(10)) {
    answer = ask(port);
    if (answer.empty()) ::usleep(100);  // finer would take processor time from the server
  }
  const std::chrono::duration<double, std::milli> elapsed = Clock::now() - start;
  const long memory = residentKilobytes(process);
  ::kill(-process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  if (!answer.starts_with("HTTP/1.1 200")) {
    std::fprintf(stderr, "first-answer: no 200, but: %s\n", answer.c_str());
    return 1;
  }
  std::printf("%.2f %ld\n", elapsed.count(), memory);
}
