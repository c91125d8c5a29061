#include "engine/js/promise-listener.h"

namespace lathe::js {
namespace {

// Where the function keeps its promise, whose state tells what it is called for: so one function
// does for both outcomes.
constexpr int kPromiseSlot = 0;

}  // namespace

void PromiseListener::describe(Class<PromiseListener>& c, const Compatibility&) {
  c.name(kInterface).hidden().callable<&PromiseListener::settled>();
}

void PromiseListener::settled(Lock& js, Receiver self, v8::Local<v8::Value> outcome) {
  auto promise = slot(self.object, kPromiseSlot).As<v8::Promise>();
  heard_(js, outcome, promise->State() == v8::Promise::kFulfilled);
}

void listen(Lock& js, v8::Local<v8::Promise> promise, PromiseListener::Heard heard) {
  auto listener = wrap(js, make<PromiseListener>(std::move(heard)));
  setSlot(listener, kPromiseSlot, promise);
  auto function = listener.As<v8::Function>();
  check(promise->Then(js.context(), function, function));
}

}  // namespace lathe::js
