#include "persist/state-folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "persist/actor-store.h"

namespace lathe::persist {
namespace {

[[noreturn]] void fail(const std::filesystem::path& folder, const std::string& why) {
  throw StoreError(StoreError::Reason::failed, "the state folder " + folder.string() + " " + why);
}

}  // namespace

std::optional<std::string_view> networkFileSystem(long type) {
  // statfs(2) and linux/magic.h. What FUSE shows may be anything, and mostly is a network.
  static constexpr struct {
    std::uint32_t type;
    std::string_view name;
  } kTypes[] = {
      {0x6969, "NFS"},        {0x517b, "SMB"},        {0xfe534d42, "SMB"},  {0xff534d42, "CIFS"},
      {0x65735546, "FUSE"},   {0x01021997, "9P"},     {0x00c36400, "Ceph"}, {0x0bd00bd0, "Lustre"},
      {0x5346414f, "AFS"},    {0x6b414653, "AFS"},    {0x73757245, "Coda"}, {0x564c, "NCP"},
      {0x786f4256, "vboxsf"}, {0x19830326, "BeeGFS"}, {0x47504653, "GPFS"},
  };
  const auto found = std::ranges::find(kTypes, static_cast<std::uint32_t>(type),
                                       [](const auto& each) { return each.type; });
  if (found == std::end(kTypes)) return std::nullopt;
  return found->name;
}

void prepareStateFolder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (error) fail(folder, "cannot be made: " + error.message());
  struct statfs disk {};
  if (::statfs(folder.c_str(), &disk) != 0) {
    fail(folder, std::string("cannot be used: ") + std::strerror(errno));
  }
  if (const auto name = networkFileSystem(disk.f_type)) {
    fail(folder, "is on a network file system (" + std::string(*name) +
                     "), where it could be damaged: use a folder on a local disk");
  }
  if (!made) return;
  const int file = ::open((folder / ".gitignore").c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return;
  // Where that fails the folder is only less tidy.
  [[maybe_unused]] const auto written = ::write(file, "*\n", 2);
  ::close(file);
}

}  // namespace lathe::persist
