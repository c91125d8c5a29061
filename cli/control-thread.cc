#include "cli/control-thread.h"

#include <csignal>
#include <utility>

#include <boost/asio/post.hpp>
#include <unistd.h>

#include "cli/terminal-keys.h"

namespace lathe::cli {

namespace net = boost::asio;

namespace {

// After the grace time: how often, and how many times, a script that still computes is stopped.
constexpr std::chrono::milliseconds kForceInterval{500};
constexpr int kForceAttemptsMax = 4;

[[noreturn]] void end(int signal) {
  TerminalKeys::restore();
  ::_exit(128 + signal);
}

}  // namespace

ControlThread::ControlThread(io::CpuWatch& watch) : watch_(watch) {
  poll();
  thread_ = std::thread([this] { control_.run(); });
}

ControlThread::ControlThread(io::CpuWatch& watch, net::io_context& loop, Requests requests)
    : watch_(watch), loop_(&loop), requests_(std::move(requests)) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) signals_.add(signal);
  awaitSignal();
  poll();
  thread_ = std::thread([this] { control_.run(); });
}

ControlThread::~ControlThread() {
  control_.stop();
  thread_.join();
}

void ControlThread::poll() {
  bool running = watch_.poll();
  pollTimer_.expires_after(
      std::chrono::milliseconds(running ? io::CpuWatch::kPollMs : io::CpuWatch::kIdlePollMs));
  pollTimer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) poll();
  });
}

void ControlThread::awaitSignal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      net::post(*loop_, requests_.reload);
    } else {
      onStop(signal);
    }
    awaitSignal();
  });
}

void ControlThread::onStop(int signal) {
  if (stopping_) end(signal);
  stopping_ = true;
  net::post(*loop_, [stop = requests_.stop, deadline = Clock::now() + kGrace] { stop(deadline); });
  forceTimer_.expires_after(kGrace + kForceInterval);
  forceTimer_.async_wait([this, signal](const boost::system::error_code& error) {
    if (!error) forceStop(signal, 1);
  });
}

void ControlThread::forceStop(int signal, int attempt) {
  if (attempt > kForceAttemptsMax) end(signal);
  watch_.terminate();
  forceTimer_.expires_after(kForceInterval);
  forceTimer_.async_wait([this, signal, attempt](const boost::system::error_code& error) {
    if (!error) forceStop(signal, attempt + 1);
  });
}

}  // namespace lathe::cli
