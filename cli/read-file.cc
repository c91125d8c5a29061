#include "cli/read-file.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lathe::cli {

namespace {

// How many folders up a relative path may lead before the whole one is easier to read.
constexpr int kStepsUpMax = 3;

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

FileError failure(int error) {
  if (error == ELOOP) return {FileError::Kind::other, "is a link that leads back to itself"};
  return {FileError::Kind::other, std::string("cannot be read: ") + std::strerror(error)};
}

}  // namespace

std::string readFile(const std::filesystem::path& path) {
  if (auto content = readFileIfThere(path)) return std::move(*content);
  throw FileError(FileError::Kind::absent, "does not exist");
}

std::optional<std::string> readFileIfThere(const std::filesystem::path& path) {
  // The system would take the part before for the name.
  if (path.native().find('\0') != std::string::npos) {
    throw FileError(FileError::Kind::other, "has a NUL character in its name");
  }
  // Non-blocking, so that opening a pipe nobody writes to does not hang.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file.number < 0) throw failure(errno);
  struct stat status {};
  if (::fstat(file.number, &status) != 0) throw failure(errno);
  if (S_ISDIR(status.st_mode)) throw FileError(FileError::Kind::other, "is a folder, not a file");
  if (!S_ISREG(status.st_mode)) throw FileError(FileError::Kind::other, "is not a regular file");
  if (static_cast<std::uintmax_t>(status.st_size) > kFileBytesMax) {
    throw FileError(FileError::Kind::other, "is larger than 512 MiB");
  }

  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    ssize_t got = ::read(file.number, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw failure(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

std::string shownPath(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path here = std::filesystem::current_path(error);
  if (error) return path.string();
  std::filesystem::path relative = path.lexically_normal().lexically_relative(here);
  int stepsUp = 0;
  for (const auto& part : relative) stepsUp += part == "..";
  if (relative.empty() || stepsUp > kStepsUpMax) return path.string();
  return relative.string();
}

}  // namespace lathe::cli
