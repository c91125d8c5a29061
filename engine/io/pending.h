#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "engine/callback.h"

// The result of something that has begun already and may still be under way.
//
// An `asio::awaitable` is lazy: its body starts when somebody awaits it. Whatever must happen at
// the call (joining a queue, sending a read) is therefore a plain function that does it and returns
// a `Pending<T>`. Everything here belongs to one thread, the loop's; nothing is atomic.
namespace lathe::io {

namespace net = boost::asio;

// What a `Pending` ends with when its `Resolver` is dropped unsettled.
class Abandoned : public std::runtime_error {
 public:
  Abandoned() : std::runtime_error("the operation was abandoned") {}
};

struct Unit {};

// A result that was either reached or failed.
template <class T>
class Outcome {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, Unit, T>;
  Outcome(Value value) : state_(std::in_place_index<0>, std::move(value)) {}
  Outcome(std::exception_ptr error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool failed() const { return state_.index() == 1; }
  std::exception_ptr error() const { return failed() ? std::get<1>(state_) : nullptr; }
  // To look at; null when it failed.
  const Value* value() const { return std::get_if<0>(&state_); }

  // The value, moved out; throws the error when it failed.
  T take() {
    if (failed()) std::rethrow_exception(std::get<1>(state_));
    if constexpr (!std::is_void_v<T>) return std::move(std::get<0>(state_));
  }

 private:
  std::variant<Value, std::exception_ptr> state_;
};

namespace detail {

template <class T>
struct PendingState : boost::intrusive_ref_counter<PendingState<T>, boost::thread_unsafe_counter> {
  std::optional<Outcome<T>> outcome;
  Callback<void(Outcome<T>)> whenSettled;
  Callback<void()> whenDropped;
  bool taken = false;
};

template <class T>
using PendingStatePtr = boost::intrusive_ptr<PendingState<T>>;

}  // namespace detail

template <class T>
class Pending;

// The producing end. Settling twice, or after the consumer has gone, does nothing. Dropping it
// unsettled fails the consumer with `Abandoned`.
template <class T>
class Resolver {
 public:
  Resolver() = default;
  explicit Resolver(detail::PendingStatePtr<T> state) : state_(std::move(state)) {}
  Resolver(Resolver&&) noexcept = default;
  Resolver& operator=(Resolver&& other) noexcept {
    if (this != &other) {
      abandon();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~Resolver() { abandon(); }

  // Whether somebody is left to hear the result.
  bool wanted() const { return state_ && !state_->taken && !state_->outcome; }

  template <class U = typename Outcome<T>::Value>
  void resolve(U&& value = U{}) {
    settle(Outcome<T>(typename Outcome<T>::Value(std::forward<U>(value))));
  }
  void reject(std::exception_ptr error) { settle(Outcome<T>(std::move(error))); }

  // Settles and runs the consumer's continuation before returning, when it already waits.
  void settle(Outcome<T> outcome) {
    auto state = std::move(state_);
    if (!state || state->outcome || state->taken) return;
    state->whenDropped = nullptr;
    if (state->whenSettled) {
      state->taken = true;
      auto continuation = std::move(state->whenSettled);
      continuation(std::move(outcome));
    } else {
      state->outcome.emplace(std::move(outcome));
    }
  }

  // Runs `hook` when the consumer drops its end before the result is there.
  void onDropped(Callback<void()> hook) {
    if (state_) state_->whenDropped = std::move(hook);
  }

 private:
  void abandon() {
    if (state_) settle(Outcome<T>(std::make_exception_ptr(Abandoned())));
  }

  detail::PendingStatePtr<T> state_;
};

// The consuming end: move-only, heard once, by `then`, by `co_await` or by `IoContext::awaitIo`.
// Destroying it unheard means that nobody wants the result any more: the producer is told.
template <class T>
class [[nodiscard]] Pending {
 public:
  // Settled from the start.
  static Pending ready(typename Outcome<T>::Value value = {}) {
    Pending pending;
    pending.ready_.emplace(std::move(value));
    return pending;
  }
  static Pending failed(std::exception_ptr error) {
    Pending pending;
    pending.ready_.emplace(std::move(error));
    return pending;
  }

  Pending() = default;
  explicit Pending(detail::PendingStatePtr<T> state) : state_(std::move(state)) {}
  Pending(Pending&& other) noexcept
      : ready_(std::move(other.ready_)), state_(std::move(other.state_)) {
    other.ready_.reset();
  }
  Pending& operator=(Pending&& other) noexcept {
    if (this != &other) {
      drop();
      ready_ = std::move(other.ready_);
      other.ready_.reset();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~Pending() { drop(); }

  bool valid() const { return ready_ || state_; }
  bool settled() const { return ready_ || (state_ && state_->outcome); }

  // The outcome of a settled Pending.
  Outcome<T> takeOutcome() {
    if (ready_) {
      Outcome<T> outcome = std::move(*ready_);
      ready_.reset();
      return outcome;
    }
    auto state = std::move(state_);
    state->taken = true;
    return std::move(*state->outcome);
  }

  // Calls `continuation(Outcome<T>)` once: now when settled, else from `Resolver::settle`. The
  // Pending must be kept while waiting; dropping it forgets the continuation.
  void then(Callback<void(Outcome<T>)> continuation) {
    if (settled()) {
      continuation(takeOutcome());
    } else {
      state_->whenSettled = std::move(continuation);
    }
  }

  // Waits in a coroutine. Cancelling the coroutine's operation is not observed: drop the coroutine.
  net::awaitable<T> wait() && {
    if (settled()) co_return takeOutcome().take();
    Pending self = std::move(*this);
    Outcome<T> outcome =
        co_await net::async_initiate<decltype(net::use_awaitable), void(Outcome<T>)>(
            [&self]<class Handler>(Handler handler) {
              self.then([waiting = std::move(handler)](Outcome<T> settledOutcome) mutable {
                auto executor = net::get_associated_executor(waiting);
                net::post(executor, [resumed = std::move(waiting),
                                     result = std::move(settledOutcome)]() mutable {
                  std::move(resumed)(std::move(result));
                });
              });
            },
            net::use_awaitable);
    co_return outcome.take();
  }

 private:
  void drop() {
    ready_.reset();
    auto state = std::move(state_);
    if (!state || state->taken) return;
    state->taken = true;
    state->whenSettled = nullptr;
    if (auto hook = std::exchange(state->whenDropped, nullptr)) hook();
  }

  std::optional<Outcome<T>> ready_;   // settled from the start
  detail::PendingStatePtr<T> state_;  // else; null once it has been heard
};

template <class T>
struct Channel {
  Resolver<T> resolver;
  Pending<T> pending;
};

// A connected pair of ends.
template <class T>
Channel<T> makePending() {
  detail::PendingStatePtr<T> state(new detail::PendingState<T>());
  return {Resolver<T>(state), Pending<T>(std::move(state))};
}

// Begins `coroutine` on `executor` and gives its result as a Pending. Dropping that does not stop
// the coroutine; what it leaves undone is its own business.
template <class T, class Executor>
Pending<T> start(const Executor& executor, net::awaitable<T> coroutine) {
  auto channel = makePending<T>();
  auto resolver = std::make_shared<Resolver<T>>(std::move(channel.resolver));
  if constexpr (std::is_void_v<T>) {
    net::co_spawn(executor, std::move(coroutine), [resolver](std::exception_ptr error) {
      error ? resolver->reject(error) : resolver->resolve();
    });
  } else {
    net::co_spawn(executor, std::move(coroutine), [resolver](std::exception_ptr error, T value) {
      error ? resolver->reject(error) : resolver->resolve(std::move(value));
    });
  }
  return std::move(channel.pending);
}

}  // namespace lathe::io
