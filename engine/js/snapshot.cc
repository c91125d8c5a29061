#include "engine/js/snapshot.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <boost/asio/io_context.hpp>

#include "engine/compatibility.h"
#include "engine/js/bindings.h"
#include "engine/js/builtins-source.h"
#include "engine/js/platform-prototypes.h"
#include "engine/js/platform.h"

namespace lathe::js {
namespace {

void define(Lock& js, v8::Local<v8::Object> target, const Function& entry,
            v8::PropertyAttribute attributes) {
  auto made = v8::FunctionTemplate::New(js.v8(), entry.callback, js.name(entry.name),
                                        v8::Local<v8::Signature>(), entry.length,
                                        v8::ConstructorBehavior::kThrow);
  made->SetClassName(js.name(entry.name));
  auto function = made->GetFunction(js.context()).ToLocalChecked();
  target->DefineOwnProperty(js.context(), js.name(entry.name), function, attributes).Check();
}

// %IteratorPrototype%, which no global names.
v8::Local<v8::Value> iteratorPrototype(Lock& js) {
  auto array = v8::Array::New(js.v8());
  auto method = array->Get(js.context(), v8::Symbol::GetIterator(js.v8())).ToLocalChecked();
  auto iterator = method.As<v8::Function>()->Call(js.context(), array, 0, nullptr).ToLocalChecked();
  return iterator.As<v8::Object>()->GetPrototypeV2().As<v8::Object>()->GetPrototypeV2();
}

v8::Local<v8::Object> prototypeOf(Lock& js, v8::Local<v8::Function> constructor) {
  return constructor->Get(js.context(), js.name("prototype")).ToLocalChecked().As<v8::Object>();
}

// Gives those that are no globals, by name.
v8::Local<v8::Object> installInterfaces(Lock& js, const Bindings& bindings,
                                        const Compatibility& compatibility) {
  auto global = js.context()->Global();
  auto hidden = v8::Object::New(js.v8());
  for (const auto& entry : bindings.interfaces) {
    bool exposed = entry.build(js.v8(), compatibility);
    auto constructor =
        js.isolate().templateOf(entry.tag)->GetFunction(js.context()).ToLocalChecked();
    auto name = toUtf8(js, constructor->GetName().As<v8::String>());
    auto prototype = prototypeOf(js, constructor);
    if (name.ends_with(" Iterator")) {
      prototype->SetPrototypeV2(js.context(), iteratorPrototype(js)).Check();
    }
    if (name == "DOMException") {
      auto error = global->Get(js.context(), js.name("Error")).ToLocalChecked().As<v8::Function>();
      prototype->SetPrototypeV2(js.context(), prototypeOf(js, error)).Check();
    }
    auto place = exposed ? global : hidden;
    place->DefineOwnProperty(js.context(), js.name(name), constructor, v8::DontEnum).Check();
  }
  return hidden;
}

v8::Local<v8::Object> runBuiltins(Lock& js, const Bindings& bindings, BuiltinsSource& builtins,
                                  v8::Local<v8::Object> hidden) {
  v8::TryCatch guard(js.v8());
  auto native = v8::Object::New(js.v8());
  for (const auto& entry : bindings.natives) define(js, native, entry, v8::None);

  // Run as the body of a function, the bundle leaves no global behind.
  v8::ScriptOrigin origin(js.string(kBuiltinsName));
  auto text = v8::String::NewExternalOneByte(js.v8(), &builtins).ToLocalChecked();
  v8::ScriptCompiler::Source source(text, origin);
  v8::Local<v8::Function> body;
  v8::Local<v8::Value> module, install, hooks;
  auto context = js.context();
  v8::Local<v8::Value> arguments[] = {context->Global(), native, hidden};
  if (v8::ScriptCompiler::CompileFunction(context, &source, 0, nullptr, 0, nullptr)
          .ToLocal(&body) &&
      body->Call(context, js.undefined(), 0, nullptr).ToLocal(&module) &&
      module.As<v8::Object>()->Get(context, js.name("install")).ToLocal(&install) &&
      install.As<v8::Function>()->Call(context, module, 3, arguments).ToLocal(&hooks) &&
      hooks->IsObject()) {
    return hooks.As<v8::Object>();
  }
  throw std::runtime_error("the built-in JavaScript failed: " +
                           describeException(js, exceptionOf(js, guard)));
}

}  // namespace

std::string makeSnapshot(Platform& platform, const Bindings& bindings,
                         const std::string& builtins) {
  const bool ascii = std::ranges::all_of(builtins, [](char c) { return c > 0; });
  if (!ascii) throw std::runtime_error("the built-in JavaScript is not ASCII");
  const std::string text = builtins + "\nreturn latheBuiltins;";
  boost::asio::io_context loop;
  const Compatibility compatibility;
  auto* source = new BuiltinsSource(text);  // V8 owns it
  auto references = externalReferences(bindings, compatibility, *source);
  v8::Isolate* raw = v8::Isolate::Allocate();
  platform.adopt(raw, loop.get_executor());
  v8::SnapshotCreator creator(raw, references.data());
  std::optional<Isolate> isolate(std::in_place, raw);
  {
    v8::HandleScope handles(raw);
    auto context = v8::Context::New(raw);
    v8::Context::Scope entered(context);
    Lock js(raw);
    auto hidden = installInterfaces(js, bindings, compatibility);
    for (const auto& entry : bindings.globals) define(js, context->Global(), entry, v8::None);
    auto hooks = runBuiltins(js, bindings, *source, hidden);
    auto prototypes = hooks->Get(context, js.name("platformPrototypes")).ToLocalChecked();
    markPlatformPrototypes(js, prototypes.As<v8::Array>());
    for (const auto& entry : bindings.interfaces) creator.AddData(isolate->templateOf(entry.tag));
    if (creator.AddData(context, hooks) != kHooksIndex) throw std::runtime_error("hooks misplaced");
    creator.SetDefaultContext(context);
  }
  isolate.reset();
  auto blob = creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
  platform.abandon(raw);

  std::string version = v8::V8::GetVersion();
  std::string snapshot(1, static_cast<char>(version.size()));
  snapshot += version;
  snapshot.append(std::to_string(text.size())).append("\n").append(text);
  snapshot.append(blob.data, static_cast<std::size_t>(blob.raw_size));
  delete[] blob.data;
  return snapshot;
}

std::string_view openSnapshot(std::string_view snapshot) {
  auto length = static_cast<std::size_t>(static_cast<unsigned char>(snapshot.at(0)));
  auto version = snapshot.substr(1, length);
  if (version != v8::V8::GetVersion()) {
    throw std::runtime_error("lathe was built for V8 " + std::string(version) + " and finds V8 " +
                             v8::V8::GetVersion() + "; run tools/setup and build again");
  }
  return snapshot.substr(1 + length);
}

SnapshotParts partsOf(std::string_view rest) {
  std::size_t length = 0;
  const char* end = std::from_chars(rest.data(), rest.data() + rest.size(), length).ptr;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return {rest.substr(0, length), rest.substr(length)};
}

}  // namespace lathe::js
