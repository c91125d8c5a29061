#pragma once

#include <string_view>

#include <v8.h>

namespace lathe::js {

// The text of the built-in JavaScript, which V8 wants whenever it compiles one of its functions for
// the first time, and people for their stack traces. It stays where the program has it: in V8's
// heap it would be the largest thing there, copied at every start.
//
// V8 deletes it when nothing refers to the text any more, at the latest with the isolate.
class BuiltinsSource final : public v8::String::ExternalOneByteStringResource {
 public:
  // `text` is ASCII and outlives this.
  explicit BuiltinsSource(std::string_view text) : text_(text) {}

  const char* data() const override { return text_.data(); }
  size_t length() const override { return text_.size(); }

 private:
  std::string_view text_;
};

}  // namespace lathe::js
