#include "cli/silent-file-systems.h"

#include <algorithm>
#include <array>

#include <sys/vfs.h>

namespace lathe::cli {

namespace {

// NFS, SMB in three dresses, 9P, FUSE, VirtualBox, Ceph, AFS, Coda.
constexpr std::array<unsigned long, 10> kSilent = {0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                                   0x01021997, 0x65735546, 0x786F4256, 0x00C36400,
                                                   0x5346414F, 0x73757245};

}  // namespace

bool isOnSilentFileSystem(const std::filesystem::path& folder) {
  struct statfs info;
  if (::statfs(folder.c_str(), &info) != 0) return false;
  auto type = static_cast<unsigned long>(info.f_type) & 0xFFFFFFFF;
  return std::ranges::find(kSilent, type) != kSilent.end();
}

}  // namespace lathe::cli
