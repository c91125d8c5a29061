// The beginning of a single-file lathe: unpacks the program into the user's cache folder, unless
// that has been done, and becomes it. It is linked statically, so that it can say what a system
// lacks.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/packaging/archive.h"
#include "tools/packaging/program-folder.h"

namespace lathe::packaging {

namespace {

// The system's dynamic loader found something missing. The text is what it said.
struct SystemLacks : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr const char* kLoader = "/lib64/ld-linux-x86-64.so.2";

// Starts `program --version` and throws SystemLacks unless it ends well.
void attempt(const std::string& program) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "a pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  std::string name = program;
  std::string option = "--version";
  char* arguments[] = {name.data(), option.data(), nullptr};
  pid_t child = 0;
  int error = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t got; error == 0 && (got = ::read(pipe[0], buffer, sizeof buffer)) != 0;) {
    if (got > 0) said.append(buffer, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  ::close(pipe[0]);
  if (error == ENOENT) throw SystemLacks(std::string(kLoader) + " is not there");
  if (error != 0) throw std::system_error(error, std::generic_category(), program);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status))
    throw SystemLacks("a first try ended with signal " + std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) throw SystemLacks(said.substr(0, said.find_last_not_of('\n') + 1));
}

int run(char** arguments) {
  Archive archive;
  std::string refusals;
  std::uint64_t bytes = 0;
  for (const PackedFile& file : archive.files()) bytes += file.size;
  try {
    for (const std::string& folder : unpackingFolders()) {
      try {
        std::string program = programIn(folder, archive, attempt);
        ::execv(program.c_str(), arguments);
        refusals += "  " + program + ": " + std::strerror(errno) + "\n";
      } catch (const std::system_error& error) {
        refusals += std::string("  ") + error.what() + "\n";
      }
    }
  } catch (const SystemLacks& lack) {
    std::fprintf(stderr,
                 "lathe: this system lacks something. lathe needs %s.\nWhat was missing:\n  %s\n",
                 archive.footer().needs, lack.what());
    return 1;
  }
  std::fprintf(stderr,
               "lathe: there is no folder to unpack the program into, which takes %d MB once. "
               "These were tried:\n%s"
               "Name one with the variable XDG_CACHE_HOME.\n",
               static_cast<int>(bytes / 1'000'000 + 1), refusals.c_str());
  return 1;
}

}  // namespace

}  // namespace lathe::packaging

int main(int, char** arguments) {
  try {
    return lathe::packaging::run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lathe: %s.\n", error.what());
    return 1;
  }
}
