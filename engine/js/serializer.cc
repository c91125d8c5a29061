#include "engine/js/serializer.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>

#include "engine/js/cloned-errors.h"
#include "engine/js/dom-exception.h"
#include "engine/js/platform-prototypes.h"
#include "engine/js/serializer-delegate.h"
#include "engine/js/simple-value.h"
#include "engine/js/value.h"

namespace lathe::js {
namespace {

// What the first number of a host object says when that is a value with errors, and no object of
// the platform.
constexpr std::uint32_t kValueWithErrors = 0;

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
    requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
  return false;
}

class Writer final : private SerializerQuestions, private HostWriter {
 public:
  Writer(Lock& js, ClonePurpose purpose, std::span<const v8::Local<v8::ArrayBuffer>> transfer)
      : js_(js),
        purpose_(purpose),
        transfer_(transfer),
        delegate_(makeDelegate(*this)),
        serializer_(js.v8(), delegate_.get()) {
    for (std::size_t i = 0; i < transfer.size(); ++i) {
      if (std::find(transfer.begin(), transfer.begin() + i, transfer[i]) != transfer.begin() + i) {
        throw dataCloneError("ArrayBuffer at index " + std::to_string(i) +
                             " is a duplicate of an earlier ArrayBuffer.");
      }
      serializer_.TransferArrayBuffer(static_cast<std::uint32_t>(i), transfer[i]);
    }
  }

  // Changes nothing about what is written; the bytes are valid as long as this is.
  std::string_view write(v8::Local<v8::Value> value) {
    serializer_.WriteHeader();
    check(serializer_.WriteValue(js_.context(), value));
    auto [bytes, size] = serializer_.Release();
    result_.bytes.reset(bytes);
    result_.size = size;
    return {reinterpret_cast<const char*>(bytes), size};
  }

  std::string_view write(v8::Local<v8::Value> value, v8::Local<v8::Array> errors) {
    errors_ = errors;
    valueWithErrors_ = value;
    holder_ = v8::Object::New(js_.v8());
    return write(holder_);
  }

  // Takes away what goes with the value.
  SerializedValue finish() {
    for (auto buffer : transfer_) detach(buffer);
    for (auto& step : atEnd_) step();
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
    check(buffer->Detach(v8::Local<v8::Value>()));
  }

  // ---- What V8 asks ----

  void refuse(v8::Local<v8::String> message) override {
    js_.v8()->ThrowException(newDomException(js_, toUtf8(js_, message), "DataCloneError"));
  }

  bool isHostObject(v8::Local<v8::Object> object) override {
    return object->InternalFieldCount() > 0 || object == holder_ ||
           isPlatformObject(js_, object, plain_);
  }

