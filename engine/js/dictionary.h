#pragma once

#include "engine/js/value.h"

namespace lathe::js {

// Reads a Web IDL dictionary into a struct. The struct lists its members, in the alphabetical order
// in which the standard reads them:
//
//   struct EventInit {
//     bool once = false;
//     static void members(js::Dictionary<EventInit>& d) { d.member<&EventInit::once>("once"); }
//   };
template <class T>
class Dictionary {
 public:
  // `object` empty: the value was undefined or null, and every member keeps its default.
  Dictionary(Lock& js, v8::Local<v8::Object> object, T& target)
      : js_(js), object_(object), target_(target) {}

  template <auto field>
  Dictionary& member(const char* name) {
    if (object_.IsEmpty()) return *this;
    auto value = check(object_->Get(js_.context(), js_.name(name)));
    if (value->IsUndefined()) return *this;
    using Field = std::remove_cvref_t<decltype(target_.*field)>;
    try {
      target_.*field = Convert<Field>::fromJs(js_, value);
    } catch (const Error& error) {
      if (error.kind() != Error::Kind::typeError) throw;
      throw typeError("member '" + std::string(name) + "' " + error.message());
    }
    return *this;
  }

  // The members of the dictionary that this one extends, kept in a struct of their own; first of
  // all.
  template <auto field>
  Dictionary& inherited() {
    using Parent = std::remove_cvref_t<decltype(target_.*field)>;
    Dictionary<Parent> parent(js_, object_, target_.*field);
    Parent::members(parent);
    return *this;
  }

  template <auto field>
  Dictionary& required(const char* name) {
    auto value = object_.IsEmpty() ? v8::Local<v8::Value>(js_.undefined())
                                   : check(object_->Get(js_.context(), js_.name(name)));
    if (value->IsUndefined()) throw typeError("member '" + std::string(name) + "' is required.");
    return member<field>(name);
  }

 private:
  Lock& js_;
  v8::Local<v8::Object> object_;
  T& target_;
};

template <class T>
concept IsDictionary = requires(Dictionary<T>& d) {
  T::members(d);
};

template <IsDictionary T>
struct Convert<T> {
  static constexpr const char* kName = "object";
  static bool accepts(Lock&, v8::Local<v8::Value> value) {
    return value->IsNullOrUndefined() || value->IsObject();
  }
  static T fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (!accepts(js, value)) throw typeError("is not of type 'object'.");
    T result;
    Dictionary<T> dictionary(
        js, value->IsObject() ? value.As<v8::Object>() : v8::Local<v8::Object>(), result);
    T::members(dictionary);
    return result;
  }
};

}  // namespace lathe::js
