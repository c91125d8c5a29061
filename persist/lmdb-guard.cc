#include "persist/lmdb-guard.h"

#include <csetjmp>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <mutex>

#include "persist/state-limits.h"

namespace lathe::persist {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE};

// Pages of the machine are at least as large.
constexpr std::size_t kPageBytes = 4096;

struct sigaction before[std::size(kSignals)];

// Where the innermost guarded() of this thread is left; null outside of any.
thread_local sigjmp_buf* exit_ = nullptr;

void leave() {
  if (exit_) ::siglongjmp(*exit_, 1);
}

void onSignal(int signal, siginfo_t* info, void* context) {
  leave();
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    if (kSignals[i] != signal) continue;
    const struct sigaction& other = before[i];
    if ((other.sa_flags & SA_SIGINFO) != 0) return other.sa_sigaction(signal, info, context);
    if (other.sa_handler != SIG_DFL && other.sa_handler != SIG_IGN) {
      return other.sa_handler(signal);
    }
    // What has raised it is done again, and then has its usual effect.
    ::sigaction(signal, &other, nullptr);
  }
}

void takeSignals() {
  struct sigaction action {};
  action.sa_sigaction = onSignal;
  // The jump leaves the handler without an end to what it blocks, so it blocks nothing.
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &action, &before[i]);
  }
}

}  // namespace

void guardEnvironment(MDB_env* environment) {
  static std::once_flag once;
  std::call_once(once, takeSignals);
  // When it returns LMDB aborts the process.
  ::mdb_env_set_assert(environment, [](MDB_env*, const char*) { leave(); });
}

// What it reads may be anybody's, or nowhere.
__attribute__((no_sanitize("address", "undefined"))) int touch(const MDB_val& bytes) {
  if (bytes.mv_size > kValueBytesMax) return kLmdbBrokenOff;
  const auto* data = static_cast<const volatile char*>(bytes.mv_data);
  for (std::size_t i = 0; i < bytes.mv_size; i += kPageBytes) static_cast<void>(data[i]);
  if (bytes.mv_size > 0) static_cast<void>(data[bytes.mv_size - 1]);
  return MDB_SUCCESS;
}

int runGuarded(int (*call)(void*), void* argument) {
  sigjmp_buf here;
  sigjmp_buf* const outer = exit_;
  // Without the mask of signals, which would take two calls of the system.
  if (sigsetjmp(here, 0) != 0) {
    exit_ = outer;
    return kLmdbBrokenOff;
  }
  exit_ = &here;
  const int code = call(argument);
  exit_ = outer;
  return code;
}

}  // namespace lathe::persist
