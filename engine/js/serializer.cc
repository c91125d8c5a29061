#include "engine/js/serializer.h"

#include <algorithm>

#include "engine/js/dom-exception.h"
#include "engine/js/serializer-delegate.h"
#include "engine/js/simple-value.h"
#include "engine/js/value.h"

namespace lathe::js {
namespace {

Error dataCloneError(std::string message) {
  return domException("DataCloneError", std::move(message));
}

// Runs `body` for V8, into which no C++ exception may pass. Returns whether it came to its end.
template <class Body>
bool forV8(Lock& js, Body body) {
  try {
    body();
    return true;
  } catch (const ExceptionPending&) {
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
  return false;
}

class Writer final : private SerializerQuestions {
 public:
  Writer(Lock& js, HostObjects& hosts)
      : js_(js),
        hosts_(hosts),
        delegate_(makeDelegate(*this)),
        serializer_(js.v8(), delegate_.get()) {}

  SerializedValue write(v8::Local<v8::Value> value,
                        std::span<const v8::Local<v8::ArrayBuffer>> transfer) {
    for (std::size_t i = 0; i < transfer.size(); ++i) {
      if (std::find(transfer.begin(), transfer.begin() + i, transfer[i]) != transfer.begin() + i) {
        throw dataCloneError("ArrayBuffer at index " + std::to_string(i) +
                             " is a duplicate of an earlier ArrayBuffer.");
      }
      serializer_.TransferArrayBuffer(static_cast<std::uint32_t>(i), transfer[i]);
    }
    serializer_.WriteHeader();
    check(serializer_.WriteValue(js_.context(), value));
    for (auto buffer : transfer) detach(buffer);
    auto [bytes, size] = serializer_.Release();
    result_.bytes.reset(bytes);
    result_.size = size;
    return std::move(result_);
  }

 private:
  void detach(v8::Local<v8::ArrayBuffer> buffer) {
    if (buffer->WasDetached()) {
      throw dataCloneError("An ArrayBuffer is detached and could not be cloned.");
    }
    if (!buffer->IsDetachable()) {
      throw dataCloneError("An ArrayBuffer could not be transferred: it cannot be detached.");
    }
    result_.transferred.push_back(buffer->GetBackingStore());
    buffer->Detach();
  }

  void refuse(v8::Local<v8::String> message) override {
    js_.v8()->ThrowException(newDomException(js_, toUtf8(js_, message), "DataCloneError"));
  }

  v8::Maybe<bool> writeHostObject(v8::Local<v8::Object> object) override {
    bool written = forV8(js_, [&] {
      auto number = hosts_.keep(js_, object);
      if (!number) {
        throw dataCloneError("Could not serialize object of type \"" +
                             toUtf8(js_, object->GetConstructorName()) +
                             "\". This type does not support serialization.");
      }
      serializer_.WriteUint32(*number);
    });
    return written ? v8::Just(true) : v8::Nothing<bool>();
  }

  v8::Maybe<std::uint32_t> numberOf(v8::Local<v8::SharedArrayBuffer> buffer) override {
    auto store = buffer->GetBackingStore();
    auto& known = result_.shared;
    auto place = std::find(known.begin(), known.end(), store);
    if (place == known.end()) place = known.insert(place, std::move(store));
    return v8::Just(static_cast<std::uint32_t>(place - known.begin()));
  }

  v8::Maybe<std::uint32_t> numberOf(v8::Local<v8::WasmModuleObject> module) override {
    result_.modules.push_back(module->GetCompiledModule());
    return v8::Just(static_cast<std::uint32_t>(result_.modules.size() - 1));
  }

  Lock& js_;
  HostObjects& hosts_;
  SerializedValue result_;
  std::unique_ptr<v8::ValueSerializer::Delegate> delegate_;
  v8::ValueSerializer serializer_;
};

class Reader final : private DeserializerQuestions {
 public:
  Reader(Lock& js, const SerializedValue& serialized, HostObjects& hosts)
      : js_(js),
        serialized_(serialized),
        hosts_(hosts),
        delegate_(makeDelegate(*this)),
        deserializer_(js.v8(), serialized.bytes.get(), serialized.size, delegate_.get()) {}
  Reader(Lock& js, std::string_view bytes, const SerializedValue& nothing, HostObjects& hosts)
      : js_(js),
        serialized_(nothing),
        hosts_(hosts),
        delegate_(makeDelegate(*this)),
        deserializer_(js.v8(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                      delegate_.get()) {}

  v8::Local<v8::Value> read() {
    const auto& transferred = serialized_.transferred;
    for (std::size_t i = 0; i < transferred.size(); ++i) {
      deserializer_.TransferArrayBuffer(static_cast<std::uint32_t>(i),
                                        v8::ArrayBuffer::New(js_.v8(), transferred[i]));
    }
    check(deserializer_.ReadHeader(js_.context()));
    return check(deserializer_.ReadValue(js_.context()));
  }

 private:
  v8::MaybeLocal<v8::Object> readHostObject() override {
    v8::MaybeLocal<v8::Object> made;
    forV8(js_, [&] {
      std::uint32_t number = 0;
      if (!deserializer_.ReadUint32(&number))
        throw dataCloneError("Unable to deserialize cloned data.");
      made = hosts_.copy(js_, number);
    });
    return made;
  }

  v8::MaybeLocal<v8::SharedArrayBuffer> sharedBuffer(std::uint32_t number) override {
    if (number >= serialized_.shared.size()) return {};
    return v8::SharedArrayBuffer::New(js_.v8(), serialized_.shared.at(number));
  }

  v8::MaybeLocal<v8::WasmModuleObject> wasmModule(std::uint32_t number) override {
    if (number >= serialized_.modules.size()) return {};
    return v8::WasmModuleObject::FromCompiledModule(js_.v8(), serialized_.modules.at(number));
  }

  Lock& js_;
  const SerializedValue& serialized_;
  HostObjects& hosts_;
  std::unique_ptr<v8::ValueDeserializer::Delegate> delegate_;
  v8::ValueDeserializer deserializer_;
};

}  // namespace

std::optional<std::uint32_t> NoHostObjects::keep(Lock&, v8::Local<v8::Object>) {
  return std::nullopt;
}

v8::Local<v8::Object> NoHostObjects::copy(Lock&, std::uint32_t) {
  throw dataCloneError("Unable to deserialize cloned data.");
}

SerializedValue serialize(Lock& js, v8::Local<v8::Value> value,
                          std::span<const v8::Local<v8::ArrayBuffer>> transfer,
                          HostObjects& hosts) {
  return Writer(js, hosts).write(value, transfer);
}

v8::Local<v8::Value> deserialize(Lock& js, const SerializedValue& serialized, HostObjects& hosts) {
  return Reader(js, serialized, hosts).read();
}

std::string serializeForStorage(Lock& js, v8::Local<v8::Value> value) {
  if (auto simple = serializeSimple(js, value)) return std::move(*simple);
  NoHostObjects hosts;
  SerializedValue serialized = Writer(js, hosts).write(value, {});
  if (!serialized.shared.empty()) {
    throw dataCloneError("A SharedArrayBuffer could not be cloned: it cannot be stored.");
  }
  if (!serialized.modules.empty()) {
    throw dataCloneError("A WebAssembly.Module could not be cloned: it cannot be stored.");
  }
  return {reinterpret_cast<const char*>(serialized.bytes.get()), serialized.size};
}

v8::Local<v8::Value> deserializeFromStorage(Lock& js, std::string_view bytes) {
  if (auto simple = deserializeSimple(js, bytes); !simple.IsEmpty()) return simple;
  NoHostObjects hosts;
  SerializedValue nothing;
  return Reader(js, bytes, nothing, hosts).read();
}

}  // namespace lathe::js
