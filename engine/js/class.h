#pragma once

#include <tuple>
#include <vector>

#include "engine/js/blanks.h"
#include "engine/js/dictionary.h"
#include "engine/js/value.h"

namespace lathe {
class Compatibility;
}

// Binding a C++ class to a JavaScript interface. The class lists its face in one static function
// that reads like the IDL it implements:
//
//   static void describe(js::Class<Headers>& c, const Compatibility&) {
//     c.name("Headers").constructor<&Headers::construct>();
//     c.method<&Headers::append>("append");
//     c.attribute<&Headers::size>("size");
//   }
//
// The conversion of every argument follows from the C++ signature (value.h); a leading `js::Lock&`
// is passed along, `std::optional` arguments may be left out, a trailing `js::Rest` takes what
// remains.
namespace lathe::js {

// The arguments after the last declared one.
struct Rest {
  std::vector<v8::Local<v8::Value>> values;
};

// The object a method was called on, for those that need their own wrapper (its slots, or to return
// it).
struct Receiver {
  v8::Local<v8::Object> object;
};

// What a method gives that JavaScript makes a promise of (engine/builtins/storage.js): a value that
// is there already, or a promise. What the method throws rejects one.
struct Answer {
  v8::Local<v8::Value> value;
};

template <>
struct Convert<Answer> {
  static v8::Local<v8::Value> toJs(Lock&, Answer answer) { return answer.value; }
};

// What a class's description may be run for; see ClassBuilder.
using Callback = v8::FunctionCallback;

// Collects the description of one interface. In `collect` mode it gathers only the addresses of the
// callbacks, which a snapshot must know (in the same order on both sides); in `build` mode it makes
// the template.
class ClassBuilder {
 public:
  ClassBuilder(std::vector<std::intptr_t>& references) : references_(&references) {}
  ClassBuilder(v8::Isolate* isolate, const void* tag);

  bool building() const { return isolate_ != nullptr; }
  v8::Local<v8::FunctionTemplate> functionTemplate() const { return template_; }
  const std::string& name() const { return name_; }
  bool exposed() const { return exposed_; }

 protected:
  void setName(const char* name);
  void setConstructor(Callback callback, int length);
  void setCallable(Callback callback);
  void addMethod(const char* name, Callback callback, int length, v8::PropertyAttribute attributes);
  void addSymbolAlias(v8::Local<v8::Symbol> (*symbol)(v8::Isolate*), const char* name,
                      Callback callback, int length);
  void addSymbolMethod(v8::Local<v8::Symbol> (*symbol)(v8::Isolate*), const char* name,
                       Callback callback, int length);
  void addStatic(const char* name, Callback callback, int length);
  void addAttribute(const char* name, Callback getter, Callback setter);
  void addOwnAttribute(const char* name, v8::AccessorNameGetterCallback getter, bool lazy);
  void addConstant(const char* name, int value);
  void setFallback(v8::NamedPropertyGetterCallback callback);
  void inherit(const void* parentTag);

  bool exposed_ = true;

 private:
  v8::Local<v8::FunctionTemplate> function(Callback callback, const std::string& name, int length,
                                           const std::string& place, bool isStatic);
  void reference(Callback callback) {
    if (references_) references_->push_back(reinterpret_cast<std::intptr_t>(callback));
  }

  std::vector<std::intptr_t>* references_ = nullptr;
  v8::Isolate* isolate_ = nullptr;
  v8::Local<v8::FunctionTemplate> template_;
  std::string name_;
};

template <class T>
inline constexpr char kClassTag = 0;

template <class T>
constexpr const void* tagOf() {
  return &kClassTag<T>;
}

// The C++ object behind `value` when it is an instance of T's interface, else null.
template <class T>
T* unwrap(Lock& js, v8::Local<v8::Value> value) {
  if (!value->IsObject()) return nullptr;
  if (!js.isolate().templateOf(tagOf<T>())->HasInstance(value)) return nullptr;
  auto object = value.As<v8::Object>();
  if (!object->IsApiWrapper()) return nullptr;
  return static_cast<T*>(
      static_cast<Object*>(object->GetAlignedPointerFromInternalField(kObjectField, kPointerTag)));
}

// The JavaScript face of `object`: the one it has, or a new one.
template <class T>
v8::Local<v8::Object> wrap(Lock& js, const Ptr<T>& object) {
  v8::Local<v8::Object> holder;
  if (object->wrapper(js).ToLocal(&holder)) return holder;
  holder = Blanks::of(js).copy(js, tagOf<T>());
  object->attach(js, holder);
  return holder;
}

template <class T>
requires std::is_base_of_v<Object, T>
struct Convert<Ptr<T>> {
  static constexpr const char* kName = T::kInterface;
  static bool accepts(Lock& js, v8::Local<v8::Value> value) {
    return unwrap<T>(js, value) != nullptr;
  }
  static Ptr<T> fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (T* object = unwrap<T>(js, value)) return Ptr<T>(object);
    throw typeError("is not of type '" + std::string(kName) + "'.");
  }
  static v8::Local<v8::Value> toJs(Lock& js, const Ptr<T>& object) { return wrap(js, object); }
};

