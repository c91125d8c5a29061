// What lies behind the launcher in a single-file lathe.
//
//   file    = launcher payload Footer
//   payload = one Zstandard frame: the contents of the footer's files, one after the other
//
// tools/packaging/single-file.mjs writes it. Numbers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lathe::packaging {

struct PackedFile {
  char name[48];  // ends with a zero
  std::uint64_t size;
};

struct Footer {
  static constexpr char kMagic[8] = {'l', 'a', 't', 'h', 'e', '-', '1', '\n'};
  static constexpr std::size_t kFilesMax = 4;

  PackedFile files[kFilesMax];  // the first is the program; those of size 0 are not there
  std::uint64_t payloadSize;
  char version[64];  // the version and the payload's hash; names the folder that it is unpacked to
  char needs[152];   // what the program needs of the system, to go after "needs"
  char magic[8];
};
static_assert(sizeof(Footer) == 4 * 56 + 8 + 64 + 152 + 8);

// The single file that runs now.
class Archive {
 public:
  // Opens it. Throws std::runtime_error with a sentence for the user when it is cut short.
  Archive();
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  const Footer& footer() const { return footer_; }
  std::span<const PackedFile> files() const;

  // Writes the files into `folder`, which is there and empty. Throws std::system_error when the
  // disk does not take them, and std::runtime_error when the archive is damaged.
  void unpackInto(const std::string& folder) const;

 private:
  int file_;
  std::uint64_t payloadStart_;
  Footer footer_;
};

}  // namespace lathe::packaging
