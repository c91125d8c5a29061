#include "cli/local-certificate.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/read-file.h"
#include "engine/http/self-signed.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCertificateFile = "https-certificate.pem";
constexpr const char* kKeyFile = "https-key.pem";

constexpr std::chrono::days kValidFor{365};
// The clock of a container or a telephone may be behind.
constexpr std::chrono::days kValidBefore{1};
// What runs now may run for weeks.
constexpr std::chrono::days kRenewedBefore{30};

// Of a machine whose address changes, the old ones are forgotten some time.
constexpr std::size_t kNamesMax = 50;

const std::vector<std::string> kLocalNames = {"localhost", "*.localhost", "127.0.0.1", "::1"};

std::system_error failure(const fs::path& path, const char* what) {
  return std::system_error(errno, std::generic_category(), path.string() + " " + what);
}

// Keeps other processes from changing a folder while it lives.
class FolderLock {
 public:
  // Makes the folder when it is not there. Throws std::system_error.
  explicit FolderLock(const fs::path& folder) {
    // What is wrong with the folders above is found out below.
    std::error_code ignored;
    fs::create_directories(folder.parent_path(), ignored);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      throw failure(folder, "cannot be made");
    }
    descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ < 0) throw failure(folder, "cannot be opened");
    // Where a file system has no locks we go without.
    while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(descriptor_); }

 private:
  int descriptor_ = -1;
};

// Throws std::system_error, with the file as it was.
void replaceFile(const fs::path& path, const std::string& content, mode_t mode) {
  const std::string draft = path.string() + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) throw failure(path, "cannot be written");
  const bool written = writeAll(file, content);
  const bool closed = ::close(file) == 0;
  if (written && closed && ::rename(draft.c_str(), path.c_str()) == 0) return;
  const auto error = failure(path, "cannot be written");
  ::unlink(draft.c_str());
  throw error;
}

std::optional<http::TlsIdentity> keptIn(const fs::path& folder) {
  try {
    http::TlsIdentity identity{readFile(folder / kCertificateFile), readFile(folder / kKeyFile)};
    if (http::isWhole(identity)) return identity;
  } catch (const FileError&) {
    // Then there is none, and if it cannot be replaced, that is told.
  }
  return std::nullopt;
}

void addMissing(std::vector<std::string>& names, const std::vector<std::string>& others) {
  for (const auto& other : others) {
    if (std::ranges::find(names, other) == names.end()) names.push_back(other);
  }
}

bool isGood(const http::CertificateTerms& terms, const std::vector<std::string>& names,
            std::chrono::sys_seconds now) {
  return terms.from <= now && now + kRenewedBefore < terms.until &&
         std::ranges::all_of(names, [&](const std::string& name) {
           return std::ranges::find(terms.names, name) != terms.names.end();
         });
}

}  // namespace

fs::path localCertificateFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // As the XDG base directory specification wants it: a relative path is passed over.
  if (cache && *cache == '/') return fs::path(cache) / "lathe";
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? fs::path(home) / ".cache" / "lathe" : fs::path();
}

LocalCertificate localCertificate(const fs::path& folder, const std::vector<std::string>& hosts,
                                  std::chrono::sys_seconds now) {
  LocalCertificate local;
  local.file = folder / kCertificateFile;
  auto names = kLocalNames;
  addMissing(names, hosts);

  std::optional<FolderLock> lock;
  if (folder.empty()) {
    local.notKept = "neither XDG_CACHE_HOME nor HOME says where to keep it";
  } else {
    try {
      lock.emplace(folder);
    } catch (const std::system_error& error) {
      local.notKept = error.what();
    }
  }
  if (auto kept = lock ? keptIn(folder) : std::nullopt) {
    const auto terms = http::termsOf(kept->certificates);
    if (isGood(*terms, names, now)) {
      local.identity = std::move(*kept);
      return local;
    }
    if (terms->names.size() + hosts.size() <= kNamesMax) addMissing(names, terms->names);
  }

  local.isNew = true;
  local.identity = http::makeSelfSigned({names, now - kValidBefore, now + kValidFor});
  if (!lock) return local;
  try {
    replaceFile(folder / kKeyFile, local.identity.key, 0600);
    replaceFile(local.file, local.identity.certificates, 0644);
  } catch (const std::system_error& error) {
    local.notKept = error.what();
  }
  return local;
}

}  // namespace lathe::cli
