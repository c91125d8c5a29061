#include "persist/lmdb-checkpoint.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "persist/lmdb-error.h"

namespace lathe::persist {
namespace {

// A file for as long as it is needed, with its errors as StoreErrors.
class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags, const char* tried)
      : path_(path), tried_(tried), file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    check(file_ >= 0);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(file_); }

  void write(std::string_view bytes, std::size_t at) {
    const auto written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written >= 0 && static_cast<std::size_t>(written) != bytes.size()) errno = ENOSPC;
    check(written == static_cast<ssize_t>(bytes.size()));
  }
  std::string read(std::size_t bytes, std::size_t at) {
    std::string content(bytes, '\0');
    const auto count = ::pread(file_, content.data(), bytes, static_cast<off_t>(at));
    if (count >= 0) errno = EIO;
    check(count == static_cast<ssize_t>(bytes));
    return content;
  }
  void sync() { check(::fsync(file_) == 0); }

 private:
  void check(bool good) const {
    if (!good) throwLmdbError(errno, path_, tried_);
  }
  const std::filesystem::path& path_;
  const char* tried_;
  int file_;
};

std::filesystem::path checkpointOf(const std::filesystem::path& file) {
  return file.string() + "-checkpoint";
}

// Empty when it cannot be told, which is never the boot of a checkpoint.
std::string thisBoot() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

// FNV-1a: against files that were written in part, not against malice.
std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return sum;
}

struct Checkpoint {
  std::string boot;
  std::string page;
};

// A line "lathe-checkpoint BOOT CHECKSUM" and the page. Nothing when there is none that is whole.
std::optional<Checkpoint> readCheckpoint(const std::filesystem::path& file) {
  std::ifstream stream(checkpointOf(file), std::ios::binary);
  std::string line;
  if (!std::getline(stream, line)) return std::nullopt;
  std::istringstream words(line);
  std::string name;
  Checkpoint checkpoint;
  std::uint64_t sum = 0;
  words >> name >> checkpoint.boot >> sum;
  checkpoint.page.assign(std::istreambuf_iterator<char>(stream), {});
  if (name != "lathe-checkpoint" || checkpoint.page.empty() || sum != checksum(checkpoint.page)) {
    return std::nullopt;
  }
  return checkpoint;
}

}  // namespace

void syncFolderOf(const std::filesystem::path& file) {
  OpenFile(file.parent_path(), O_RDONLY | O_DIRECTORY, "cannot be written").sync();
}

void saveCheckpoint(const std::filesystem::path& file, std::uint64_t transaction,
                    std::size_t pageBytes) {
  // LMDB writes the meta page of a transaction to one of the first two pages, in turn.
  const std::string page = OpenFile(file, O_RDONLY | O_NOFOLLOW, "cannot be read")
                               .read(pageBytes, transaction % 2 * pageBytes);
  const auto path = checkpointOf(file);
  const std::filesystem::path fresh = path.string() + ".new";
  const std::string boot = thisBoot();
  {
    // Whatever is left there, and be it a link, is not written to.
    ::unlink(fresh.c_str());
    OpenFile content(fresh, O_WRONLY | O_CREAT | O_EXCL, "cannot be written");
    const std::string line = "lathe-checkpoint " + (boot.empty() ? "unknown" : boot) + " " +
                             std::to_string(checksum(page)) + "\n";
    content.write(line + page, 0);
    content.sync();
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) throwLmdbError(errno, path, "cannot be written");
  syncFolderOf(file);
}

void restoreCheckpoint(const std::filesystem::path& file) {
  const auto checkpoint = readCheckpoint(file);
  if (!checkpoint || checkpoint->boot == thisBoot()) return;
  OpenFile state(file, O_WRONLY | O_NOFOLLOW, "cannot be written");
  for (std::size_t number : {0, 1}) {
    // A page begins with its number, in the machine's byte order.
    std::string page = checkpoint->page;
    const std::uint64_t own = number;
    page.replace(0, sizeof own, reinterpret_cast<const char*>(&own), sizeof own);
    state.write(page, number * page.size());
  }
  state.sync();
}

bool hasCheckpoint(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::exists(checkpointOf(file), none);
}

void forgetCheckpoint(const std::filesystem::path& file) {
  std::error_code none;
  if (std::filesystem::remove(checkpointOf(file), none)) syncFolderOf(file);
}

}  // namespace lathe::persist
