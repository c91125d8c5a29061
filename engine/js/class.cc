#include "engine/js/class.h"

namespace lathe::js {

ClassBuilder::ClassBuilder(v8::Isolate* isolate, const void* tag) : isolate_(isolate) {
  template_ = v8::FunctionTemplate::New(isolate);
  template_->InstanceTemplate()->SetInternalFieldCount(kFieldCount);
  Lock js(isolate);
  js.isolate().setTemplate(tag, template_);
}

void ClassBuilder::setName(const char* name) {
  name_ = name;
  if (!building()) return;
  Lock js(isolate_);
  template_->SetClassName(js.name(name));
  template_->ReadOnlyPrototype();
  template_->PrototypeTemplate()->Set(
      v8::Symbol::GetToStringTag(isolate_), js.name(name),
      static_cast<v8::PropertyAttribute>(v8::DontEnum | v8::ReadOnly));
}

void ClassBuilder::setConstructor(Callback callback, int length) {
  reference(callback);
  if (!building()) return;
  Lock js(isolate_);
  template_->SetCallHandler(callback, js.name(name_));
  template_->SetLength(length);
}

void ClassBuilder::setCallable(Callback callback) {
  reference(callback);
  if (building()) template_->InstanceTemplate()->SetCallAsFunctionHandler(callback);
}

v8::Local<v8::FunctionTemplate> ClassBuilder::function(Callback callback, const std::string& name,
                                                       int length, const std::string& place,
                                                       bool isStatic) {
  Lock js(isolate_);
  auto signature = isStatic ? v8::Local<v8::Signature>() : v8::Signature::New(isolate_, template_);
  auto made = v8::FunctionTemplate::New(isolate_, callback, js.name(place), signature, length,
                                        v8::ConstructorBehavior::kThrow);
  made->SetClassName(js.name(name));
  return made;
}

void ClassBuilder::addMethod(const char* name, Callback callback, int length,
                             v8::PropertyAttribute attributes) {
  reference(callback);
  if (!building()) return;
  Lock js(isolate_);
  auto made = function(callback, name, length, std::string(name) + "' on '" + name_, false);
  template_->PrototypeTemplate()->Set(js.name(name), made, attributes);
}

void ClassBuilder::addSymbolAlias(v8::Local<v8::Symbol> (*symbol)(v8::Isolate*), const char* name,
                                  Callback callback, int length) {
  reference(callback);
  if (!building()) return;
  Lock js(isolate_);
  auto made = function(callback, name, length, std::string(name) + "' on '" + name_, false);
  template_->PrototypeTemplate()->Set(js.name(name), made, v8::None);
  template_->PrototypeTemplate()->Set(symbol(isolate_), made, v8::DontEnum);
}

void ClassBuilder::addSymbolMethod(v8::Local<v8::Symbol> (*symbol)(v8::Isolate*), const char* name,
                                   Callback callback, int length) {
  reference(callback);
  if (!building()) return;
  Lock js(isolate_);
  auto made = function(callback, name, length, std::string(name) + "' on '" + name_, false);
  template_->PrototypeTemplate()->Set(symbol(isolate_), made, v8::DontEnum);
}

void ClassBuilder::addStatic(const char* name, Callback callback, int length) {
  reference(callback);
  if (!building()) return;
  Lock js(isolate_);
  template_->Set(js.name(name),
                 function(callback, name, length, std::string(name) + "' on '" + name_, true));
}

void ClassBuilder::addAttribute(const char* name, Callback getter, Callback setter) {
  reference(getter);
  if (setter) reference(setter);
  if (!building()) return;
  Lock js(isolate_);
  std::string place = std::string(name) + "' on '" + name_;
  auto get = function(getter, std::string("get ") + name, 0, place, false);
  auto set = setter ? function(setter, std::string("set ") + name, 1, place, false)
                    : v8::Local<v8::FunctionTemplate>();
  template_->PrototypeTemplate()->SetAccessorProperty(js.name(name), get, set, v8::None);
}

void ClassBuilder::addOwnAttribute(const char* name, v8::AccessorNameGetterCallback getter,
                                   bool lazy) {
  if (references_) references_->push_back(reinterpret_cast<std::intptr_t>(getter));
  if (!building()) return;
  Lock js(isolate_);
  auto instance = template_->InstanceTemplate();
  if (lazy) {
    instance->SetLazyDataProperty(js.name(name), getter);
  } else {
    instance->SetNativeDataProperty(js.name(name), getter, nullptr, v8::Local<v8::Value>(),
                                    v8::ReadOnly);
  }
}

void ClassBuilder::addConstant(const char* name, int value) {
  if (!building()) return;
  Lock js(isolate_);
  auto attributes = static_cast<v8::PropertyAttribute>(v8::ReadOnly | v8::DontDelete);
  template_->Set(js.name(name), v8::Integer::New(isolate_, value), attributes);
  template_->PrototypeTemplate()->Set(js.name(name), v8::Integer::New(isolate_, value), attributes);
}

void ClassBuilder::setFallback(v8::NamedPropertyGetterCallback callback) {
  // Nothing that the fallback gives counts as a property: who sets one defines it.
  auto query = [](v8::Local<v8::Name>, const v8::PropertyCallbackInfo<v8::Integer>&) {
    return v8::Intercepted::kNo;
  };
  const v8::NamedPropertyQueryCallback none = query;
  if (references_) {
    references_->push_back(reinterpret_cast<std::intptr_t>(callback));
    references_->push_back(reinterpret_cast<std::intptr_t>(none));
  }
  if (!building()) return;
  auto flags = static_cast<v8::PropertyHandlerFlags>(
      static_cast<int>(v8::PropertyHandlerFlags::kNonMasking) |
      static_cast<int>(v8::PropertyHandlerFlags::kOnlyInterceptStrings));
  template_->InstanceTemplate()->SetHandler(v8::NamedPropertyHandlerConfiguration(
      callback, nullptr, none, nullptr, nullptr, v8::Local<v8::Value>(), flags));
}

void ClassBuilder::inherit(const void* parentTag) {
  if (!building()) return;
  Lock js(isolate_);
  template_->Inherit(js.isolate().templateOf(parentTag));
}

namespace detail {

namespace {

// Returns a promise that is rejected with `reason`, or nothing while the script is being stopped.
void returnRejected(const v8::FunctionCallbackInfo<v8::Value>& info, v8::Local<v8::Value> reason) {
  auto context = info.GetIsolate()->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return;
  if (resolver->Reject(context, reason).FromMaybe(false)) {
    info.GetReturnValue().Set(resolver->GetPromise());
  }
}

}  // namespace

std::string placeOf(const v8::FunctionCallbackInfo<v8::Value>& info) {
  if (!info.Data()->IsString()) return "function";
  Lock js(info.GetIsolate());
  return toUtf8(js, info.Data().As<v8::String>());
}

void throwCurrent(const v8::FunctionCallbackInfo<v8::Value>& info, bool returnsPromise) {
  Lock js(info.GetIsolate());
  auto exception = currentExceptionToJs(js);
  if (returnsPromise) {
    returnRejected(info, exception);
  } else {
    info.GetIsolate()->ThrowException(exception);
  }
}

void rejectOrRethrow(const v8::FunctionCallbackInfo<v8::Value>& info, v8::TryCatch& guard) {
  Lock js(info.GetIsolate());
  if (guard.HasTerminated() || js.v8()->IsExecutionTerminating()) {
    guard.ReThrow();
    return;
  }
  auto exception = exceptionOf(js, guard);
  guard.Reset();
  returnRejected(info, exception);
}

void throwMissing(const v8::FunctionCallbackInfo<v8::Value>& info, int required) {
  std::string place = placeOf(info);
  bool constructs = info.IsConstructCall();
  throw typeError((constructs ? "Failed to construct '" : "Failed to execute '") + place +
                  "': " + std::to_string(required) + (required == 1 ? " argument" : " arguments") +
                  " required, but only " + std::to_string(info.Length()) + " present.");
}

void rethrowForArgument(const v8::FunctionCallbackInfo<v8::Value>& info, int index,
                        const Error& error) {
  bool constructs = info.IsConstructCall();
  throw typeError((constructs ? "Failed to construct '" : "Failed to execute '") + placeOf(info) +
                  "': " + (constructs ? "constructor parameter " : "parameter ") +
                  std::to_string(index + 1) + " " + error.message());
}

bool constructing(const v8::FunctionCallbackInfo<v8::Value>& info) {
  if (info.IsConstructCall()) return true;
  Lock js(info.GetIsolate());
  info.GetIsolate()->ThrowException(
      v8::Exception::TypeError(js.string("Failed to construct '" + placeOf(info) +
                                         "': Please use the 'new' operator, this object "
                                         "constructor cannot be called as a function.")));
  return false;
}

void illegalConstructor(const v8::FunctionCallbackInfo<v8::Value>& info) {
  info.GetIsolate()->ThrowException(v8::Exception::TypeError(
      v8::String::NewFromUtf8Literal(info.GetIsolate(), "Illegal constructor")));
}

}  // namespace detail
}  // namespace lathe::js
