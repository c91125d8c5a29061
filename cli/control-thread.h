#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/io/cpu-watch.h"

namespace lathe::cli {

// The thread that stays awake while the loop thread computes: it watches the loop's CPU time and
// takes the signals, so that Ctrl-C works also during `while (true) {}`.
class ControlThread {
 public:
  using Clock = std::chrono::steady_clock;

  // How long a graceful stop may take.
  static constexpr std::chrono::milliseconds kGrace{5'000};

  // What signals ask for; posted to the loop.
  struct Requests {
    // SIGINT or SIGTERM, the first time: stop gracefully until `deadline`. When a script still
    // computes then it is stopped; when that does not help either, the process ends.
    std::function<void(Clock::time_point deadline)> stop;
    // SIGHUP.
    std::function<void()> reload;
  };

  // Watches only; signals keep the effect they have. `watch` outlives this.
  explicit ControlThread(io::CpuWatch& watch);
  // Takes the signals too. `loop` outlives this. The second SIGINT or SIGTERM ends the process at
  // once, with 128 and the signal's number.
  ControlThread(io::CpuWatch& watch, boost::asio::io_context& loop, Requests requests);
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;
  ~ControlThread();

 private:
  void poll();
  void awaitSignal();
  void onStop(int signal);
  void forceStop(int signal, int attempt);

  io::CpuWatch& watch_;
  boost::asio::io_context* loop_ = nullptr;
  Requests requests_;
  boost::asio::io_context control_{1};
  boost::asio::steady_timer pollTimer_{control_};
  boost::asio::steady_timer forceTimer_{control_};
  boost::asio::signal_set signals_{control_};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace lathe::cli
