#pragma once

#include "engine/callback.h"
#include "engine/js/class.h"

namespace lathe::js {

// The C++ closure behind the function that hears of a promise.
class PromiseListener final : public Object {
 public:
  // Gets what the promise came to, and whether it was fulfilled or rejected with it.
  using Heard = lathe::Callback<void(Lock&, v8::Local<v8::Value> outcome, bool fulfilled)>;
  static constexpr const char* kInterface = "PromiseListener";

  explicit PromiseListener(Heard heard) : heard_(std::move(heard)) {}

  static void describe(Class<PromiseListener>& c, const Compatibility&);
  void settled(Lock& js, Receiver self, v8::Local<v8::Value> outcome);
  // For one that has heard of its promise and waits for another (Blanks).
  void hearNext(Heard heard) { heard_ = std::move(heard); }

 private:
  Heard heard_;
};

// Calls `heard` from a microtask once `promise`, which is pending, is settled; it counts as handled
// from now on. `heard` is destroyed when the collector finds that nobody can settle it any more.
// Throws ExceptionPending.
void listen(Lock& js, v8::Local<v8::Promise> promise, PromiseListener::Heard heard);

}  // namespace lathe::js