  v8::Maybe<bool> writeHostObject(v8::Local<v8::Object> object) override {
    bool written = forV8(js_, [&] {
      if (object == holder_) {
        number(kValueWithErrors);
        value(valueWithErrors_);
        value(errors_);
        return;
      }
      const auto* hosts = js_.isolate().hostObjects();
      if (!hosts || !hosts->write(js_, object, *this)) {
        throw dataCloneError("Could not serialize object of type \"" +
                             toUtf8(js_, object->GetConstructorName()) +
                             "\". This type does not support serialization.");
      }
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

  // ---- What host objects write ----

  ClonePurpose purpose() const override { return purpose_; }
  void number(std::uint32_t number) override { serializer_.WriteUint32(number); }
  void real(double number) override { serializer_.WriteDouble(number); }
  void text(std::string_view bytes) override {
    serializer_.WriteUint64(bytes.size());
    serializer_.WriteRawBytes(bytes.data(), bytes.size());
  }
  void value(v8::Local<v8::Value> value) override {
    check(serializer_.WriteValue(js_.context(), value));
  }
  void keep(std::shared_ptr<void> thing) override {
    number(static_cast<std::uint32_t>(result_.kept.size()));
    result_.kept.push_back(std::move(thing));
  }
  void atEnd(lathe::Callback<void()> step) override { atEnd_.push_back(std::move(step)); }

  Lock& js_;
  ClonePurpose purpose_;
  std::span<const v8::Local<v8::ArrayBuffer>> transfer_;
  SerializedValue result_;
  // A value with errors in it: the object that V8 takes for a host object that consists of both.
  v8::Local<v8::Object> holder_;
  v8::Local<v8::Value> valueWithErrors_;
  v8::Local<v8::Array> errors_;
  PlainPrototype plain_;
  std::vector<lathe::Callback<void()>> atEnd_;
  std::unique_ptr<v8::ValueSerializer::Delegate> delegate_;
  v8::ValueSerializer serializer_;
};

class Reader final : private DeserializerQuestions, private HostReader {
 public:
  Reader(Lock& js, const SerializedValue& serialized)
      : js_(js),
        serialized_(serialized),
        delegate_(makeDelegate(*this)),
        deserializer_(js.v8(), serialized.bytes.get(), serialized.size, delegate_.get()) {}
  Reader(Lock& js, std::string_view bytes, const SerializedValue& nothing)
      : js_(js),
        serialized_(nothing),
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
    v8::MaybeLocal<v8::Value> read;
    {
      v8::TryCatch guard(js_.v8());
      read = deserializer_.ReadValue(js_.context());
      if (read.IsEmpty() && !failure_) guard.ReThrow();
    }
    if (failure_) std::rethrow_exception(failure_);
    auto value = check(read);
    if (!errors_.IsEmpty()) restoreErrors(js_, errors_.Get(js_.v8()));
    return value;
  }

 private:
  static Error unreadable() { return dataCloneError("Unable to deserialize cloned data."); }

  // ---- What V8 asks ----

  v8::MaybeLocal<v8::Object> readHostObject() override {
    try {
      const auto kind = number();
      if (kind == kValueWithErrors) return readValueWithErrors();
      const auto* hosts = js_.isolate().hostObjects();
      if (!hosts) throw unreadable();
      return hosts->read(js_, kind, *this);
    } catch (const ExceptionPending&) {
      requirePendingException(js_);
    } catch (...) {
      // To make an error of it runs JavaScript, which V8 lets nobody do now.
      if (!failure_) failure_ = std::current_exception();
      js_.v8()->ThrowException(v8::Null(js_.v8()));
    }
    return {};
  }

  v8::Local<v8::Object> readValueWithErrors() {
    auto read = value();
    auto errors = value();
    if (!read->IsObject() || !errors->IsArray()) throw unreadable();
    errors_.Reset(js_.v8(), errors.As<v8::Array>());
    return read.As<v8::Object>();
  }

  v8::MaybeLocal<v8::SharedArrayBuffer> sharedBuffer(std::uint32_t number) override {
    if (number >= serialized_.shared.size()) return {};
    return v8::SharedArrayBuffer::New(js_.v8(), serialized_.shared.at(number));
  }

  v8::MaybeLocal<v8::WasmModuleObject> wasmModule(std::uint32_t number) override {
    if (number >= serialized_.modules.size()) return {};
    return v8::WasmModuleObject::FromCompiledModule(js_.v8(), serialized_.modules.at(number));
  }

  // ---- What host objects read ----

  std::uint32_t number() override {
    std::uint32_t number = 0;
    if (!deserializer_.ReadUint32(&number)) throw unreadable();
    return number;
  }
  double real() override {
    double number = 0;
    if (!deserializer_.ReadDouble(&number)) throw unreadable();
    return number;
  }
  std::string text() override {
    std::uint64_t size = 0;
    const void* bytes = nullptr;
    if (!deserializer_.ReadUint64(&size) || !deserializer_.ReadRawBytes(size, &bytes)) {
      throw unreadable();
    }
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }
  v8::Local<v8::Value> value() override { return check(deserializer_.ReadValue(js_.context())); }
  std::shared_ptr<void> kept() override {
    const auto place = number();
    if (place >= serialized_.kept.size()) throw unreadable();
    return serialized_.kept[place];
  }

  Lock& js_;
  const SerializedValue& serialized_;
  // What the errors among the value are given once it is there: V8 lets no JavaScript run before.
  v8::Global<v8::Array> errors_;
  // Why what V8 has asked for cannot be read, until V8 has ended.
  std::exception_ptr failure_;
  std::unique_ptr<v8::ValueDeserializer::Delegate> delegate_;
  v8::ValueDeserializer deserializer_;
};

}  // namespace

SerializedValue serialize(Lock& js, v8::Local<v8::Value> value, ClonePurpose purpose,
                          std::span<const v8::Local<v8::ArrayBuffer>> transfer) {
  // Few values hold errors: the others are not looked through for them.
  Writer writer(js, purpose, transfer);
  const auto bytes = writer.write(value);
  if (!value->IsObject() || !mayHoldErrors(bytes)) return writer.finish();
  auto errors = describeErrors(js, value.As<v8::Object>(), purpose);
  if (errors.IsEmpty()) return writer.finish();
  Writer again(js, purpose, transfer);
  again.write(value, errors);
  return again.finish();
}

v8::Local<v8::Value> deserialize(Lock& js, const SerializedValue& serialized) {
  return Reader(js, serialized).read();
}

std::string serializeForStorage(Lock& js, v8::Local<v8::Value> value) {
  if (auto simple = serializeSimple(js, value)) return std::move(*simple);
  SerializedValue serialized = serialize(js, value, ClonePurpose::storage);
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
  SerializedValue nothing;
  return Reader(js, bytes, nothing).read();
}

}  // namespace lathe::js
