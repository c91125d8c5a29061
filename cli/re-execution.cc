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
constexpr const char* kAnnounced = "LATHE_READY_TOLD";
constexpr const char* kLoadAborted = "LATHE_LOAD_ABORTED";

// Leads to this program even when its file has been replaced since.
constexpr const char* kSelf = "/proc/self/exe";

bool isOurs(std::string_view assignment) {
  std::string_view name = assignment.substr(0, assignment.find('='));
  return name == kVariable || name == kAnnounced || name == kLoadAborted;
}

std::string assignmentOf(std::string_view name, std::string_view value) {
  std::string assignment(name);
  assignment.append("=").append(value);
  return assignment;
}

// Whether a variable is there; it is not any more.
bool take(const char* name) {
  bool there = std::getenv(name) != nullptr;
  ::unsetenv(name);
  return there;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ReExecution::ReExecution(const std::vector<std::string>& arguments)
    : arguments_(arguments), loading_(assignmentOf(kLoadAborted, "1")) {
  std::error_code error;
  program_ = std::filesystem::read_symlink(kSelf, error).string();
  argumentPointers_ = pointersTo(arguments_);
  keep({});
}

void ReExecution::keep(const Kept& kept) {
  kept_ = kept;
  environment_.clear();
  for (char** variable = environ; *variable; ++variable) {
    if (!isOurs(*variable)) environment_.emplace_back(*variable);
  }
  if (!kept.descriptors.empty()) {
    std::string list;
    for (int descriptor : kept.descriptors) {
      list += (list.empty() ? "" : ",") + std::to_string(descriptor);
    }
    environment_.push_back(assignmentOf(kVariable, list));
  }
  if (kept.announced) environment_.push_back(assignmentOf(kAnnounced, "1"));
  environmentPointers_ = pointersTo(environment_);
  environmentPointers_.push_back(nullptr);
}

void ReExecution::setLoading(bool loading) {
  environmentPointers_[environmentPointers_.size() - 2] = loading ? loading_.data() : nullptr;
}

void ReExecution::run() noexcept {
  for (int descriptor : kept_.descriptors) ::fcntl(descriptor, F_SETFD, 0);
  // The new program inherits what is blocked, and V8 may have called from a signal's handler.
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // By its name first: others show it, and a process called "exe" says nothing.
  ::execve(program_.c_str(), argumentPointers_.data(), environmentPointers_.data());
  ::execve(kSelf, argumentPointers_.data(), environmentPointers_.data());
}

ReExecution::Kept ReExecution::takeInherited() {
  Kept kept;
  kept.announced = take(kAnnounced);
  const char* value = std::getenv(kVariable);
  if (!value) return kept;
  std::string_view rest = value;
  while (!rest.empty()) {
    int descriptor = -1;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), descriptor);
    if (error != std::errc() || descriptor < 0) break;
    kept.descriptors.push_back(descriptor);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.starts_with(',')) rest.remove_prefix(1);
  }
  ::unsetenv(kVariable);
  return kept;
}

bool ReExecution::takeLoadAborted() { return take(kLoadAborted); }

}  // namespace lathe::cli
