#include "cli/control-socket-path.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace lathe::cli {
namespace {

namespace fs = std::filesystem;
namespace net = boost::asio;
using Local = net::local::stream_protocol;

// The longest path that the system takes has one byte less.
constexpr std::size_t kPathBytes = sizeof(sockaddr_un::sun_path);

// Whether `folder`, and no link to one, is this user's, and nobody else has the rights of `others`
// there.
bool isOwn(const fs::path& folder, mode_t others) {
  struct stat status {};
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & others) == 0;
}

// Where the sockets of this user are.
fs::path socketFolder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  // Whoever may write there could replace our folder with another.
  if (runtime && *runtime == '/' && isOwn(runtime, 022)) {
    fs::path folder = fs::path(runtime) / "lathe";
    bool fits = (folder / "1234567890.sock").native().size() < kPathBytes;
    if (fits && (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) && isOwn(folder, 077)) {
      return folder;
    }
  }
  // Everybody writes to /tmp: a folder there may be somebody else's.
  fs::path folder = "/tmp/lathe-" + std::to_string(::geteuid());
  ::mkdir(folder.c_str(), 0700);
  if (!isOwn(folder, 077)) {
    throw std::runtime_error(folder.string() + " is no folder of this user alone");
  }
  return folder;
}

// Whether the process that a socket is named after has gone and left it behind.
bool abandoned(const fs::path& socket) {
  const std::string name = socket.stem().string();
  pid_t owner = 0;
  auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), owner);
  if (socket.extension() != ".sock" || wrong != std::errc() || end != name.data() + name.size()) {
    return false;
  }
  if (::kill(owner, 0) == 0 || errno != ESRCH) return false;
  // One of another container, whose processes cannot be seen here, answers.
  net::io_context unused;
  Local::socket connection(unused);
  boost::system::error_code error;
  connection.connect(Local::endpoint(socket.string()), error);
  return error == net::error::connection_refused;
}

// Nobody else would ever take away what killed processes have left.
void removeAbandoned(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (abandoned(entry.path())) ::unlink(entry.path().c_str());
  }
}

}  // namespace

std::string controlSocketPath() {
  fs::path folder = socketFolder();
  removeAbandoned(folder);
  return folder / (std::to_string(::getpid()) + ".sock");
}

}  // namespace lathe::cli
