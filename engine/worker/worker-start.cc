// The start of a worker: its context, its bindings, its top level, its exports.
#include <algorithm>

#include "engine/api/ephemeral-namespace.h"
#include "engine/api/loopback-service.h"
#include "engine/io/cpu-watch.h"
#include "engine/js/platform.h"
#include "engine/js/snapshot.h"
#include "engine/js/stack-trace.h"
#include "engine/js/stop-script.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/worker-isolate.h"

namespace lathe::worker {
namespace {

// What a top level may compute, whatever events may: while it does, nothing else runs. Cloudflare
// allows one second on machines of its own.
constexpr std::uint32_t kTopLevelCpuMsMax = 10'000;

void setGlobal(js::Lock& js, const char* name, v8::Local<v8::Value> value) {
  js::check(js.context()->Global()->CreateDataProperty(js.context(), js.name(name), value));
}

v8::Local<v8::Object> compatibilityFlagsObject(js::Lock& js, const Compatibility& compatibility) {
  auto flags = v8::Object::New(js.v8(), v8::Null(js.v8()), nullptr, nullptr, 0);
  for (const auto& [name, on] : compatibility.named()) {
    js::check(
        flags->CreateDataProperty(js.context(), js.name(name), v8::Boolean::New(js.v8(), on)));
  }
  js::check(flags->SetIntegrityLevel(js.context(), v8::IntegrityLevel::kFrozen));
  return flags;
}

// Whether engine/builtins/deviations.js has anything to do.
bool deviates(const Compatibility& compatibility) {
  constexpr Flag kOn[] = {Flag::BindAsynclocalstorageSnapshotToRequest,
                          Flag::EnableNavigatorLanguage,
                          Flag::EnableWeakRef,
                          Flag::ExposeGlobalMessageChannel,
                          Flag::GlobalNavigator,
                          Flag::NodejsCompat,
                          Flag::SetTostringTag,
                          Flag::WebsocketStandardBinaryType};
  return !std::all_of(std::begin(kOn), std::end(kOn),
                      [&](Flag flag) { return compatibility.has(flag); });
}

// V8 gives Temporal to every new context, after the snapshot.
void hideTemporal(js::Lock& js) {
  auto global = js.context()->Global();
  auto date = js::check(global->Get(js.context(), js.name("Date"))).As<v8::Object>();
  auto prototype = js::check(date->Get(js.context(), js.name("prototype"))).As<v8::Object>();
  js::check(global->Delete(js.context(), js.name("Temporal")));
  js::check(prototype->Delete(js.context(), js.name("toTemporalInstant")));
}

// Where an exception was thrown, as far as that is in a script; else where the script called.
std::string placeOf(js::Lock& js, v8::Local<v8::Message> message,
                    const ModuleRegistry& modules) {
  auto name = message->GetScriptResourceName();
  if (!name->IsString()) return {};
  std::string module = js::toUtf8(js, name.As<v8::String>());
  if (module == js::kBuiltinsName) {
    auto stack = message->GetStackTrace();
    return stack.IsEmpty() ? "" : js::firstPlace(js, stack, modules.findSourceMap());
  }
  return modules.originalPlace(module, message->GetLineNumber(js.context()).FromMaybe(0),
                               message->GetStartColumn(js.context()).FromMaybe(0) + 1);
}

// What the script exports cannot be an entry point unless it is an object or a class.
bool isClassOf(js::Lock& js, v8::Local<v8::Function> kindHook, v8::Local<v8::Value> exported,
               std::string& kind) {
  auto result = js::check(kindHook->Call(js.context(), js.undefined(), 1, &exported));
  if (!result->IsString()) return false;
  kind = js::toUtf8(js, result.As<v8::String>());
  return true;
}

}  // namespace

void Worker::makeContext() {
  js::Lock js(isolate().v8());
  v8::Local<v8::Object> hooks;
  auto context = isolate().newContext(&hooks);
  context_ = js::Ref<v8::Context>(js, context);
  hooks_ = js::Ref<v8::Object>(js, hooks);
  context->SetAlignedPointerInEmbedderData(kContextSlot, static_cast<io::Realm*>(this),
                                           js::kPointerTag);
  modules_.attach(context);
  context->SetErrorMessageForCodeGenerationFromStrings(
      js.string("Code generation from strings disallowed for this context"));
}

// ---- Bindings ----

void Worker::makeBindings(js::Lock& js, BindingTargets& targets) {
  auto env = v8::Object::New(js.v8());
  for (const auto& binding : script_->source().bindings) {
    auto value = valueOf(js, binding, targets);
    js::check(env->CreateDataProperty(js.context(), js.name(binding.name), value));
  }
  env_ = js::Ref<v8::Object>(js, env);
  loopbacks_ = js::Ref<v8::Object>(js, v8::Object::New(js.v8()));
  auto flags = compatibilityFlagsObject(js, compatibility());
  auto cloudflare = v8::Object::New(js.v8());
  js::check(cloudflare->CreateDataProperty(js.context(), js.name("compatibilityFlags"), flags));
  setGlobal(js, "Cloudflare", cloudflare);
  if (!compatibility().has(Flag::Temporal)) hideTemporal(js);
  if (deviates(compatibility())) {
    v8::Local<v8::Value> argument = flags;
    js::check(hook(js, "deviate")->Call(js.context(), js.undefined(), 1, &argument));
  }
}

v8::Local<v8::Value> Worker::valueOf(js::Lock& js, const Binding& binding,
                                     BindingTargets& targets) {
  if (auto* text = std::get_if<Binding::Text>(&binding.value)) return js.string(text->value);
  if (auto* json = std::get_if<Binding::Json>(&binding.value)) {
    return js::check(v8::JSON::Parse(js.context(), js.string(json->value)));
  }
  if (auto* service = std::get_if<Binding::Service>(&binding.value)) {
    return js::wrap(js, js::make<api::Fetcher>(targets.service(*service)));
  }
  if (auto* actors = std::get_if<Binding::Actors>(&binding.value)) {
    return api::namespaceOf(js, targets.actors(*actors));
  }
  const std::string& what = std::get<Binding::Unsupported>(binding.value).what;
  auto message = js.string("not implemented in lathe: binding " + binding.name + " (" + what + ")")
                     .As<v8::Value>();
  return js::check(hook(js, "unavailable")->Call(js.context(), js.undefined(), 1, &message));
}

// ---- The top level ----

void Worker::start(js::Lock& js) {
  const Module& main = script_->main();
  auto context = js.context();
  auto& host = workerIsolate().host();
  v8::TryCatch guard(js.v8());
  host.cpuWatch.enter(js.v8(), std::min(cpuLimitMs(), kTopLevelCpuMsMax));
  struct Leave {
    io::CpuWatch& watch;
    ~Leave() { watch.leave(); }
  } leave{host.cpuWatch};
  try {
    js::Platform::StoppedClock stopped(host.platform);
    context->AllowCodeGenerationFromStrings(compatibility().has(Flag::AllowEvalDuringStartup));
    modules_.useSourceMap(js, main, !host.log.builtinFrames());
    if (main.type == ModuleType::esModule && script_->source().modules->mayBeServiceWorker()) {
      serviceWorker_ = runServiceWorker(js, main);
    }
    if (!serviceWorker_) runModules(js, modules_.link(js, main));
    context->AllowCodeGenerationFromStrings(false);
    for (const auto& rejection : isolate().takeUnhandledRejections(js)) {
      if (!host.cpuWatch.stopping()) reportRejection(js, rejection);
    }
    isolate().checkMemory(host.cpuWatch.polls());
    // The script may have swallowed the stop.
    if (host.cpuWatch.stopping() || isolate().condemned()) throw js::ExceptionPending();
  } catch (const js::ExceptionPending&) {
    failToStart(js, guard);
  } catch (const js::Error& error) {
    throw LoadError(main.name + ": " + error.message());
  }
}

void Worker::runModules(js::Lock& js, v8::Local<v8::Module> main) {
  auto promise = js::check(main->Evaluate(js.context())).As<v8::Promise>();
  js.v8()->PerformMicrotaskCheckpoint();
  if (js.v8()->IsExecutionTerminating()) throw js::ExceptionPending();
  if (promise->State() == v8::Promise::kRejected) {
    promise->MarkAsHandled();
    js.v8()->ThrowException(promise->Result());
    throw js::ExceptionPending();
  }
  if (promise->State() == v8::Promise::kPending) {
    throw LoadError(script_->main().name +
                    ": a top-level await never ends: nothing is left to run that could settle it");
  }
  readExports(js, main->GetModuleNamespace().As<v8::Object>());
}

// A script without imports and exports runs as a classic script. False when it is no such script.
bool Worker::runServiceWorker(js::Lock& js, const Module& main) {
  auto text = js.string(moduleText(main));
  {
    v8::TryCatch guard(js.v8());
    v8::ScriptOrigin origin(js.string(main.name), 0, 0, false, -1, v8::Local<v8::Value>(), false,
                            false, true);
    v8::ScriptCompiler::Source source(text, origin);
    v8::Local<v8::Module> module;
    if (v8::ScriptCompiler::CompileModule(js.v8(), &source).ToLocal(&module)) {
      if (module->GetModuleRequests()->Length() > 0) return false;
      auto never = [](v8::Local<v8::Context>, v8::Local<v8::String>, v8::Local<v8::FixedArray>,
                      v8::Local<v8::Module>) { return v8::MaybeLocal<v8::Module>(); };
      if (!module->InstantiateModule(js.context(), never).FromMaybe(false)) return false;
      auto space = module->GetModuleNamespace().As<v8::Object>();
      // Without a look at their values, which are not there yet.
      auto names =
          js::check(space->GetPropertyNames(js.context(), v8::KeyCollectionMode::kOwnOnly,
                                            v8::SKIP_SYMBOLS, v8::IndexFilter::kIncludeIndices));
      if (names->Length() > 0) return false;
      if (module->IsGraphAsync()) return false;
    }
  }
  v8::ScriptOrigin origin(js.string(main.name));
  v8::ScriptCompiler::Source source(text, origin);
  v8::Local<v8::Script> script;
  {
    v8::TryCatch guard(js.v8());
    // As a module its syntax error is told better.
    if (!v8::ScriptCompiler::Compile(js.context(), &source).ToLocal(&script)) return false;
  }
  auto env = env_.get(js);
  auto names = js::check(env->GetOwnPropertyNames(js.context()));
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    auto name = js::check(names->Get(js.context(), i)).As<v8::Name>();
    auto value = js::check(env->Get(js.context(), name));
    js::check(js.context()->Global()->CreateDataProperty(js.context(), name, value));
  }
  js::check(script->Run(js.context()));
  js.v8()->PerformMicrotaskCheckpoint();
  if (js.v8()->IsExecutionTerminating()) throw js::ExceptionPending();
  return true;
}

