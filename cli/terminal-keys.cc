#include "cli/terminal-keys.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace lathe::cli {

namespace {

// How often to look whether we are in the foreground again.
constexpr std::chrono::milliseconds kBackgroundPause{300};

// Signal handlers get at nothing else.
termios before;
termios during;
std::atomic<bool> active = false;

// What the system ends a process for. Whoever has taken one of them before may still have a way on.
constexpr int kFatalSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGQUIT};
struct sigaction fatalBefore[std::size(kFatalSignals)];

bool inForeground() { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

// To set a terminal from the background would stop the process.
void set(const termios& mode) {
  if (inForeground()) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
}

void onStop(int) {
  int kept = errno;
  if (active) set(before);
  ::raise(SIGSTOP);
  errno = kept;
}

void onContinue(int) {
  int kept = errno;
  if (active) set(during);
  errno = kept;
}

void onFatal(int signal, siginfo_t* info, void* context) {
  for (std::size_t i = 0; i < std::size(kFatalSignals); ++i) {
    const struct sigaction& other = fatalBefore[i];
    if (kFatalSignals[i] == signal && (other.sa_flags & SA_SIGINFO) != 0) {
      other.sa_sigaction(signal, info, context);
    }
  }
  TerminalKeys::restore();
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

// Of what an arrow or the like sends, which begins with Escape: `ESC [ … LETTER` or `ESC O LETTER`.
std::size_t lengthOfSequence(std::string_view keys) {
  if (keys.size() < 2 || (keys[1] != '[' && keys[1] != 'O')) return 1;
  std::size_t end = 2;
  while (end < keys.size() && (keys[end] < '@' || keys[end] > '~')) ++end;
  return std::min(end + 1, keys.size());
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

bool TerminalKeys::possible() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

TerminalKeys::TerminalKeys(boost::asio::io_context& loop, std::function<void(char)> onKey)
    : onKey_(std::move(onKey)), terminal_(loop), pause_(loop) {
  if (::tcgetattr(STDIN_FILENO, &before) != 0) return;
  int descriptor = ::open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return;
  terminal_.assign(descriptor);
  during = before;
  // Ctrl-C and Ctrl-Z stay signals.
  during.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  during.c_cc[VMIN] = 1;
  during.c_cc[VTIME] = 0;
  active = true;
  handle(SIGTSTP, onStop);
  handle(SIGCONT, onContinue);
  struct sigaction fatal {};
  fatal.sa_sigaction = onFatal;
  fatal.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  for (std::size_t i = 0; i < std::size(kFatalSignals); ++i) {
    ::sigaction(kFatalSignals[i], &fatal, &fatalBefore[i]);
  }
  // A read from the background is to fail, not to stop us.
  std::signal(SIGTTIN, SIG_IGN);
  set(during);
  wait();
}

TerminalKeys::~TerminalKeys() {
  restore();
  for (int signal : {SIGTSTP, SIGCONT, SIGTTIN}) std::signal(signal, SIG_DFL);
  for (std::size_t i = 0; i < std::size(kFatalSignals); ++i) {
    ::sigaction(kFatalSignals[i], &fatalBefore[i], nullptr);
  }
}

void TerminalKeys::restore() noexcept {
  if (active.exchange(false)) set(before);
}

void TerminalKeys::wait() {
  terminal_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (!error) read();
                       });
}

void TerminalKeys::read() {
  if (!inForeground()) {
    // What is typed is for somebody else.
    pause_.expires_after(kBackgroundPause);
    pause_.async_wait([this](const boost::system::error_code& error) {
      if (!error) wait();
    });
    return;
  }
  std::array<char, 64> buffer;
  ssize_t count = ::read(terminal_.native_handle(), buffer.data(), buffer.size());
  // The terminal is gone.
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return;
  std::string_view keys(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  while (!keys.empty()) {
    if (keys.front() == '\x1b') {
      keys.remove_prefix(lengthOfSequence(keys));
      continue;
    }
    onKey_(keys.front());
    keys.remove_prefix(1);
  }
  wait();
}

}  // namespace lathe::cli
