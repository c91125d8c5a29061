#include "tools/packaging/program-folder.h"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lathe::packaging {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kUnpackingMax{60};
constexpr std::time_t kDay = 24 * 60 * 60;
constexpr std::time_t kKeptUnused = 30 * kDay;

constexpr const char* kUnfinished = ".part";
constexpr const char* kLockFile = "/lock";

std::system_error failure(const std::string& path, int error) {
  return std::system_error(error, std::generic_category(), path);
}

// Whether it is this user's alone to write: another could put a program of his own there.
bool isOurs(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool isWhole(const std::string& folder, const Archive& archive) {
  struct stat status = {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || !isOurs(status))
    return false;
  for (const PackedFile& file : archive.files()) {
    struct stat found = {};
    if (::lstat((folder + "/" + file.name).c_str(), &found) != 0 || !S_ISREG(found.st_mode) ||
        !isOurs(found) || static_cast<std::uint64_t>(found.st_size) != file.size) {
      return false;
    }
  }
  // So that it is not removed as unused. A folder that is read-only by now serves as well.
  if (std::time(nullptr) - status.st_mtime > kDay)
    ::utimensat(AT_FDCWD, folder.c_str(), nullptr, 0);
  return true;
}

// Makes `folder` with those above it, and checks whose it is.
void prepare(const fs::path& folder) {
  for (fs::path made; const fs::path& part : folder) {
    made /= part;
    if (::mkdir(made.c_str(), 0700) != 0 && errno != EEXIST) {
      // One that is there tells so on a read-only file system too, but not where one may not look.
      int error = errno;
      struct stat status = {};
      if (::stat(made.c_str(), &status) != 0) throw failure(made, error);
    }
  }
  struct stat status = {};
  if (::lstat(folder.c_str(), &status) != 0) throw failure(folder, errno);
  if (!S_ISDIR(status.st_mode)) throw failure(folder, ENOTDIR);
  if (!isOurs(status)) throw failure(folder.string() + ": others may write there", EPERM);
}

// Keeps other starts from changing a folder while it lives.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : file_(
            ::open((folder + kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (file_ < 0) throw failure(folder + kLockFile, errno);
    const auto end = std::chrono::steady_clock::now() + kUnpackingMax;
    while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EINTR && (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > end)) {
        int error = errno == EWOULDBLOCK ? ETIMEDOUT : errno;
        ::close(file_);
        throw failure(folder + kLockFile, error);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  ~FolderLock() { ::close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

void remove(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

void removeUnused(const std::string& folder, const std::string& inUse) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    struct stat status = {};
    std::string path = entry.path().string();
    if (path == inUse || ::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    if (path.ends_with(kUnfinished) || std::time(nullptr) - status.st_mtime > kKeptUnused)
      remove(path);
  }
}

void sync(const std::string& folder) {
  int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

void unpack(const std::string& whole, const Archive& archive, void (*attempt)(const std::string&)) {
  std::string unfinished = whole + kUnfinished;
  try {
    if (::mkdir(unfinished.c_str(), 0700) != 0) throw failure(unfinished, errno);
    archive.unpackInto(unfinished);
    std::string program = unfinished + "/" + archive.files().front().name;
    // Not where the file system is mounted without leave to run programs.
    if (::access(program.c_str(), X_OK) != 0)
      throw failure(unfinished + ": programs may not run there", errno);
    attempt(program);
    if (::rename(unfinished.c_str(), whole.c_str()) != 0) throw failure(whole, errno);
  } catch (...) {
    remove(unfinished);
    throw;
  }
}

}  // namespace

std::vector<std::string> unpackingFolders() {
  std::vector<std::string> folders;
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache && *cache == '/') {
    folders.push_back(std::string(cache) + "/lathe/programs");
  } else if (home && *home == '/') {
    folders.push_back(std::string(home) + "/.cache/lathe/programs");
  }
  std::string own = "/lathe-" + std::to_string(::geteuid());
  const char* temporary = std::getenv("TMPDIR");
  if (temporary && *temporary == '/') folders.push_back(temporary + own);
  for (const char* folder : {"/tmp", "/var/tmp"}) folders.push_back(folder + own);
  return folders;
}

std::string programIn(const std::string& folder, const Archive& archive,
                      void (*attempt)(const std::string&)) {
  std::string whole = folder + "/" + archive.footer().version;
  std::string program = whole + "/" + archive.files().front().name;
  if (isWhole(whole, archive)) return program;

  prepare(folder);
  FolderLock lock(folder);
  if (isWhole(whole, archive)) return program;
  remove(whole);
  removeUnused(folder, whole);
  unpack(whole, archive, attempt);
  sync(folder);
  return program;
}

}  // namespace lathe::packaging
