#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/js/lock.h"

// https://html.spec.whatwg.org/multipage/structured-data.html, on V8's serializer.
namespace lathe::js {

// The objects of the platform inside a value: only their own floor knows which can be copied, and
// how.
class HostObjects {
 public:
  virtual ~HostObjects() = default;
  // Remembers what `object` consists of, under a number; nothing when it cannot be copied.
  virtual std::optional<std::uint32_t> keep(Lock& js, v8::Local<v8::Object> object) = 0;
  // A new object like the one of that number.
  virtual v8::Local<v8::Object> copy(Lock& js, std::uint32_t number) = 0;
};

// For values in which there must be none.
class NoHostObjects final : public HostObjects {
 public:
  std::optional<std::uint32_t> keep(Lock& js, v8::Local<v8::Object> object) override;
  v8::Local<v8::Object> copy(Lock& js, std::uint32_t number) override;
};

// A serialized value, of this process: its bytes are V8's wire format, but shared buffers,
// transferred ones and modules are the real ones.
struct SerializedValue {
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<std::uint8_t[], Free> bytes;
  std::size_t size = 0;
  std::vector<std::shared_ptr<v8::BackingStore>> transferred;
  std::vector<std::shared_ptr<v8::BackingStore>> shared;
  std::vector<v8::CompiledWasmModule> modules;
};

// Serializes `value` and detaches the buffers of `transfer`. Throws DataCloneError, also when a
// buffer is there twice or cannot be detached, and what getters of the value throw.
SerializedValue serialize(Lock& js, v8::Local<v8::Value> value,
                          std::span<const v8::Local<v8::ArrayBuffer>> transfer, HostObjects& hosts);

// A new value like the one that was serialized, in the current context.
v8::Local<v8::Value> deserialize(Lock& js, const SerializedValue& serialized, HostObjects& hosts);

// The same for a value that is kept beyond this process: nothing that only this process has can be
// in it (platform objects, shared memory, WebAssembly modules): DataCloneError.
std::string serializeForStorage(Lock& js, v8::Local<v8::Value> value);
v8::Local<v8::Value> deserializeFromStorage(Lock& js, std::string_view bytes);

}  // namespace lathe::js
