#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "engine/io/pending.h"

// The door through which what an actor says leaves it: it stays shut while writes are under way.
//
// Every write under way holds a lock. Who wants to send something waits for the locks that exist at
// that moment; later ones do not delay it. A lock never waits for anything itself. When a write
// fails, the gate is broken at once, but what was to be sent before that write began is still sent.
//
// Everything here belongs to one thread.
namespace lathe::io {

namespace detail {
class OutputLocks;
}  // namespace detail

// A lock was dropped before its write had ended either way.
class OutputLockCanceled : public std::runtime_error {
 public:
  OutputLockCanceled() : std::runtime_error("output lock was canceled before completion") {}
};

// A write took longer than the gate allows.
class OutputLockTimedOut : public std::runtime_error {
 public:
  OutputLockTimedOut()
      : std::runtime_error(
            "Durable Object storage operation exceeded timeout which caused object to be reset.") {}
};

class OutputGate {
 public:
  class Lock;

  static constexpr std::chrono::milliseconds kLockTimeLimit = std::chrono::seconds(30);

  // `executor` is the loop's. A lock held for longer than `timeLimit` fails with
  // OutputLockTimedOut.
  explicit OutputGate(boost::asio::any_io_executor executor,
                      std::chrono::milliseconds timeLimit = kLockTimeLimit);
  OutputGate(const OutputGate&) = delete;
  OutputGate& operator=(const OutputGate&) = delete;
  // Whoever still waits hears `Abandoned`.
  ~OutputGate();

  // Shuts the gate until the lock is released.
  Lock lock();

  // Shuts the gate until `operation` has ended, and gives its result. Its failure breaks the gate;
  // so does dropping the returned Pending before the end, with OutputLockCanceled.
  template <class T>
  Pending<T> lockWhile(Pending<T> operation);

  // Settles when all locks taken before this call have ended: at once when there are none. Fails
  // with the error of the first of them that failed, now or in the past.
  Pending<void> wait();

  // Fails as soon as a lock has failed, and never succeeds. May be called any number of times.
  Pending<void> onBroken();
  bool isBroken() const;

 private:
  std::shared_ptr<detail::OutputLocks> locks_;
};

// One write under way. Move-only; dropping it without `release` or `fail` breaks the gate with
// OutputLockCanceled. Ending it after its time limit has passed does nothing.
class OutputGate::Lock {
 public:
  Lock() = default;
  Lock(Lock&&) noexcept = default;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

  void release();
  void fail(std::exception_ptr error);
  explicit operator bool() const { return locks_ != nullptr; }

 private:
  friend class OutputGate;
  Lock(std::shared_ptr<detail::OutputLocks> locks, std::uint64_t ticket)
      : locks_(std::move(locks)), ticket_(ticket) {}

  std::shared_ptr<detail::OutputLocks> locks_;
  std::uint64_t ticket_ = 0;
};

template <class T>
Pending<T> OutputGate::lockWhile(Pending<T> operation) {
  struct Running {
    Pending<T> operation;
    Lock lock;
    Resolver<T> resolver;
  };
  auto channel = makePending<T>();
  auto running =
      std::make_shared<Running>(Running{std::move(operation), lock(), std::move(channel.resolver)});
  // The consumer's end owns the operation: dropping that cancels it, and breaks the gate by its
  // lock.
  running->resolver.onDropped([running]() mutable { running.reset(); });
  running->operation.then([weak = std::weak_ptr<Running>(running)](Outcome<T> outcome) {
    auto held = weak.lock();
    Lock ended = std::move(held->lock);
    Resolver<T> resolver = std::move(held->resolver);
    const std::exception_ptr error = outcome.error();
    error ? ended.fail(error) : ended.release();
    resolver.settle(std::move(outcome));
  });
  return std::move(channel.pending);
}

}  // namespace lathe::io
