#include "cli/file-watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/silent-file-systems.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MODIFY | IN_DELETE |
                                IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_ONLYDIR;

bool isWithin(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& loop, Path root, Way way, OnEvent onEvent)
    : root_(std::move(root)),
      way_(way),
      onEvent_(std::move(onEvent)),
      inotify_(loop),
      settleTimer_(loop),
      pollTimer_(loop) {
  int descriptor = way == Way::events ? ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
  if (descriptor < 0) {
    way_ = Way::poll;
    return;
  }
  inotify_.assign(descriptor);
  wait();
}

FileWatch::~FileWatch() = default;

void FileWatch::watch(const std::vector<Path>& files) {
  std::set<Path> now(files.begin(), files.end());
  if (now == files_ && !stale_) return;
  files_ = std::move(now);
  arm();
}

// ---- What to watch ----

void FileWatch::arm() {
  stale_ = false;
  wanted_.clear();
  links_.clear();
  auto polledBefore = std::exchange(polled_, {});
  for (const Path& file : files_) {
    addNames(file, file);
    std::error_code error;
    Path real = fs::canonical(file, error);
    if (error || real == file) continue;
    addNames(real, file);
    links_.insert(file);
  }
  std::map<int, Names> before = std::exchange(watched_, {});
  std::set<Path> unwatched;
  for (auto& [folder, names] : wanted_) {
    if (watchFolder(folder, names)) continue;
    for (const auto& [text, name] : names) unwatched.insert(name.files.begin(), name.files.end());
  }
  for (const auto& [descriptor, names] : before) {
    if (!watched_.contains(descriptor)) ::inotify_rm_watch(inotify_.native_handle(), descriptor);
  }
  for (const Path& file : unwatched) {
    auto known = polledBefore.find(file);
    polled_.emplace(file, known == polledBefore.end() ? lookAt(file) : known->second);
  }
  if (polledBefore.empty() && !polled_.empty()) poll();
}

// Adds what has to be heard to learn what becomes of `file`, which is to be found at `place`.
void FileWatch::addNames(const Path& place, const Path& file) {
  bool folder = false;
  for (Path at = place; at.has_relative_path(); at = at.parent_path()) {
    Path parent = at.parent_path();
    std::error_code error;
    bool there = fs::is_directory(parent, error);
    if (there) {
      Name& name = wanted_[parent][at.filename().string()];
      name.files.insert(file);
      name.folder = name.folder || folder;
    }
    folder = true;
    // Up to the nearest folder that there is, and then to the root.
    if (there && (parent == root_ || !isWithin(parent, root_))) break;
  }
}

bool FileWatch::watchFolder(const Path& folder, Names names) {
  if (way_ == Way::poll || isOnSilentFileSystem(folder)) return false;
  int descriptor = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), kMask);
  // A folder that has just gone: that of its parent tells when it comes back.
  if (descriptor < 0) return errno == ENOENT || errno == ENOTDIR;
  for (auto& [text, name] : names) {
    Name& known = watched_[descriptor][text];
    known.files.merge(name.files);
    known.folder = known.folder || name.folder;
  }
  return true;
}

// ---- What happens ----

void FileWatch::wait() {
  inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (error) return;
                        takeEvents();
                        wait();
                      });
}

void FileWatch::takeEvents() {
  if (!inotify_.is_open()) return;
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  bool concerned = false;
  for (;;) {
    ssize_t count = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
    if (count <= 0) break;
    for (const char* at = buffer.data(); at < buffer.data() + count;) {
      concerned = onInotify(at) || concerned;
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      at += sizeof event + event.len;
    }
  }
  // What happens to other files of the folders must not put off what is to be told of these.
  if (concerned) settle();
}

bool FileWatch::isBeingReplaced(const Path& file) {
  takeEvents();
  auto touched = touched_.find(file);
  return touched != touched_.end() && touched->second.happened == Happened::replacing;
}

