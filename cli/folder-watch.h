#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cli/file-watch.h"

namespace lathe::cli {

// Tells when anything may have happened in one of certain folders; what it was is for the listener
// to find out. Loop thread.
//
// By inotify; where that cannot work the listener is told once a second to have a look.
class FolderWatch {
 public:
  using OnEvent = std::function<void()>;

  // How long to wait for more to happen.
  static constexpr std::chrono::milliseconds kSettle{20};
  // While things go on happening, at the latest after so long.
  static constexpr std::chrono::milliseconds kSettleMax{250};
  static constexpr std::chrono::milliseconds kPollInterval{1'000};

  FolderWatch(boost::asio::io_context& loop, FileWatch::Way way, OnEvent onEvent);
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // From here on, these folders, not those below them, and no others. For a folder that was not
  // watched before OnEvent follows: something may have happened in it in the meantime.
  void watch(const std::set<std::filesystem::path>& folders);

 private:
  using Clock = std::chrono::steady_clock;

  // Opens inotify, which a system has only a few of, when there is something to watch.
  void openInotify();
  void wait();
  void takeEvents();
  void touch();
  void poll();

  FileWatch::Way way_;
  OnEvent onEvent_;
  // By folder, inotify's descriptor.
  std::map<std::filesystem::path, int> watched_;
  bool polls_ = false;
  // When the first of what has not been told yet has happened.
  std::optional<Clock::time_point> firstTouch_;
  boost::asio::posix::stream_descriptor inotify_;
  boost::asio::steady_timer settleTimer_;
  boost::asio::steady_timer pollTimer_;
};

}  // namespace lathe::cli
