#include "engine/js/dom-exception.h"

#include <array>

namespace lathe::js {
namespace {

// https://webidl.spec.whatwg.org/#dfn-error-names-table: the constant's name, its code and the name
// of the exception it stands for (empty: a code that is no longer given).
struct LegacyCode {
  const char* constant;
  int code;
  std::string_view name;
};

constexpr LegacyCode kLegacyCodes[] = {
    {"INDEX_SIZE_ERR", 1, "IndexSizeError"},
    {"DOMSTRING_SIZE_ERR", 2, ""},
    {"HIERARCHY_REQUEST_ERR", 3, "HierarchyRequestError"},
    {"WRONG_DOCUMENT_ERR", 4, "WrongDocumentError"},
    {"INVALID_CHARACTER_ERR", 5, "InvalidCharacterError"},
    {"NO_DATA_ALLOWED_ERR", 6, ""},
    {"NO_MODIFICATION_ALLOWED_ERR", 7, "NoModificationAllowedError"},
    {"NOT_FOUND_ERR", 8, "NotFoundError"},
    {"NOT_SUPPORTED_ERR", 9, "NotSupportedError"},
    {"INUSE_ATTRIBUTE_ERR", 10, "InUseAttributeError"},
    {"INVALID_STATE_ERR", 11, "InvalidStateError"},
    {"SYNTAX_ERR", 12, "SyntaxError"},
    {"INVALID_MODIFICATION_ERR", 13, "InvalidModificationError"},
    {"NAMESPACE_ERR", 14, "NamespaceError"},
    {"INVALID_ACCESS_ERR", 15, "InvalidAccessError"},
    {"VALIDATION_ERR", 16, ""},
    {"TYPE_MISMATCH_ERR", 17, "TypeMismatchError"},
    {"SECURITY_ERR", 18, "SecurityError"},
    {"NETWORK_ERR", 19, "NetworkError"},
    {"ABORT_ERR", 20, "AbortError"},
    {"URL_MISMATCH_ERR", 21, "URLMismatchError"},
    {"QUOTA_EXCEEDED_ERR", 22, "QuotaExceededError"},
    {"TIMEOUT_ERR", 23, "TimeoutError"},
    {"INVALID_NODE_TYPE_ERR", 24, "InvalidNodeTypeError"},
    {"DATA_CLONE_ERR", 25, "DataCloneError"},
};

// The stack of here, under this exception's own name. V8 makes stacks for errors only, so one is
// made for its stack.
v8::Local<v8::Value> stackOf(Lock& js, const std::string& message, const std::string& name) {
  auto error = v8::Exception::Error(js.string(message)).As<v8::Object>();
  v8::Local<v8::Value> stack;
  if (!error->Get(js.context(), js.name("stack")).ToLocal(&stack) || !stack->IsString()) {
    return js.string(name + ": " + message);
  }
  std::string text = toUtf8(js, stack.As<v8::String>());
  if (text.starts_with("Error")) text.replace(0, 5, name);
  return js.string(text);
}

void defineStack(Lock& js, v8::Local<v8::Object> object, const std::string& message,
                 const std::string& name) {
  check(object->CreateDataProperty(js.context(), js.name("stack"), stackOf(js, message, name)));
}

}  // namespace

Ptr<DomException> DomException::construct(Lock& js, Receiver made,
                                          std::optional<std::string> message,
                                          std::optional<v8::Local<v8::Value>> nameOrOptions) {
  std::string name = "Error";
  if (nameOrOptions) name = Convert<std::string>::fromJs(js, *nameOrOptions);
  defineStack(js, made.object, message.value_or(""), name);
  return make<DomException>(message.value_or(""), std::move(name));
}

int DomException::code() const {
  for (const auto& legacy : kLegacyCodes) {
    if (!legacy.name.empty() && legacy.name == name_) return legacy.code;
  }
  return 0;
}

void DomException::describe(Class<DomException>& c, const Compatibility&) {
  c.name(kInterface).constructor<&DomException::construct>();
  // As in Workers, an exception's own: a copy has them.
  c.ownAttribute<&DomException::code>("code");
  c.ownAttribute<&DomException::name>("name");
  c.ownAttribute<&DomException::message>("message");
  for (const auto& legacy : kLegacyCodes) c.constant(legacy.constant, legacy.code);
}

v8::Local<v8::Object> newDomException(Lock& js, const std::string& message, const std::string& name,
                                      const std::string& stack) {
  auto object = wrap(js, make<DomException>(message, name));
  check(object->CreateDataProperty(js.context(), js.name("stack"), js.string(stack)));
  return object;
}

v8::Local<v8::Object> newDomException(Lock& js, const std::string& message,
                                      const std::string& name) {
  auto object = wrap(js, make<DomException>(message, name));
  defineStack(js, object, message, name);
  return object;
}

}  // namespace lathe::js
