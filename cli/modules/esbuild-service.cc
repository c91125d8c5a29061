#include "cli/modules/esbuild-service.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/read-file.h"

namespace lathe::cli {

namespace asio = boost::asio;
namespace fs = std::filesystem;

const char* const kEsbuildVersion = LATHE_ESBUILD_VERSION;

namespace {

// How much of esbuild's standard error a message shows.
constexpr std::size_t kErrorBytesMax = 2000;

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  bool ok() const { return read >= 0; }
};

// This process's environment with what Go's collector goes by: after how much growth, in percent,
// it begins. Whoever has set it knows why.
std::vector<char*> environmentWith(char* collector) {
  std::vector<char*> all;
  for (char** variable = environ; *variable; ++variable) all.push_back(*variable);
  if (!std::getenv("GOGC")) all.push_back(collector);
  all.push_back(nullptr);
  return all;
}

// Starts the program with these as its standard streams; gives an error number, or 0.
int spawn(const fs::path& program, EsbuildService::Life life, int input, int output, int errors,
          pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // A group of its own: Ctrl-C is for lathe, which may still have work to finish.
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none, broken;
  ::sigemptyset(&none);
  ::sigemptyset(&broken);
  ::sigaddset(&broken, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &broken);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string path = program.string();
  char service[] = "--service=" LATHE_ESBUILD_VERSION;
  char* arguments[] = {path.data(), service, nullptr};
  char never[] = "GOGC=off";
  char seldom[] = "GOGC=400";
  auto environment = environmentWith(life == EsbuildService::Life::brief ? never : seldom);
  int error =
      ::posix_spawn(&pid, path.c_str(), &actions, &attributes, arguments, environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

fs::path esbuildProgram() {
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& candidate : {folder / "esbuild", folder.parent_path() / "esbuild"}) {
    if (fs::is_regular_file(candidate, error)) return candidate;
  }
  throw EsbuildMissing("esbuild " + std::string(kEsbuildVersion) + ", which bundles TypeScript " +
                       "and packages, is missing: it belongs beside this program, at " +
                       (folder / "esbuild").string());
}

EsbuildService::EsbuildService(const fs::path& program, Life life) : input_(loop_), output_(loop_) {
  auto failed = [&](int error) {
    return EsbuildMissing("esbuild, at " + shownPath(program) +
                          ", cannot be started: " + std::strerror(error));
  };
  Pipe in, out;
  errors_ = ::memfd_create("esbuild-errors", MFD_CLOEXEC);
  if (!in.ok() || !out.ok() || errors_ < 0) throw failed(errno);
  int error = spawn(program, life, in.read, out.write, errors_, pid_);
  if (error != 0) {
    pid_ = -1;
    ::close(errors_);
    throw failed(error);
  }
  input_.assign(std::exchange(in.write, -1));
  output_.assign(std::exchange(out.read, -1));
  read();
}

EsbuildService::~EsbuildService() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(errors_);
}

// ---- What it says ----

void EsbuildService::read() {
  output_.async_read_some(asio::buffer(bytes_),
                          [this](const boost::system::error_code& error, std::size_t count) {
                            if (error) return end(howItEnded());
                            packets_.add({bytes_.data(), count});
                            std::string_view packet;
                            try {
                              while (packets_.next(packet)) take(packet);
                            } catch (const EsbuildPacketError& broken) {
                              return end(broken.what());
                            }
                            read();
                          });
}

void EsbuildService::take(std::string_view bytes) {
  if (!std::exchange(greeted_, true)) {
    foreign_ = bytes != kEsbuildVersion;
    if (foreign_) end("it is of version " + std::string(bytes));
    return;
  }
  EsbuildPacket packet = decodePacket(bytes);
  if (packet.isRequest) {
    Reply reply = [this, id = packet.id](EsbuildValue answer) {
      write(encodePacket({id, false, std::move(answer)}));
    };
    if (onRequest_) return onRequest_(std::move(packet.value), std::move(reply));
    return reply(EsbuildValue::object());
  }
  auto found = waiting_.find(packet.id);
  if (found == waiting_.end()) return;
  OnAnswer onAnswer = std::move(found->second);
  waiting_.erase(found);
  onAnswer(std::move(packet.value));
}

// ---- What it is told ----

void EsbuildService::write(std::string bytes) {
  unsent_.push_back(std::move(bytes));
  if (unsent_.size() == 1) writeMore();
}

void EsbuildService::writeMore() {
  asio::async_write(input_, asio::buffer(unsent_.front()),
                    [this](const boost::system::error_code& error, std::size_t) {
                      // Its end is told by its output.
                      if (error) return;
                      unsent_.pop_front();
                      if (!unsent_.empty()) writeMore();
                    });
}

void EsbuildService::send(const EsbuildValue& request, OnAnswer onAnswer) {
  std::uint32_t id = nextId_++;
  waiting_.emplace(id, std::move(onAnswer));
  write(encodePacket({id, true, request}));
}

EsbuildValue EsbuildService::call(const EsbuildValue& request) {
  std::optional<EsbuildValue> answer;
  if (ended_.empty()) send(request, [&](EsbuildValue value) { answer = std::move(value); });
  loop_.restart();
  while (!answer && ended_.empty()) loop_.run_one();
  if (answer) return std::move(*answer);
  waiting_.clear();
  if (!foreign_) throw EsbuildEnded(ended_);
  throw EsbuildMissing("esbuild beside this program is not the one that belongs to it, " +
                       std::string(kEsbuildVersion) + ": " + ended_);
}

bool EsbuildService::running() {
  loop_.restart();
  loop_.poll();
  return ended_.empty();
}

// ---- Its end ----

void EsbuildService::end(const std::string& why) {
  if (!ended_.empty()) return;
  ended_ = why;
  boost::system::error_code ignored;
  input_.close(ignored);
  output_.close(ignored);
}

std::string EsbuildService::howItEnded() {
  ::kill(pid_, SIGKILL);  // it may have closed its output alone
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  std::string how = "it ended with exit code " + std::to_string(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) how = std::string("it was ended by ") + ::strsignal(WTERMSIG(status));
  std::string text(kErrorBytesMax, '\0');
  ssize_t count = ::pread(errors_, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  // When esbuild itself fails, the lines that follow are its own stack.
  text.resize(std::min(text.find('\n'), text.size()));
  // Before it has said its version, that is what it has to say: that it is another one.
  foreign_ = !greeted_ && WIFEXITED(status) && text.find("version") != text.npos;
  return text.empty() ? how : how + ": " + text;
}

}  // namespace lathe::cli