namespace detail {

// What a callback's error says about its place; kept as the function template's data.
std::string placeOf(const v8::FunctionCallbackInfo<v8::Value>& info);
// Throws the JavaScript exception for the C++ exception being handled, or returns it as a
// rejection.
void throwCurrent(const v8::FunctionCallbackInfo<v8::Value>& info, bool returnsPromise);
// Returns a promise rejected with what `guard` has caught; a termination goes on unwinding.
void rejectOrRethrow(const v8::FunctionCallbackInfo<v8::Value>& info, v8::TryCatch& guard);
[[noreturn]] void throwMissing(const v8::FunctionCallbackInfo<v8::Value>& info, int required);
[[noreturn]] void rethrowForArgument(const v8::FunctionCallbackInfo<v8::Value>& info, int index,
                                     const Error& error);
// Whether the constructor was called with `new`; throws the TypeError when not.
bool constructing(const v8::FunctionCallbackInfo<v8::Value>& info);

template <class Arg>
inline constexpr bool kConsumes =
    !std::is_same_v<Arg, Rest> && !std::is_same_v<Arg, Receiver> && !std::is_same_v<Arg, Lock>;

template <class Arg>
struct IsOptional : std::bool_constant<IsDictionary<Arg>> {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

// The arguments of a C++ function as types without references.
template <class... Args>
struct Arguments {
  static constexpr int required() {
    int count = 0, index = 0;
    ((kConsumes<Args> ? (++index, IsOptional<Args>::value ? 0 : (count = index)) : 0), ...);
    return count;
  }
};

template <class F>
struct Signature;
template <class R, class... Args>
struct Signature<R (*)(Args...)> {
  using Result = R;
  using Values = std::tuple<std::remove_cvref_t<Args>...>;
  using List = Arguments<std::remove_cvref_t<Args>...>;
};
template <class R, class C, class... Args>
struct Signature<R (C::*)(Args...)> : Signature<R (*)(Args...)> {
  using Owner = C;
};
template <class R, class C, class... Args>
struct Signature<R (C::*)(Args...) const> : Signature<R (*)(Args...)> {
  using Owner = C;
};

// Converts the arguments one by one, in order, then calls.
template <class Values, class Call>
class Invocation {
 public:
  Invocation(Lock& js, const v8::FunctionCallbackInfo<v8::Value>& info) : js_(js), info_(info) {}

  decltype(auto) run(Call&& call) {
    return run(std::forward<Call>(call), std::make_index_sequence<std::tuple_size_v<Values>>());
  }

 private:
  template <std::size_t... I>
  decltype(auto) run(Call&& call, std::index_sequence<I...>) {
    // Braces fix the order of evaluation; the lock is passed by reference and not stored.
    std::tuple<Slot<std::tuple_element_t<I, Values>>...> slots{
        Slot<std::tuple_element_t<I, Values>>{convert<std::tuple_element_t<I, Values>>()}...};
    return call(std::get<I>(slots).take(js_)...);
  }

  template <class Arg>
  struct Slot {
    Arg value;
    Arg&& take(Lock&) { return std::move(value); }
  };

  template <class Arg>
  Arg convert() {
    if constexpr (std::is_same_v<Arg, Rest>) {
      Rest rest;
      for (int i = next_; i < info_.Length(); ++i) rest.values.push_back(info_[i]);
      return rest;
    } else if constexpr (std::is_same_v<Arg, Receiver>) {
      return Receiver{info_.This()};
    } else {
      int index = next_++;
      try {
        return Convert<Arg>::fromJs(js_, info_[index]);
      } catch (const Error& error) {
        if (error.kind() != Error::Kind::typeError) throw;
        rethrowForArgument(info_, index, error);
      }
    }
  }