bool FileWatch::onInotify(const char* raw) {
  inotify_event event;
  std::memcpy(&event, raw, sizeof event);
  if (event.mask & IN_Q_OVERFLOW) {
    stale_ = true;
    touch(files_, Happened::replacing);
    return true;
  }
  auto watched = watched_.find(event.wd);
  if (watched == watched_.end()) return false;
  if (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) {
    stale_ = true;
    for (const auto& [text, name] : watched->second) touch(name.files, Happened::replacing);
    return true;
  }
  if (event.len == 0) return false;
  auto found = watched->second.find(raw + sizeof event);
  if (found == watched->second.end()) return false;
  const Name& name = found->second;
  bool comesOrGoes = event.mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM);
  // Not what is merely written within a folder on the way.
  if (name.folder && !comesOrGoes) return false;
  // A symbolic link may lead to somewhere else now.
  if (comesOrGoes && (name.folder || isLink(name.files))) stale_ = true;
  bool whole = event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB);
  touch(name.files, whole && !name.folder ? Happened::whole : Happened::replacing);
  return true;
}

bool FileWatch::isLink(const std::set<Path>& files) const {
  return std::ranges::any_of(files, [&](const Path& file) {
    std::error_code error;
    return links_.contains(file) || fs::is_symlink(file, error);
  });
}

void FileWatch::touch(const std::set<Path>& files, Happened happened) {
  auto now = Clock::now();
  for (const Path& file : files) {
    auto [entry, fresh] = touched_.try_emplace(file);
    Touch& touch = entry->second;
    if (fresh) {
      touch.first = touch.since = now;
      auto unfinished = unfinished_.extract(file);
      if (unfinished && now - unfinished.mapped().at < kReplacing) {
        touch.since = unfinished.mapped().since;
      }
    }
    touch.at = now;
    touch.happened = happened;
  }
}

// What has been touched, as the saves it belongs to.
std::vector<FileWatch::Save> FileWatch::saves() const {
  std::vector<const std::pair<const Path, Touch>*> order;
  for (const auto& touched : touched_) order.push_back(&touched);
  std::ranges::sort(order, {}, [](const auto* touched) { return touched->second.since; });
  std::vector<Save> saves;
  Clock::time_point before;
  Clock::time_point latest;
  for (const auto* touched : order) {
    const auto& [path, touch] = *touched;
    if (saves.empty() || touch.since - before >= kReplacing) {
      saves.emplace_back();
      latest = Clock::time_point::max();
    }
    before = touch.since;
    latest = std::min(latest, touch.first + kSettleMax);
    Clock::duration quiet = kSettle;
    if (touch.happened == Happened::replacing) quiet = kReplacing;
    Save& save = saves.back();
    save.files.insert(path);
    save.due = std::min(std::max(save.due, touch.at + quiet), latest);
  }
  return saves;
}

// Tells of a save when nothing more happens to its files.
void FileWatch::settle() {
  if (touched_.empty()) return;
  auto due = std::ranges::min(saves(), {}, &Save::due).due;
  settleTimer_.expires_at(due);
  settleTimer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell();
  });
}

void FileWatch::tell() {
  std::set<Path> paths;
  auto now = Clock::now();
  for (const Save& save : saves()) {
    if (save.due <= now) paths.insert(save.files.begin(), save.files.end());
  }
  for (const Path& path : paths) {
    auto touched = touched_.extract(path);
    if (touched.mapped().happened == Happened::replacing) unfinished_.insert(std::move(touched));
  }
  std::erase_if(unfinished_, [&](const auto& each) { return now - each.second.at >= kReplacing; });
  settle();
  if (paths.empty()) return;
  // What lies in a folder that has come back has come unheard, so this is before anybody looks.
  if (stale_) arm();
  onEvent_(paths);
}

// ---- Where nothing tells ----

FileWatch::Look FileWatch::lookAt(const Path& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return {};
  std::error_code error;
  auto time = fs::last_write_time(path, error);
  if (error) return {};
  return {time, static_cast<std::uintmax_t>(info.st_size), info.st_ino};
}

void FileWatch::poll() {
  pollTimer_.expires_after(kPollInterval);
  pollTimer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    std::set<Path> different;
    for (auto& [path, look] : polled_) {
      Look now = lookAt(path);
      if (now == look) continue;
      look = now;
      different.insert(path);
    }
    if (!different.empty()) {
      touch(different, Happened::whole);
      settle();
    }
    if (!polled_.empty()) poll();
  });
}

}  // namespace lathe::cli
