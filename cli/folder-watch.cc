#include "cli/folder-watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/inotify.h>
#include <unistd.h>

#include "cli/silent-file-systems.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// Not what is merely being written: whoever writes closes the file when it is whole.
constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE |
                                IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

FolderWatch::FolderWatch(boost::asio::io_context& loop, FileWatch::Way way, OnEvent onEvent)
    : way_(way),
      onEvent_(std::move(onEvent)),
      inotify_(loop),
      settleTimer_(loop),
      pollTimer_(loop) {}

void FolderWatch::openInotify() {
  if (way_ == FileWatch::Way::poll || inotify_.is_open()) return;
  int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return;
  inotify_.assign(descriptor);
  wait();
}

void FolderWatch::watch(const std::set<fs::path>& folders) {
  std::erase_if(watched_, [&](const auto& watched) {
    if (folders.contains(watched.first)) return false;
    ::inotify_rm_watch(inotify_.native_handle(), watched.second);
    return true;
  });
  if (!folders.empty()) openInotify();
  bool unheard = false;
  for (const fs::path& folder : folders) {
    if (watched_.contains(folder)) continue;
    int descriptor = -1;
    if (inotify_.is_open() && !isOnSilentFileSystem(folder)) {
      descriptor = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), kMask);
      // A folder that has just gone: that of its parent tells when it comes back.
      if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) continue;
    }
    if (descriptor < 0) {
      unheard = true;
    } else {
      watched_.emplace(folder, descriptor);
      touch();
    }
  }
  bool polled = std::exchange(polls_, unheard);
  if (polls_ && !polled) poll();
}

void FolderWatch::wait() {
  inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (error) return;
                        takeEvents();
                        wait();
                      });
}

void FolderWatch::takeEvents() {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  for (;;) {
    ssize_t count = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
    if (count <= 0) return;
    for (const char* at = buffer.data(); at < buffer.data() + count;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      at += sizeof event + event.len;
      // One that has gone may come back under its name, as another one for the system.
      if (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) {
        ::inotify_rm_watch(inotify_.native_handle(), event.wd);
        std::erase_if(watched_, [&](const auto& watched) { return watched.second == event.wd; });
      }
      // What follows the end of a watch says nothing new.
      if (!(event.mask & IN_IGNORED)) touch();
    }
  }
}

void FolderWatch::touch() {
  if (!firstTouch_) firstTouch_ = Clock::now();
  settleTimer_.expires_at(std::min(Clock::now() + kSettle, *firstTouch_ + kSettleMax));
  settleTimer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    firstTouch_.reset();
    onEvent_();
  });
}

void FolderWatch::poll() {
  pollTimer_.expires_after(kPollInterval);
  pollTimer_.async_wait([this](const boost::system::error_code& error) {
    if (error || !polls_) return;
    onEvent_();
    if (polls_) poll();
  });
}

}  // namespace lathe::cli
