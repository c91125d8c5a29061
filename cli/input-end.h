#pragma once

#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace lathe::cli {

// Calls `onEnd`, once, when standard input is at its end: for whoever is started by a program that
// says so by closing it. What comes before is thrown away. Loop thread.
class InputEnd {
 public:
  InputEnd(boost::asio::io_context& loop, std::function<void()> onEnd);
  InputEnd(const InputEnd&) = delete;
  InputEnd& operator=(const InputEnd&) = delete;

 private:
  void wait();

  std::function<void()> onEnd_;
  boost::asio::posix::stream_descriptor input_;
};

}  // namespace lathe::cli
