#pragma once

#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lathe::cli {

// The keys that are pressed on the terminal of standard input, one by one and unseen. While this
// lives the terminal is set so; it is as it was before whenever somebody else has it: after this,
// while the process is stopped or in the background, and when the process ends by a signal. One at
// a time. Loop thread.
class TerminalKeys {
 public:
  // Whether there is a person: standard input and standard error are a terminal.
  static bool possible();

  // Calls `onKey` for each key that is a single ASCII character.
  TerminalKeys(boost::asio::io_context& loop, std::function<void(char)> onKey);
  TerminalKeys(const TerminalKeys&) = delete;
  TerminalKeys& operator=(const TerminalKeys&) = delete;
  ~TerminalKeys();

  // Sets the terminal as it was, for those who are about to end the process. Does nothing when
  // there is no TerminalKeys. From any thread, and from signal handlers.
  static void restore() noexcept;

 private:
  void wait();
  void read();

  std::function<void(char)> onKey_;
  // The terminal opened anew: what is set on this does not concern those who share ours.
  boost::asio::posix::stream_descriptor terminal_;
  boost::asio::steady_timer pause_;
};

}  // namespace lathe::cli
