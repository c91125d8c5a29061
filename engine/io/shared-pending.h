#pragma once

#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "engine/io/pending.h"

namespace lathe::io {

// A result that any number of parties may wait for, each through a `Pending` of its own. The holder
// of the SharedPending is the producing end. Settling twice does nothing; dropping it unsettled
// fails those who wait with `Abandoned`. Belongs to one thread, as `Pending` does.
//
// T must be copyable: every party gets its own copy.
template <class T>
class SharedPending {
 public:
  SharedPending() : state_(std::make_shared<State>()) {}
  SharedPending(SharedPending&&) noexcept = default;
  SharedPending& operator=(SharedPending&&) noexcept = default;

  bool settled() const { return state_->outcome.has_value(); }

  // A branch of the result: settled already or later. Dropping it concerns nobody else.
  Pending<T> branch() {
    auto channel = makePending<T>();
    if (settled()) {
      channel.resolver.settle(*state_->outcome);
      return std::move(channel.pending);
    }
    auto place = state_->waiting.insert(state_->waiting.end(), std::move(channel.resolver));
    place->onDropped([state = std::weak_ptr<State>(state_), place] {
      if (auto held = state.lock()) held->waiting.erase(place);
    });
    return std::move(channel.pending);
  }

  template <class U = typename Outcome<T>::Value>
  void resolve(U&& value = U{}) {
    settle(Outcome<T>(typename Outcome<T>::Value(std::forward<U>(value))));
  }
  void reject(std::exception_ptr error) { settle(Outcome<T>(std::move(error))); }

  // Settles every branch, in the order in which they were made, before returning.
  void settle(Outcome<T> outcome) {
    // A continuation may drop other branches, and this object too.
    auto state = state_;
    if (state->outcome) return;
    state->outcome.emplace(std::move(outcome));
    while (!state->waiting.empty()) {
      Resolver<T> next = std::move(state->waiting.front());
      state->waiting.pop_front();
      next.settle(*state->outcome);
    }
  }

 private:
  struct State {
    std::optional<Outcome<T>> outcome;
    std::list<Resolver<T>> waiting;

    ~State() {
      // Abandoning a branch can drop another one: by then the list must not hold the first.
      while (!waiting.empty()) {
        Resolver<T> next = std::move(waiting.front());
        waiting.pop_front();
      }
    }
  };

  std::shared_ptr<State> state_;
};

}  // namespace lathe::io
