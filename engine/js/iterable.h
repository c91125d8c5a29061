#pragma once

#include "engine/js/class.h"

namespace lathe::js {

// The iterator over a list of pairs that an interface declares with `iterable<K, V>`. It is live:
// it asks the target for its n-th pair each time. https://webidl.spec.whatwg.org/#es-iterable
//
// T provides `std::size_t pairCount() const`, and `pairKey(js, i)` and `pairValue(js, i)`.
template <class T>
class PairIterator final : public Object {
 public:
  enum class Kind { keys, values, entries };
  static constexpr const char* kInterface = T::kIteratorInterface;

  PairIterator(Ptr<T> target, Kind kind) : target_(std::move(target)), kind_(kind) {}

  v8::Local<v8::Value> next(Lock& js) {
    v8::Local<v8::Value> value = js.undefined();
    bool done = index_ >= target_->pairCount();
    if (!done) {
      std::size_t i = index_++;
      if (kind_ == Kind::keys) value = target_->pairKey(js, i);
      if (kind_ == Kind::values) value = target_->pairValue(js, i);
      if (kind_ == Kind::entries) {
        v8::Local<v8::Value> pair[] = {target_->pairKey(js, i), target_->pairValue(js, i)};
        value = v8::Array::New(js.v8(), pair, 2);
      }
    }
    v8::Local<v8::Name> names[] = {js.name("value"), js.name("done")};
    v8::Local<v8::Value> values[] = {value, v8::Boolean::New(js.v8(), done)};
    auto result = v8::Object::New(js.v8());
    for (int i = 0; i < 2; ++i)
      check(result->CreateDataProperty(js.context(), names[i], values[i]));
    return result;
  }

  static void describe(Class<PairIterator>& c, const Compatibility&) {
    c.name(kInterface).hidden();
    c.template method<&PairIterator::next>("next");
  }

 private:
  Ptr<T> target_;
  Kind kind_;
  std::size_t index_ = 0;
};

// The members that `iterable` gives an interface: mix it into T.
template <class T>
struct PairIterable {
  using Iterator = PairIterator<T>;

  Ptr<Iterator> keys() { return make<Iterator>(self(), Iterator::Kind::keys); }
  Ptr<Iterator> values() { return make<Iterator>(self(), Iterator::Kind::values); }
  Ptr<Iterator> entries() { return make<Iterator>(self(), Iterator::Kind::entries); }

  void forEach(Lock& js, v8::Local<v8::Value> callback,
               std::optional<v8::Local<v8::Value>> thisArg) {
    if (!callback->IsFunction())
      throw typeError("Failed to execute 'forEach': parameter 1 is not of type 'Function'.");
    auto target = self();
    auto receiver = thisArg.value_or(js.undefined());
    for (std::size_t i = 0; i < target->pairCount(); ++i) {
      v8::Local<v8::Value> arguments[] = {target->pairValue(js, i), target->pairKey(js, i),
                                          wrap(js, target)};
      check(callback.As<v8::Function>()->Call(js.context(), receiver, 3, arguments));
    }
  }

  // Adds them in the order in which the standard lists them.
  static void describeIterable(Class<T>& c) {
    c.template methodAndSymbol<&T::entries>("entries", &v8::Symbol::GetIterator);
    c.template method<&T::forEach>("forEach");
    c.template method<&T::keys>("keys");
    c.template method<&T::values>("values");
  }

 private:
  Ptr<T> self() { return Ptr<T>(static_cast<T*>(this)); }
};

}  // namespace lathe::js