void Worker::readExports(js::Lock& js, v8::Local<v8::Object> exports) {
  auto context = js.context();
  auto kindHook = hook(js, "entrypointKind");
  auto names = js::check(exports->GetOwnPropertyNames(context));
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    auto key = js::check(names->Get(context, i));
    auto value = js::check(exports->Get(context, key));
    if (!value->IsObject()) continue;
    std::string exportName = js::toUtf8(js, key.As<v8::String>());
    auto kind = Entrypoint::Kind::object;
    auto handlers = value.As<v8::Object>();
    if (value->IsFunction()) {
      std::string base;
      kind = Entrypoint::Kind::otherClass;
      if (isClassOf(js, kindHook, value, base)) {
        kind = base == "DurableObject"      ? Entrypoint::Kind::actorClass
               : base == "WorkerEntrypoint" ? Entrypoint::Kind::workerClass
                                            : Entrypoint::Kind::otherClass;
      }
      auto prototype = js::check(handlers->Get(context, js.name("prototype")));
      if (!prototype->IsObject()) continue;  // a plain arrow function or method
      handlers = prototype.As<v8::Object>();
    }
    std::string entrypointName = exportName == "default" ? "" : exportName;
    bool isTest = kind != Entrypoint::Kind::actorClass &&
                  js::check(handlers->Get(context, js.name("test")))->IsFunction();
    if (isTest) {
      tests_.insert(entrypointName.empty() ? tests_.begin() : tests_.end(), entrypointName);
    }
    entrypoints_.push_back({entrypointName, kind, js::Ref<v8::Object>(js, value.As<v8::Object>())});
  }
}

