#include "engine/js/stack-trace.h"

#include <string>
#include <vector>

#include "engine/js/error.h"
#include "engine/js/snapshot.h"
#include "engine/js/value.h"

namespace lathe::js {
namespace {

// "name (module:line:column)", as V8 writes a frame.
std::string textOf(Lock& js, v8::Local<v8::Value> site) {
  return toUtf8(js, check(site->ToString(js.context())));
}

bool isBuiltin(const std::string& frame) {
  const auto place = frame.find(kBuiltinsName);
  return place != frame.npos &&
         (place == 0 || frame[place - 1] == '(' || frame[place - 1] == ' ') &&
         frame.compare(place + kBuiltinsName.size(), 1, ":") == 0;
}

// What the script has set as its own way to write stacks; empty when it has not.
v8::Local<v8::Function> ownWay(Lock& js) {
  auto context = js.context();
  auto constructor = check(context->Global()->Get(context, js.name("Error")));
  if (!constructor->IsObject()) return {};
  auto way = check(constructor.As<v8::Object>()->Get(context, js.name("prepareStackTrace")));
  return way->IsFunction() ? way.As<v8::Function>() : v8::Local<v8::Function>();
}

// As V8 begins a stack.
std::string headOf(Lock& js, v8::Local<v8::Value> error) {
  v8::TryCatch guard(js.v8());
  auto context = js.context();
  auto part = [&](const char* name, std::string_view otherwise) {
    auto value = check(error.As<v8::Object>()->Get(context, js.name(name)));
    if (value->IsUndefined()) return std::string(otherwise);
    return toUtf8(js, check(value->ToString(context)));
  };
  std::string head;
  const auto failed = caught(js, [&] {
    const std::string name = part("name", "Error");
    const std::string message = part("message", "");
    head = name.empty() ? message : message.empty() ? name : name + ": " + message;
  });
  return failed ? "<error>" : head;
}

v8::Local<v8::Value> written(Lock& js, v8::Local<v8::Value> error, v8::Local<v8::Array> sites) {
  auto context = js.context();
  std::vector<v8::Local<v8::Value>> shown;
  std::string frames;
  for (std::uint32_t i = 0; i < sites->Length(); ++i) {
    auto site = check(sites->Get(context, i));
    const std::string text = textOf(js, site);
    if (isBuiltin(text)) continue;
    shown.push_back(site);
    frames += "\n    at " + text;
  }
  if (auto way = ownWay(js); !way.IsEmpty()) {
    v8::Local<v8::Value> arguments[] = {error, v8::Array::New(js.v8(), shown.data(), shown.size())};
    auto constructor = check(context->Global()->Get(context, js.name("Error")));
    return check(way->Call(context, constructor, 2, arguments));
  }
  return js.string(headOf(js, error) + frames);
}

v8::MaybeLocal<v8::Value> prepare(v8::Local<v8::Context> context, v8::Local<v8::Value> error,
                                  v8::Local<v8::Array> sites) {
  v8::Context::Scope entered(context);
  Lock js(v8::Isolate::GetCurrent());
  v8::TryCatch guard(js.v8());
  try {
    return written(js, error, sites);
  } catch (const ExceptionPending&) {
    if (!guard.HasCaught()) requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
  guard.ReThrow();
  return {};
}

}  // namespace

std::string firstPlace(Lock& js, v8::Local<v8::StackTrace> stack) {
  for (int i = 0; i < stack->GetFrameCount(); ++i) {
    auto frame = stack->GetFrame(js.v8(), static_cast<std::uint32_t>(i));
    auto name = frame->GetScriptName();
    if (name.IsEmpty() || name->Length() == 0) continue;
    std::string module = toUtf8(js, name);
    if (module == kBuiltinsName) continue;
    return module + ":" + std::to_string(frame->GetLineNumber()) + ":" +
           std::to_string(frame->GetColumn());
  }
  return {};
}

void hideBuiltinFrames(v8::Isolate* isolate) { isolate->SetPrepareStackTraceCallback(&prepare); }

}  // namespace lathe::js
