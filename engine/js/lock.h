#pragma once

#include <string_view>

#include <v8.h>

namespace lathe::js {

class Isolate;

// V8 checks with it what kind of pointer an object or a context keeps; all of ours are of one kind.
inline constexpr v8::EmbedderDataTypeTag kPointerTag = v8::kEmbedderDataTypeTagDefault;

// The proof, passed as an argument, that this thread is inside the isolate and one of its contexts
// and may touch V8. It lives on the stack of an entry, is never stored and crosses no `co_await`
// (see no-coroutine.h: the compiler refuses).
class Lock {
 public:
  explicit Lock(v8::Isolate* isolate) : v8_(isolate) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  v8::Isolate* v8() const { return v8_; }
  Isolate& isolate() const { return *static_cast<Isolate*>(v8_->GetData(0)); }
  v8::Local<v8::Context> context() const { return v8_->GetCurrentContext(); }

  // `text` is UTF-8.
  v8::Local<v8::String> string(std::string_view text) const {
    return v8::String::NewFromUtf8(v8_, text.data(), v8::NewStringType::kNormal,
                                   static_cast<int>(text.size()))
        .ToLocalChecked();
  }
  // For property names and other strings that repeat.
  v8::Local<v8::String> name(std::string_view text) const {
    return v8::String::NewFromUtf8(v8_, text.data(), v8::NewStringType::kInternalized,
                                   static_cast<int>(text.size()))
        .ToLocalChecked();
  }
  v8::Local<v8::Primitive> undefined() const { return v8::Undefined(v8_); }
  v8::Local<v8::Primitive> null() const { return v8::Null(v8_); }

 private:
  v8::Isolate* v8_;
};

}  // namespace lathe::js
