#include "engine/js/serializer-delegate.h"

namespace lathe::js {
namespace {

class WritingDelegate final : public v8::ValueSerializer::Delegate {
 public:
  explicit WritingDelegate(SerializerQuestions& questions) : questions_(questions) {}

  void ThrowDataCloneError(v8::Local<v8::String> message) override { questions_.refuse(message); }
  bool HasCustomHostObject(v8::Isolate*) override { return true; }
  v8::Maybe<bool> IsHostObject(v8::Isolate*, v8::Local<v8::Object> object) override {
    return v8::Just(questions_.isHostObject(object));
  }
  v8::Maybe<bool> WriteHostObject(v8::Isolate*, v8::Local<v8::Object> object) override {
    return questions_.writeHostObject(object);
  }
  v8::Maybe<std::uint32_t> GetSharedArrayBufferId(
      v8::Isolate*, v8::Local<v8::SharedArrayBuffer> buffer) override {
    return questions_.numberOf(buffer);
  }
  v8::Maybe<std::uint32_t> GetWasmModuleTransferId(
      v8::Isolate*, v8::Local<v8::WasmModuleObject> module) override {
    return questions_.numberOf(module);
  }

 private:
  SerializerQuestions& questions_;
};

class ReadingDelegate final : public v8::ValueDeserializer::Delegate {
 public:
  explicit ReadingDelegate(DeserializerQuestions& questions) : questions_(questions) {}

  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate*) override {
    return questions_.readHostObject();
  }
  v8::MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(v8::Isolate*,
                                                                   std::uint32_t number) override {
    return questions_.sharedBuffer(number);
  }
  v8::MaybeLocal<v8::WasmModuleObject> GetWasmModuleFromId(v8::Isolate*,
                                                           std::uint32_t number) override {
    return questions_.wasmModule(number);
  }

 private:
  DeserializerQuestions& questions_;
};

}  // namespace

std::unique_ptr<v8::ValueSerializer::Delegate> makeDelegate(SerializerQuestions& questions) {
  return std::make_unique<WritingDelegate>(questions);
}

std::unique_ptr<v8::ValueDeserializer::Delegate> makeDelegate(DeserializerQuestions& questions) {
  return std::make_unique<ReadingDelegate>(questions);
}

}  // namespace lathe::js
