#include "cli/input-end.h"

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace lathe::cli {

InputEnd::InputEnd(boost::asio::io_context& loop, std::function<void()> onEnd)
    : onEnd_(std::move(onEnd)), input_(loop) {
  int descriptor = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (descriptor < 0) {
    // Closed from the start.
    boost::asio::post(loop, onEnd_);
    return;
  }
  input_.assign(descriptor);
  wait();
}

void InputEnd::wait() {
  input_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      if (error == boost::asio::error::operation_aborted) return;
                      // A file, for which nobody can wait: it is as good as read.
                      if (error) return onEnd_();
                      pollfd ready{input_.native_handle(), POLLIN, 0};
                      // Not when somebody who shares it was quicker: the read would block.
                      if (::poll(&ready, 1, 0) > 0) {
                        std::array<char, 4096> dropped;
                        ssize_t count =
                            ::read(input_.native_handle(), dropped.data(), dropped.size());
                        if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) {
                          return onEnd_();
                        }
                      }
                      wait();
                    });
}

}  // namespace lathe::cli
