#include "cli/re-execution.h"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace lathe::cli {

namespace {

// Descriptors in decimal, separated by commas.
constexpr const char* kVariable = "LATHE_LISTEN_FDS";
constexpr const char* kAssignment = "LATHE_LISTEN_FDS=";

// Leads to this program even when its file has been replaced since.
constexpr const char* kSelf = "/proc/self/exe";

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ReExecution::ReExecution(const std::vector<std::string>& arguments) : arguments_(arguments) {
  std::error_code error;
  program_ = std::filesystem::read_symlink(kSelf, error).string();
  argumentPointers_ = pointersTo(arguments_);
  keep({});
}

void ReExecution::keep(const std::vector<int>& descriptors) {
  descriptors_ = descriptors;
  environment_.clear();
  for (char** variable = environ; *variable; ++variable) {
    if (!std::string_view(*variable).starts_with(kAssignment)) environment_.push_back(*variable);
  }
  if (!descriptors.empty()) {
    std::string list;
    for (int descriptor : descriptors) {
      list += (list.empty() ? "" : ",") + std::to_string(descriptor);
    }
    environment_.push_back(kAssignment + list);
  }
  environmentPointers_ = pointersTo(environment_);
}

void ReExecution::run() noexcept {
  for (int descriptor : descriptors_) ::fcntl(descriptor, F_SETFD, 0);
  // The new program inherits what is blocked, and V8 may have called from a signal's handler.
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // By its name first: others show it, and a process called "exe" says nothing.
  ::execve(program_.c_str(), argumentPointers_.data(), environmentPointers_.data());
  ::execve(kSelf, argumentPointers_.data(), environmentPointers_.data());
}

std::vector<int> ReExecution::takeInherited() {
  const char* value = std::getenv(kVariable);
  if (!value) return {};
  std::vector<int> descriptors;
  std::string_view rest = value;
  while (!rest.empty()) {
    int descriptor = -1;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), descriptor);
    if (error != std::errc() || descriptor < 0) break;
    descriptors.push_back(descriptor);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.starts_with(',')) rest.remove_prefix(1);
  }
  ::unsetenv(kVariable);
  return descriptors;
}

}  // namespace lathe::cli