// ---- ctx.exports ----

void Worker::makeLoopbacks(js::Lock& js, BindingTargets& targets) {
  const auto& source = script_->source();
  auto missing = [&](const std::string& what) {
    v8::Local<v8::Value> text = js.string(what);
    return js::check(hook(js, "missingBinding")->Call(js.context(), js.undefined(), 1, &text));
  };
  for (const auto& entrypoint : entrypoints_) {
    std::string name = entrypoint.name.empty() ? "default" : entrypoint.name;
    v8::Local<v8::Value> value;
    if (entrypoint.kind == Entrypoint::Kind::object ||
        entrypoint.kind == Entrypoint::Kind::workerClass) {
      auto target = targets.service({source.name, entrypoint.name, ""});
      value = js::wrap(js, js::make<api::LoopbackService>(std::move(target)));
    } else if (std::ranges::find(source.actorClasses, name, &ActorClass::className) !=
               source.actorClasses.end()) {
      value = api::namespaceOf(js, targets.actors({source.name, name}));
    } else {
      value = missing("ctx.exports." + name +
                      " (a class that is neither a WorkerEntrypoint nor named in \"exports\", "
                      "\"migrations\" or \"durable_objects\")");
    }
    js::check(loopbacks_.get(js)->CreateDataProperty(js.context(), js.name(name), value));
  }
}

