#pragma once

#include <optional>
#include <string>

#include "engine/js/class.h"

namespace lathe::js {

// DOMException: a name, a message, the code of the old names, and a stack like any error's.
// https://webidl.spec.whatwg.org/#idl-DOMException
class DomException final : public Object {
 public:
  static constexpr const char* kInterface = "DOMException";

  DomException(std::string message, std::string name)
      : message_(std::move(message)), name_(std::move(name)) {}

  static Ptr<DomException> construct(Lock& js, Receiver made, std::optional<std::string> message,
                                     std::optional<v8::Local<v8::Value>> nameOrOptions);

  const std::string& message() const { return message_; }
  const std::string& name() const { return name_; }
  int code() const;

  static void describe(Class<DomException>& c, const Compatibility&);

 private:
  std::string message_;
  std::string name_;
};

// A DOMException object with this stack.
v8::Local<v8::Object> newDomException(Lock& js, const std::string& message, const std::string& name,
                                      const std::string& stack);

// A DOMException object with the stack of the place that calls.
v8::Local<v8::Object> newDomException(Lock& js, const std::string& message,
                                      const std::string& name);

}  // namespace lathe::js
