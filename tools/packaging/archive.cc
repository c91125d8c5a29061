#include "tools/packaging/archive.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

namespace lathe::packaging {

namespace {

constexpr const char* kCutShort = "this file is cut short or damaged; fetch it again";

std::system_error failure(const std::string& path) {
  return std::system_error(errno, std::generic_category(), path);
}

int openSelf() {
  int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  // Without /proc there is the name that it was started by.
  auto* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  if (file < 0 && name) file = ::open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    throw std::runtime_error("cannot read its own file: " + std::string(std::strerror(errno)));
  return file;
}

std::size_t readAt(int file, void* to, std::size_t size, std::uint64_t position) {
  ssize_t got;
  do {
    got = ::pread(file, to, size, static_cast<off_t>(position));
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    throw std::runtime_error("cannot read its own file: " + std::string(std::strerror(errno)));
  return static_cast<std::size_t>(got);
}

// A file that is written from its beginning to its end, and is on the disk after finish().
class NewFile {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755)) {
    if (file_ < 0) throw failure(path_);
    // Whatever the umask: others may be meant to read it, and it has to be executable.
    ::fchmod(file_, 0755);
  }
  ~NewFile() { ::close(file_); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(const char* data, std::size_t size) {
    while (size > 0) {
      ssize_t written = ::write(file_, data, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw failure(path_);
      data += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  void finish() {
    if (::fsync(file_) != 0) throw failure(path_);
  }

 private:
  std::string path_;
  int file_;
};

// The payload as what it holds, piece by piece.
class Payload {
 public:
  Payload(int file, std::uint64_t position, std::uint64_t size)
      : file_(file),
        position_(position),
        left_(size),
        stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
    if (!stream_) throw std::bad_alloc();
  }

  // Fills `to`, which is not more than is left. Throws std::runtime_error when the payload is
  // damaged.
  void read(char* to, std::size_t size) {
    ZSTD_outBuffer output{to, size, 0};
    while (output.pos < output.size) {
      if (input_.pos == input_.size) refill();
      std::size_t result = ZSTD_decompressStream(stream_.get(), &output, &input_);
      if (ZSTD_isError(result)) throw std::runtime_error(kCutShort);
      finished_ = result == 0;
      if (finished_ && output.pos < output.size) throw std::runtime_error(kCutShort);
    }
  }

  // Checks that nothing is left but the frame's checksum, and that this is right.
  void finish() {
    char none;
    ZSTD_outBuffer output{&none, 0, 0};
    while (!finished_) {
      if (input_.pos == input_.size) refill();
      std::size_t result = ZSTD_decompressStream(stream_.get(), &output, &input_);
      if (ZSTD_isError(result)) throw std::runtime_error(kCutShort);
      finished_ = result == 0;
    }
  }

 private:
  void refill() {
    std::size_t got =
        readAt(file_, buffer_.data(), std::min<std::uint64_t>(buffer_.size(), left_), position_);
    if (got == 0) throw std::runtime_error(kCutShort);
    position_ += got;
    left_ -= got;
    input_ = {buffer_.data(), got, 0};
  }

  int file_;
  std::uint64_t position_;
  std::uint64_t left_;
  bool finished_ = false;
  std::vector<char> buffer_ = std::vector<char>(1 << 18);
  ZSTD_inBuffer input_{nullptr, 0, 0};
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
};

}  // namespace

Archive::Archive() : file_(openSelf()), payloadStart_(0), footer_{} {
  struct stat status = {};
  ::fstat(file_, &status);
  auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < sizeof footer_) throw std::runtime_error(kCutShort);
  std::uint64_t footerStart = size - sizeof footer_;
  readAt(file_, &footer_, sizeof footer_, footerStart);
  if (std::memcmp(footer_.magic, Footer::kMagic, sizeof Footer::kMagic) != 0 ||
      footer_.payloadSize > footerStart) {
    throw std::runtime_error(kCutShort);
  }
  payloadStart_ = footerStart - footer_.payloadSize;
}

Archive::~Archive() { ::close(file_); }

std::span<const PackedFile> Archive::files() const {
  std::size_t count = 0;
  while (count < Footer::kFilesMax && footer_.files[count].size > 0) ++count;
  return {footer_.files, count};
}

void Archive::unpackInto(const std::string& folder) const {
  Payload payload(file_, payloadStart_, footer_.payloadSize);
  std::vector<char> piece(1 << 20);
  for (const PackedFile& packed : files()) {
    NewFile file(folder + "/" + packed.name);
    for (std::uint64_t left = packed.size; left > 0;) {
      std::size_t size = std::min<std::uint64_t>(left, piece.size());
      payload.read(piece.data(), size);
      file.write(piece.data(), size);
      left -= size;
    }
    file.finish();
  }
  payload.finish();
}

}  // namespace lathe::packaging
