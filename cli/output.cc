#include "cli/output.h"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace lathe::cli {

bool writeAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody who shares the terminal has made it non-blocking.
      pollfd wait{descriptor, POLLOUT, 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool writeOut(std::string_view text) { return writeAll(STDOUT_FILENO, text); }

}  // namespace lathe::cli
