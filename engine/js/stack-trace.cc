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

v8::Local<v8::Value> called(Lock& js, v8::Local<v8::Object> site, const char* name) {
  auto method = check(site->Get(js.context(), js.name(name)));
  if (!method->IsFunction()) return js.undefined();
  return check(method.As<v8::Function>()->Call(js.context(), site, 0, nullptr));
}

int numberOf(v8::Local<v8::Value> value) {
  return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0;
}

// The frame of a call site with its place where it comes from.
std::string mapped(Lock& js, v8::Local<v8::Value> given, std::string frame,
                   const FindSourceMap& findSourceMap) {
  if (!given->IsObject()) return frame;
  auto site = given.As<v8::Object>();
  auto script = called(js, site, "getScriptNameOrSourceURL");
  if (!script->IsString()) return frame;
  const std::string name = toUtf8(js, script.As<v8::String>());
  if (!findSourceMap(name)) return frame;
  const int line = numberOf(called(js, site, "getLineNumber"));
  const int column = numberOf(called(js, site, "getColumnNumber"));
  const std::string place = name + ":" + std::to_string(line) + ":" + std::to_string(column);
  const std::size_t at = frame.rfind(place);
  if (at == frame.npos) return frame;
  return frame.replace(at, place.size(), originalPlace(name, line, column, findSourceMap));
}

}  // namespace

v8::Local<v8::Value> stackText(Lock& js, v8::Local<v8::Value> error, v8::Local<v8::Array> sites,
                               bool hideBuiltins, const FindSourceMap& findSourceMap) {
  auto context = js.context();
  std::vector<v8::Local<v8::Value>> shown;
  std::string frames;
  for (std::uint32_t i = 0; i < sites->Length(); ++i) {
    auto site = check(sites->Get(context, i));
    const std::string text = textOf(js, site);
    if (hideBuiltins && isBuiltin(text)) continue;
    shown.push_back(site);
    frames += "\n    at " + mapped(js, site, text, findSourceMap);
  }
  if (auto way = ownWay(js); !way.IsEmpty()) {
    v8::Local<v8::Value> arguments[] = {error, v8::Array::New(js.v8(), shown.data(), shown.size())};
    auto constructor = check(context->Global()->Get(context, js.name("Error")));
    return check(way->Call(context, constructor, 2, arguments));
  }
  return js.string(headOf(js, error) + frames);
}

namespace {

v8::MaybeLocal<v8::Value> prepare(v8::Local<v8::Context> context, v8::Local<v8::Value> error,
                                  v8::Local<v8::Array> sites) {
  v8::Context::Scope entered(context);
  Lock js(v8::Isolate::GetCurrent());
  v8::TryCatch guard(js.v8());
  try {
    return stackText(js, error, sites, true, [](std::string_view) { return nullptr; });
  } catch (const ExceptionPending&) {
    if (!guard.HasCaught()) requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(currentExceptionToJs(js));
  }
  guard.ReThrow();
  return {};
}

}  // namespace

std::string originalPlace(std::string_view script, int line, int column,
                          const FindSourceMap& findSourceMap) {
  auto written = [](std::string_view name, int inLine, int inColumn) {
    return std::string(name) + ":" + std::to_string(inLine) + ":" + std::to_string(inColumn);
  };
  const SourceMap* map = findSourceMap(script);
  auto place = map ? map->find(line, column) : std::nullopt;
  return place ? written(place->name, place->line, place->column) : written(script, line, column);
}

std::string firstPlace(Lock& js, v8::Local<v8::StackTrace> stack,
                       const FindSourceMap& findSourceMap) {
  for (int i = 0; i < stack->GetFrameCount(); ++i) {
    auto frame = stack->GetFrame(js.v8(), static_cast<std::uint32_t>(i));
    auto name = frame->GetScriptName();
    if (name.IsEmpty() || name->Length() == 0) continue;
    std::string module = toUtf8(js, name);
    if (module == kBuiltinsName) continue;
    return originalPlace(module, frame->GetLineNumber(), frame->GetColumn(), findSourceMap);
  }
  return {};
}

void hideBuiltinFrames(v8::Isolate* isolate) { isolate->SetPrepareStackTraceCallback(&prepare); }

}  // namespace lathe::js
