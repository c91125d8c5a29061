#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lathe::cli {

// Tells when something has happened to one of certain files. Loop thread.
//
// What is watched are folders, by inotify: that of each file, and those above it up to `root`. So a
// file may be replaced by another of its name, may come only later, and may go and come back with
// its folder. A file behind a symbolic link is watched in both places. Where inotify cannot work
// (no watches left, file systems of other machines) the files are looked at five times a second.
class FileWatch {
 public:
  // Files to which something has happened; never empty. They may hold what they held before.
  using OnEvent = std::function<void(const std::set<std::filesystem::path>& paths)>;

  enum class Way { events, poll };

  // How long to wait for more to happen after a file has been written as a whole: what saves one
  // file often saves others.
  static constexpr std::chrono::microseconds kSettle{1'000};
  // The same after one has been taken away, or written to and not closed: what does so is likely
  // in the middle of replacing it. Files that begin to change no longer than this after one another
  // belong to one save, and are told of together. One that somebody has been writing to for longer
  // holds up nobody else's save.
  static constexpr std::chrono::milliseconds kReplacing{30};
  // While things go on happening to the files of a save, at the latest after so long.
  static constexpr std::chrono::milliseconds kSettleMax{250};
  static constexpr std::chrono::milliseconds kPollInterval{200};

  // `way` is that of all files; `events` is left where it does not work.
  FileWatch(boost::asio::io_context& loop, std::filesystem::path root, Way way, OnEvent onEvent);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();

  // From here on, these files (absolute and normal) and no others.
  void watch(const std::vector<std::filesystem::path>& files);

  // Whether somebody is in the middle of writing the file, as far as is known at this moment: what
  // has just been read of it may be half of what it will be. Then OnEvent tells when it is whole.
  bool isBeingReplaced(const std::filesystem::path& file);

  // Whether some files are polled, for whoever wants to tell.
  bool polls() const { return !polled_.empty(); }

 private:
  using Path = std::filesystem::path;
  using Clock = std::chrono::steady_clock;

  // What matters in a folder: which files stand behind each name in it, and whether the name is the
  // file's own or that of a folder on the way to it.
  struct Name {
    std::set<Path> files;
    bool folder = false;
  };
  using Names = std::map<std::string, Name>;
  // What tells by a look whether a file has changed.
  struct Look {
    std::optional<std::filesystem::file_time_type> time;
    std::uintmax_t size = 0;
    std::uintmax_t number = 0;
    bool operator==(const Look&) const = default;
  };
  enum class Happened { whole, replacing };
  // What has happened to a file and has not been told yet.
  struct Touch {
    // The last of it, and when that was.
    Happened happened = Happened::whole;
    Clock::time_point at;
    // When the first of it was.
    Clock::time_point first;
    // When somebody began to write what is still not whole: earlier than `first` where it went on
    // after it had been told.
    Clock::time_point since;
  };
  // Files that changed together, and when they are told of unless more happens to them.
  struct Save {
    std::set<Path> files;
    Clock::time_point due;
  };

  static Look lookAt(const Path& path);
  void arm();
  void addNames(const Path& place, const Path& file);
  bool watchFolder(const Path& folder, Names names);
  void wait();
  void takeEvents();
  // Whether it concerns one of the files.
  bool onInotify(const char* event);
  // Whether one of them is a symbolic link, or was one.
  bool isLink(const std::set<Path>& files) const;
  void touch(const std::set<Path>& files, Happened happened);
  std::vector<Save> saves() const;
  void settle();
  void tell();
  void poll();

  Path root_;
  Way way_;
  OnEvent onEvent_;
  std::set<Path> files_;
  // Those of them that are to be found elsewhere.
  std::set<Path> links_;
  // By folder, what has to be watched there.
  std::map<Path, Names> wanted_;
  // By inotify's descriptor; two folders of `wanted_` may be one for the system.
  std::map<int, Names> watched_;
  std::map<Path, Look> polled_;
  std::map<Path, Touch> touched_;
  // What was told of files that were not whole then.
  std::map<Path, Touch> unfinished_;
  // Folders have come or gone: what is watched has to be found anew.
  bool stale_ = false;
  boost::asio::posix::stream_descriptor inotify_;
  boost::asio::steady_timer settleTimer_;
  boost::asio::steady_timer pollTimer_;
};

}  // namespace lathe::cli
