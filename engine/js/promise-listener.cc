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
  const bool fulfilled = promise->State() == v8::Promise::kFulfilled;
  setSlot(self.object, kPromiseSlot, js.undefined());
  {
    auto heard = std::move(heard_);
    heard(js, outcome, fulfilled);
  }
  Blanks::of(js).keepListener(js, self.object);
}

void listen(Lock& js, v8::Local<v8::Promise> promise, PromiseListener::Heard heard) {
  v8::Local<v8::Object> listener;
  if (Blanks::of(js).takeListener(js).ToLocal(&listener)) {
    unwrap<PromiseListener>(js, listener)->hearNext(std::move(heard));
  } else {
    listener = wrap(js, make<PromiseListener>(std::move(heard)));
  }
  setSlot(listener, kPromiseSlot, promise);
  auto function = listener.As<v8::Function>();
  check(promise->Then(js.context(), function, function));
}

}  // namespace lathe::js
