#include "persist/lmdb-error.h"

#include <cerrno>
#include <cstdint>

#include <lmdb.h>
#include <sys/statvfs.h>

#include "persist/actor-store.h"
#include "persist/lmdb-guard.h"

namespace lathe::persist {
namespace {

// Of a write that does not fit, the part that did is taken back: less than this is as good as none.
constexpr std::uintmax_t kRoomBytesMin = 1 << 20;

std::string meaning(int code, const std::filesystem::path& file) {
  switch (code) {
    case MDB_INVALID:
      return "it is not a state file, or its beginning is damaged";
    case MDB_VERSION_MISMATCH:
      return "it was written by another version of LMDB";
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:
    case MDB_BAD_TXN:  // of a transaction that has met with damage before
    case kLmdbBrokenOff:
      return "it is damaged";
    case ELOOP:
      return "it is a link, and lathe writes to none in a state folder";
    case EACCES:
    case EPERM:
      return "it may not be written by this user (permission denied)";
    case EROFS:
      return file.parent_path().string() + " is on a file system that is mounted read-only";
    default:
      return ::mdb_strerror(code);
  }
}

}  // namespace

bool diskIsFull(const std::filesystem::path& file) {
  struct statvfs disk {};
  if (::statvfs(file.parent_path().c_str(), &disk) != 0) return false;
  return static_cast<std::uintmax_t>(disk.f_bavail) * disk.f_frsize < kRoomBytesMin;
}

void throwLmdbError(int code, const std::filesystem::path& file, const std::string& tried) {
  if (code == MDB_MAP_FULL) throw MapFull();
  const std::string what = file.string() + " " + tried + ": ";
  if (code == ENOSPC || code == EDQUOT || (code == EIO && diskIsFull(file))) {
    throw StoreError(StoreError::Reason::diskFull,
                     what + "the disk of " + file.parent_path().string() + " is full");
  }
  throw StoreError(StoreError::Reason::failed, what + meaning(code, file));
}

}  // namespace lathe::persist
