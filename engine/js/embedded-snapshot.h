#pragma once

#include <string_view>

// The startup snapshot that the build made and put into this executable
// (engine/js/embedded-snapshot.S), as openSnapshot() of engine/js/snapshot.h wants it. Lives as
// long as the process. A program that is linked without the snapshot, as the one that makes it,
// does not link when it calls this.
extern "C" const char lathe_snapshot_begin[];
extern "C" const char lathe_snapshot_end[];

namespace lathe::js {

inline std::string_view embeddedSnapshot() {
  return {lathe_snapshot_begin,
          static_cast<std::size_t>(lathe_snapshot_end - lathe_snapshot_begin)};
}

}  // namespace lathe::js
