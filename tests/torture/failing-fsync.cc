// A library to be preloaded. While the file exists that LATHE_FAILING_FSYNC names, fsync and
// fdatasync fail, as they do when the disk does not take what was written; or, when there is
// something in the file, they wait, as they do on a disk that is slow.

#include <cerrno>
#include <cstdlib>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

int sync(long call, int file) {
  const char* flag = std::getenv("LATHE_FAILING_FSYNC");
  struct stat status {};
  while (flag && ::stat(flag, &status) == 0) {
    if (status.st_size == 0) {
      errno = EIO;
      return -1;
    }
    ::usleep(1000);
  }
  return static_cast<int>(::syscall(call, file));
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int fsync(int file) { return sync(SYS_fsync, file); }

__attribute__((visibility("default"))) int fdatasync(int file) { return sync(SYS_fdatasync, file); }
}
