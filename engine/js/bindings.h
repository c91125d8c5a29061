#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/js/class.h"
#include "engine/js/host-objects.h"

// Everything native that a context offers, as one list that the snapshot's maker and its readers
// share.
namespace lathe::js {

struct Interface {
  const void* tag;
  // Gathers the callbacks' addresses.
  void (*collect)(std::vector<std::intptr_t>&, const Compatibility&);
  // Makes the template and registers it with the isolate; returns whether it is a global's
  // property.
  bool (*build)(v8::Isolate*, const Compatibility&);
};

template <class T>
constexpr Interface interface() {
  return {tagOf<T>(),
          [](std::vector<std::intptr_t>& references, const Compatibility& compatibility) {
            Class<T> description(references);
            T::describe(description, compatibility);
          },
          [](v8::Isolate* isolate, const Compatibility& compatibility) {
            Class<T> description(isolate, tagOf<T>());
            T::describe(description, compatibility);
            return description.exposed();
          }};
}

// A function outside any class.
struct Function {
  const char* name;
  v8::FunctionCallback callback;
  int length;
};

template <auto native>
constexpr Function function(const char* name) {
  return {name, detail::staticCallback<native>,
          detail::Signature<decltype(native)>::List::required()};
}

struct Bindings {
  // A parent stands before those that extend it.
  std::span<const Interface> interfaces;
  // Properties of the global object.
  std::span<const Function> globals;
  // What only the built-in JavaScript may call.
  std::span<const Function> natives;
  // How the objects among them are cloned.
  const HostObjects* hostObjects = nullptr;
};

class BuiltinsSource;

// What a snapshot refers to by its place in this list, as V8 wants it: the callbacks' addresses in
// the order of the lists, the source, and 0 at the end.
std::vector<std::intptr_t> externalReferences(const Bindings& bindings,
                                              const Compatibility& compatibility,
                                              BuiltinsSource& source);

}  // namespace lathe::js
