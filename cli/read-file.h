#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace lathe::cli {

// Why a file cannot be read, as the end of a sentence that begins with the file's name: "does not
// exist", "is a folder".
class FileError : public std::runtime_error {
 public:
  enum class Kind { absent, other };
  FileError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// A larger file is an error: no configuration and no module that V8 would take is so large.
inline constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{512} << 20;

// The bytes of a regular file. Throws FileError.
std::string readFile(const std::filesystem::path& path);

// The same for a file that need not be there: nothing when it is absent. Throws FileError for what
// else can be wrong.
std::optional<std::string> readFileIfThere(const std::filesystem::path& path);

// `path` as the user would write it: relative to the working folder when it is in there or not far
// above, else whole.
std::string shownPath(const std::filesystem::path& path);

}  // namespace lathe::cli
