#include <doctest/doctest.h>
#include <linux/magic.h>

#include "persist/state-folder.h"

namespace lathe::persist {

TEST_CASE("state folder: network file systems are told from local ones") {
  struct {
    long type;
    std::optional<std::string_view> name;
  } cases[] = {
      {NFS_SUPER_MAGIC, "NFS"},
      {SMB_SUPER_MAGIC, "SMB"},
      {0xfe534d42, "SMB"},
      {static_cast<int>(0xfe534d42), "SMB"},  // where statfs gives a signed number of 32 bits
      {0xff534d42, "CIFS"},
      {0x65735546, "FUSE"},
      {V9FS_MAGIC, "9P"},
      {CODA_SUPER_MAGIC, "Coda"},
      {EXT4_SUPER_MAGIC, {}},
      {TMPFS_MAGIC, {}},
      {OVERLAYFS_SUPER_MAGIC, {}},
      {BTRFS_SUPER_MAGIC, {}},
      {XFS_SUPER_MAGIC, {}},
      {0, {}},
  };
  for (const auto& [type, name] : cases) {
    CAPTURE(type);
    CHECK(networkFileSystem(type) == name);
  }
}

}  // namespace lathe::persist