  Lock& js_;
  const v8::FunctionCallbackInfo<v8::Value>& info_;
  int next_ = 0;
};

template <class T>
struct WithoutLock {
  using Values = T;
  static constexpr bool kLock = false;
};
template <class... Rest>
struct WithoutLock<std::tuple<Lock, Rest...>> {
  using Values = std::tuple<Rest...>;
  static constexpr bool kLock = true;
};

template <class R>
inline constexpr bool kReturnsPromise =
    std::is_same_v<R, v8::Local<v8::Promise>> || std::is_same_v<R, Answer>;

template <auto function, class Self>
decltype(auto) invoke(Lock& js, const v8::FunctionCallbackInfo<v8::Value>& info, Self* self) {
  using S = Signature<decltype(function)>;
  using Split = WithoutLock<typename S::Values>;
  if (info.Length() < S::List::required()) throwMissing(info, S::List::required());
  auto call = [&]<class... A>(A&&... args) -> decltype(auto) {
    if constexpr (std::is_member_function_pointer_v<decltype(function)>) {
      if constexpr (Split::kLock) {
        return (self->*function)(js, std::forward<A>(args)...);
      } else {
        return (self->*function)(std::forward<A>(args)...);
      }
    } else {
      if constexpr (Split::kLock) {
        return function(js, std::forward<A>(args)...);
      } else {
        return function(std::forward<A>(args)...);
      }
    }
  };
  return Invocation<typename Split::Values, decltype(call)&>(js, info).run(call);
}

template <auto function, class Self>
void callAndReturn(Lock& js, const v8::FunctionCallbackInfo<v8::Value>& info, Self* self) {
  using Result = std::remove_cvref_t<typename Signature<decltype(function)>::Result>;
  std::optional<v8::TryCatch> guard;
  if constexpr (kReturnsPromise<Result>) guard.emplace(info.GetIsolate());
  try {
    if constexpr (std::is_void_v<Result>) {
      invoke<function>(js, info, self);
    } else {
      info.GetReturnValue().Set(Convert<Result>::toJs(js, invoke<function>(js, info, self)));
    }
  } catch (const ExceptionPending&) {
    // A method that returns a promise rejects it, also when the script's own code threw.
    if (guard) {
      rejectOrRethrow(info, *guard);
    } else {
      requirePendingException(js);
    }
  } catch (...) {
    throwCurrent(info, kReturnsPromise<Result>);
  }
}

template <class T, auto method>
void methodCallback(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Lock js(info.GetIsolate());
  // The template's signature has checked the receiver; only the prototype object itself can pass it
  // without an object behind it.
  auto* object = info.This()->IsApiWrapper()
                     ? static_cast<Object*>(info.This()->GetAlignedPointerFromInternalField(
                           kObjectField, kPointerTag))
                     : nullptr;
  if (object == nullptr) {
    info.GetIsolate()->ThrowException(v8::Exception::TypeError(js.string("Illegal invocation")));
    return;
  }
  callAndReturn<method>(js, info, static_cast<T*>(object));
}

// A property that neither the object nor its prototypes have.
template <class T, auto method>
v8::Intercepted fallbackCallback(v8::Local<v8::Name> name,
                                 const v8::PropertyCallbackInfo<v8::Value>& info) {
  Lock js(info.GetIsolate());
  auto holder = info.HolderV2();
  if (!name->IsString() || !holder->IsApiWrapper()) return v8::Intercepted::kNo;
  auto* object =
      static_cast<Object*>(holder->GetAlignedPointerFromInternalField(kObjectField, kPointerTag));
  if (object == nullptr) return v8::Intercepted::kNo;
  try {
    auto value =
        (static_cast<T*>(object)->*method)(js, Receiver{holder}, toUtf8(js, name.As<v8::String>()));
    if (value.IsEmpty()) return v8::Intercepted::kNo;
    info.GetReturnValue().Set(value);
  } catch (const ExceptionPending&) {
    requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
  return v8::Intercepted::kYes;
}

// A property of an instance itself; `getter` takes the lock and the receiver, the lock, or nothing.
template <class T, auto getter>
void ownCallback(v8::Local<v8::Name>, const v8::PropertyCallbackInfo<v8::Value>& info) {
  Lock js(info.GetIsolate());
  auto holder = info.HolderV2();
  auto* object = holder->IsApiWrapper()
                     ? static_cast<Object*>(
                           holder->GetAlignedPointerFromInternalField(kObjectField, kPointerTag))
                     : nullptr;
  if (object == nullptr) return;
  auto& self = *static_cast<T*>(object);
  auto value = [&]() -> decltype(auto) {
    if constexpr (std::is_invocable_v<decltype(getter), T&, Lock&, Receiver>) {
      return (self.*getter)(js, Receiver{holder});
    } else if constexpr (std::is_invocable_v<decltype(getter), T&, Lock&>) {
      return (self.*getter)(js);
    } else {
      return (self.*getter)();
    }
  };
  try {
    using Result = std::remove_cvref_t<decltype(value())>;
    v8::Local<v8::Value> made = Convert<Result>::toJs(js, value());
    info.GetReturnValue().Set(made);
  } catch (const ExceptionPending&) {
    requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
}

template <auto function>
void staticCallback(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Lock js(info.GetIsolate());
  callAndReturn<function>(js, info, static_cast<Object*>(nullptr));
}

// The constructor function returns a Ptr<T>; V8 has made the holder already, for new.target.
template <auto function>
void constructorCallback(const v8::FunctionCallbackInfo<v8::Value>& info) {
  if (!constructing(info)) return;
  Lock js(info.GetIsolate());
  try {
    invoke<function>(js, info, static_cast<Object*>(nullptr))->attach(js, info.This());
  } catch (const ExceptionPending&) {
    requirePendingException(js);
  } catch (...) {
    throwCurrent(info, false);
  }
}

void illegalConstructor(const v8::FunctionCallbackInfo<v8::Value>& info);

}  // namespace detail

template <class T>
class Class : public ClassBuilder {
 public:
  using ClassBuilder::ClassBuilder;

  Class& name(const char* name) {
    setName(name);
    setConstructor(detail::illegalConstructor, 0);
    return *this;
  }

  // Not a property of the global object: scripts meet instances only.
  Class& hidden() {
    exposed_ = false;
    return *this;
  }

  // Instances can be called like functions; `callback` finds them as the receiver.
  Class& callable(Callback callback) {
    setCallable(callback);
    return *this;
  }
  template <auto function>
  Class& callable() {
    setCallable(detail::methodCallback<T, function>);
    return *this;
  }

  template <class Parent>
  Class& extends() {
    inherit(tagOf<Parent>());
    return *this;
  }

  // `function(js, …)` returns the new Ptr<T>.
  template <auto function>
  Class& constructor() {
    setConstructor(detail::constructorCallback<function>,
                   detail::Signature<decltype(function)>::List::required());
    return *this;
  }

  template <auto function>
  Class& method(const char* name) {
    addMethod(name, detail::methodCallback<T, function>, lengthOf<function>(), v8::None);
    return *this;
  }

  // A method that is also found under a well-known symbol, by the same function object.
  template <auto function>
  Class& methodAndSymbol(const char* name, v8::Local<v8::Symbol> (*symbol)(v8::Isolate*)) {
    addSymbolAlias(symbol, name, detail::methodCallback<T, function>, lengthOf<function>());
    return *this;
  }

  // A method under a well-known symbol only; `name` is what errors call it.
  template <auto function>
  Class& symbolMethod(v8::Local<v8::Symbol> (*symbol)(v8::Isolate*), const char* name) {
    addSymbolMethod(symbol, name, detail::methodCallback<T, function>, lengthOf<function>());
    return *this;
  }

  template <auto function>
  Class& staticMethod(const char* name) {
    addStatic(name, detail::staticCallback<function>, lengthOf<function>());
    return *this;
  }

  template <auto getter>
  Class& attribute(const char* name) {
    addAttribute(name, detail::methodCallback<T, getter>, nullptr);
    return *this;
  }
  template <auto getter, auto setter>
  Class& attribute(const char* name) {
    addAttribute(name, detail::methodCallback<T, getter>, detail::methodCallback<T, setter>);
    return *this;
  }
  // One that is each instance's own and looks like data, so that copies and proxies have it too.
  template <auto getter>
  Class& ownAttribute(const char* name) {
    addOwnAttribute(name, detail::ownCallback<T, getter>, false);
    return *this;
  }
  // The same, asked once, when somebody wants to know; scripts may assign to it.
  template <auto getter>
  Class& lazyAttribute(const char* name) {
    addOwnAttribute(name, detail::ownCallback<T, getter>, true);
    return *this;
  }

  // Gives the value of every string-named property that is not there otherwise; an empty handle
  // leaves it undefined. `method(js, receiver, name)`.
  template <auto method>
  Class& fallback() {
    setFallback(detail::fallbackCallback<T, method>);
    return *this;
  }

  Class& constant(const char* name, int value) {
    addConstant(name, value);
    return *this;
  }

 private:
  template <auto function>
  static constexpr int lengthOf() {
    return detail::Signature<decltype(function)>::List::required();
  }
};

}  // namespace lathe::js
