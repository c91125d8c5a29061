#include "persist/state-lock.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "persist/actor-store.h"

namespace lathe::persist {
namespace {

constexpr int kTriesMax = 10;
constexpr std::chrono::milliseconds kPauseBetweenTries{5};

// Whoever has given us the folder may have put something else there: a link to another file, a
// pipe.
constexpr int kOpenFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
constexpr const char* kIsLink =
    " is a link to another file, which would be overwritten: remove the link";

std::filesystem::path lockFile(const std::filesystem::path& folder) { return folder / "lock.json"; }

// More than any owner writes.
constexpr std::size_t kTextBytesMax = 8192;

// The pid is 0 when the text does not tell: its owner is only just writing it.
StateOwner readOwner(int file) {
  std::string text(kTextBytesMax, '\0');
  const auto count = ::pread(file, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  const auto json = nlohmann::json::parse(text, nullptr, false);
  StateOwner owner;
  if (!json.is_object()) return owner;
  if (auto pid = json.find("pid"); pid != json.end() && pid->is_number_integer()) {
    owner.pid = pid->get<pid_t>();
  }
  if (auto socket = json.find("socket"); socket != json.end() && socket->is_string()) {
    owner.socket = socket->get<std::string>();
  }
  return owner;
}

[[noreturn]] void fail(const std::string& text) {
  throw StoreError(StoreError::Reason::failed, text);
}

}  // namespace

StateLock::StateLock(const std::filesystem::path& folder) : path_(lockFile(folder)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | kOpenFlags, 0600);
  if (file_ < 0 && errno == ELOOP) fail(path_.string() + kIsLink);
  if (file_ < 0) fail(path_.string() + " cannot be opened: " + std::strerror(errno));
  try {
    refuseOther();
    lock(folder);
    tell({::getpid(), ""});
  } catch (...) {
    ::close(file_);
    throw;
  }
}

// The text of whatever it is would be replaced by ours.
void StateLock::refuseOther() const {
  struct stat status {};
  if (::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
    fail(path_.string() + " is no regular file");
  }
  if (status.st_nlink > 1) fail(path_.string() + kIsLink);
}

void StateLock::lock(const std::filesystem::path& folder) {
  // Who only asks for the owner holds the lock for an instant, so a dead owner is asked again.
  for (int tries = 0; ::flock(file_, LOCK_EX | LOCK_NB) != 0; ++tries) {
    const int code = errno;
    if (code != EWOULDBLOCK) fail(path_.string() + " cannot be locked: " + std::strerror(code));
    const pid_t owner = readOwner(file_).pid;
    const bool lives = owner > 0 && (::kill(owner, 0) == 0 || errno == EPERM);
    if (!lives && tries < kTriesMax) {
      std::this_thread::sleep_for(kPauseBetweenTries);
      continue;
    }
    fail("the state folder " + folder.string() + " is in use by " +
         (owner > 0 ? "process " + std::to_string(owner) : "another process"));
  }
}

StateLock::~StateLock() {
  // The file stays: whoever removed it could take it from under one who has just opened it. Its
  // text is not believed without the lock, so it does not matter when it cannot be emptied.
  [[maybe_unused]] const int emptied = ::ftruncate(file_, 0);
  ::close(file_);
}

void StateLock::tellSocket(const std::string& path) { tell({::getpid(), path}); }

void StateLock::tell(const StateOwner& owner) {
  nlohmann::json json = {{"pid", owner.pid}};
  if (!owner.socket.empty()) json["socket"] = owner.socket;
  // Paths are bytes; what is no UTF-8 in them is replaced.
  const std::string text =
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const auto bytes = static_cast<ssize_t>(text.size());
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, text.data(), text.size(), 0) != bytes) {
    fail(path_.string() + " cannot be written: " + std::strerror(errno));
  }
}

std::optional<StateOwner> StateLock::ownerOf(const std::filesystem::path& folder) {
  const int file = ::open(lockFile(folder).c_str(), O_RDONLY | kOpenFlags);
  if (file < 0) return std::nullopt;
  std::optional<StateOwner> owner;
  if (::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) owner = readOwner(file);
  ::close(file);
  return owner;
}

}  // namespace lathe::persist
