#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/js/host-objects.h"

// https://html.spec.whatwg.org/multipage/structured-data.html, on V8's serializer, with what
// Workers add: errors keep their own properties, and some more of the platform's objects can be
// cloned.
namespace lathe::js {

// A serialized value, of this process: its bytes are V8's wire format, but shared buffers,
// transferred ones, modules and what host objects keep are the real ones.
struct SerializedValue {
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<std::uint8_t[], Free> bytes;
  std::size_t size = 0;
  std::vector<std::shared_ptr<v8::BackingStore>> transferred;
  std::vector<std::shared_ptr<v8::BackingStore>> shared;
  std::vector<v8::CompiledWasmModule> modules;
  std::vector<std::shared_ptr<void>> kept;
};

// Serializes `value` and detaches the buffers of `transfer`. Throws DataCloneError, also when a
// buffer is there twice or cannot be detached, and what getters of the value throw. A getter of a
// value that holds errors may be asked more than once.
SerializedValue serialize(Lock& js, v8::Local<v8::Value> value, ClonePurpose purpose,
                          std::span<const v8::Local<v8::ArrayBuffer>> transfer = {});

// A new value like the one that was serialized, in the current context.
v8::Local<v8::Value> deserialize(Lock& js, const SerializedValue& serialized);

// The same for a value that is kept beyond this process: nothing that only this process has can be
// in it (bodies, shared memory, WebAssembly modules): DataCloneError.
std::string serializeForStorage(Lock& js, v8::Local<v8::Value> value);
v8::Local<v8::Value> deserializeFromStorage(Lock& js, std::string_view bytes);

}  // namespace lathe::js
