#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/epoll.h>

namespace lathe::http {

// Says when sockets become ready for reading or writing. A socket is registered once, not each time
// that somebody waits for it: with short messages, the system call which that takes is an eighth of
// all the work. The loop waits for this set as if it were one socket. Loop thread.
class Readiness {
 public:
  class Watcher {
   public:
    // The socket has become ready for something that it was not ready for before: `events` is what
    // it is ready for now, as epoll_ctl(2) calls it. May remove any watcher.
    virtual void ready(unsigned events) = 0;

   protected:
    ~Watcher() = default;
  };

  explicit Readiness(boost::asio::io_context& loop);
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  boost::asio::io_context& loop() { return loop_; }

  // Tells `watcher` at once, from the loop, what the socket is ready for, and then of each change.
  void add(int socket, Watcher& watcher);
  // Before the socket is closed.
  void remove(int socket, Watcher& watcher);

 private:
  // What the loop has to do besides comes to its turn after so many.
  static constexpr std::size_t kBatchMax = 64;
  static constexpr int kBatchesMax = 4;

  void await();
  void tell();
  // How many events there were to tell.
  std::size_t tellBatch();

  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor set_;
  std::size_t watchers_ = 0;
  bool awaiting_ = false;
  // What is being told.
  std::array<epoll_event, kBatchMax> batch_;
  std::size_t told_ = 0;
  std::size_t batchSize_ = 0;
  // Expires with the set: a wait may come home later.
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace lathe::http
