#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace lathe::persist {

// Who owns a state folder, as its lock file tells others.
struct StateOwner {
  pid_t pid = 0;
  // Where it listens for those who want something of the state; empty while it does not.
  std::string socket;
};

// The right to use a state folder: one process has it at a time. It is a lock on the file
// `lock.json` in the folder, which ends with the process however that ends; the text in it says who
// has it, as JSON: {"pid": 123, "socket": "/run/…"}.
class StateLock {
 public:
  // Throws StoreError when another one has it ("… is in use by process 123"), the file cannot be
  // made, or is a link to another one. `folder` exists.
  explicit StateLock(const std::filesystem::path& folder);
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;
  ~StateLock();

  // Lets others find this process's socket.
  void tellSocket(const std::string& path);

  // Who has the folder at this moment; nothing when nobody does.
  static std::optional<StateOwner> ownerOf(const std::filesystem::path& folder);

 private:
  void refuseOther() const;
  void lock(const std::filesystem::path& folder);
  void tell(const StateOwner& owner);
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace lathe::persist
