#pragma once

#include <memory>
#include <type_traits>

#include <lmdb.h>

// LMDB believes what it finds in the map of its file. In one that is damaged it finds numbers that
// lead it out of the map (SIGSEGV), behind the end of the file (SIGBUS), to a division by zero
// (SIGFPE), or to an assertion of its own that fails (SIGABRT). A state file that is damaged is to
// be an error like others, so every call that looks at the map is made through guarded().
namespace lathe::persist {

// The code of a call that was broken off. Whatever it had begun is half done: of a write
// transaction nothing must be used any more, not even to end it.
inline constexpr int kLmdbBrokenOff = -30'700;

// Makes failed assertions of this environment end the call that is guarded, and takes the signals
// for all environments; whoever had them before gets those that are raised outside of guarded().
void guardEnvironment(MDB_env* environment);

// For what is within guarded(): reads something of each page where `bytes` are, so that nobody does
// it later outside. A number of bytes that no record has is taken for damage.
int touch(const MDB_val& bytes);

int runGuarded(int (*call)(void*), void* argument);

// Gives what `call()` gives, a code of LMDB's, or kLmdbBrokenOff. What is on the stack of `call` is
// not unwound then, so it calls C alone. Any thread; calls may be nested.
template <class Call>
int guarded(Call&& call) {
  using Plain = std::remove_reference_t<Call>;
  static_assert(std::is_trivially_destructible_v<Plain>);
  return runGuarded([](void* self) -> int { return (*static_cast<Plain*>(self))(); },
                    const_cast<void*>(static_cast<const void*>(std::addressof(call))));
}

}  // namespace lathe::persist