// ---- Failing ----

void Worker::failToStart(js::Lock& js, v8::TryCatch& guard) {
  const std::string& main = script_->main().name;
  bool exceeded = cpuWatch().takeExceeded();
  if (guard.HasTerminated() || exceeded || isolate().condemned()) {
    js.v8()->CancelTerminateExecution();
    js::forgetMicrotasks(js.v8());
    if (isolate().condemned()) {
      throw LoadError(
          main + ": Worker has exceeded memory limit. Its top level needs more than the " +
          std::to_string(script_->source().memoryBytesMax >> 20) + " MB of lathe.memory_mb.");
    }
    std::string limit = std::to_string(kTopLevelCpuMsMax) + " ms that a start may take.";
    if (cpuLimitMs() < kTopLevelCpuMsMax) {
      limit = std::to_string(cpuLimitMs()) + " ms of limits.cpu_ms.";
    }
    throw LoadError(
        main + ": Worker exceeded CPU time limit. Its top level ran for more than the " + limit);
  }
  auto exception = js::exceptionOf(js, guard);
  auto message = guard.Message();
  guard.Reset();
  const std::string place = message.IsEmpty() ? "" : placeOf(js, message, modules_);
  if (exception->IsNativeError() && !place.empty()) {
    auto constructor = js::toUtf8(js, exception.As<v8::Object>()->GetConstructorName());
    v8::Local<v8::String> text;
    // A syntax error has no stack of its own worth showing.
    if (constructor == "SyntaxError" && exception->ToString(js.context()).ToLocal(&text)) {
      throw LoadError(place + ": " + js::toUtf8(js, text));
    }
  }
  throw LoadError((place.empty() ? main : place) + ": Uncaught " +
                  exceptionText(js, hooks(), exception));
}

}  // namespace lathe::worker
