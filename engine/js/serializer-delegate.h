#pragma once

#include <cstdint>
#include <memory>

#include <v8.h>

// V8's serializer asks an object of a class derived from V8's own. The V8 library carries no type
// information, so those classes are compiled without any and pass every question on to an interface
// of ours; only these factories leave the file.
namespace lathe::js {

// Called from inside V8: no C++ exception may leave, a failure is an exception scheduled in V8 and
// Nothing.
class SerializerQuestions {
 public:
  // Schedules a DataCloneError.
  virtual void refuse(v8::Local<v8::String> message) = 0;
  // Whether it is no object of the language. Runs no JavaScript.
  virtual bool isHostObject(v8::Local<v8::Object> object) = 0;
  // Writes what stands for such an object.
  virtual v8::Maybe<bool> writeHostObject(v8::Local<v8::Object> object) = 0;
  // A number for a buffer that both sides share.
  virtual v8::Maybe<std::uint32_t> numberOf(v8::Local<v8::SharedArrayBuffer> buffer) = 0;
  virtual v8::Maybe<std::uint32_t> numberOf(v8::Local<v8::WasmModuleObject> module) = 0;

 protected:
  ~SerializerQuestions() = default;
};

class DeserializerQuestions {
 public:
  virtual v8::MaybeLocal<v8::Object> readHostObject() = 0;
  virtual v8::MaybeLocal<v8::SharedArrayBuffer> sharedBuffer(std::uint32_t number) = 0;
  virtual v8::MaybeLocal<v8::WasmModuleObject> wasmModule(std::uint32_t number) = 0;

 protected:
  ~DeserializerQuestions() = default;
};

// `questions` must outlive the delegate.
std::unique_ptr<v8::ValueSerializer::Delegate> makeDelegate(SerializerQuestions& questions);
std::unique_ptr<v8::ValueDeserializer::Delegate> makeDelegate(DeserializerQuestions& questions);

}  // namespace lathe::js
