#include "cli/browser.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kOpener = "xdg-open";

bool isInPath(std::string_view program) {
  const char* value = std::getenv("PATH");
  std::string_view path = value ? value : "";
  while (!path.empty()) {
    auto end = path.find(':');
    fs::path candidate = fs::path(path.substr(0, end)) / program;
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    path.remove_prefix(end == path.npos ? path.size() : end + 1);
  }
  return false;
}

}  // namespace

bool openBrowser(const std::string& url) {
  if (!isInPath(kOpener)) return false;
  // The shell ends at once, and what it leaves behind is nobody's child.
  std::string script = "exec setsid " + std::string(kOpener) + " \"$1\" </dev/null >/dev/null 2>&1";
  script = "(" + script + ") &";
  std::string shell = "sh", option = "-c", address = url;
  char* arguments[] = {shell.data(), option.data(),  script.data(),
                       shell.data(), address.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, "sh", nullptr, nullptr, arguments, environ) != 0) return false;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return true;
}

}  // namespace lathe::cli
