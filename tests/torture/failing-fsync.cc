// A library to be preloaded: fsync and fdatasync fail while the file exists that
// LATHE_FAILING_FSYNC names, as they do when the disk does not take what was written.

#include <cerrno>
#include <cstdlib>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

int sync(long call, int file) {
  const char* flag = std::getenv("LATHE_FAILING_FSYNC");
  if (flag && ::access(flag, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(call, file));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int fsync(int file) { return sync(SYS_fsync, file); }

__attribute__((visibility("default"))) int fdatasync(int file) { return sync(SYS_fdatasync, file); }
}
