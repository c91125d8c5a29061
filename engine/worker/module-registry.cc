#include "engine/worker/module-registry.h"

#include <algorithm>

#include "engine/io/io-context.h"
#include "engine/js/async-frame.h"
#include "engine/js/native-function.h"
#include "engine/web/utf8.h"
#include "engine/worker/literal-imports.h"

namespace lathe::worker {
namespace {

std::string keyOf(const std::string& referrer, const std::string& specifier) {
  return referrer + '\n' + specifier;
}

// Whether it names a package, or a file in one: `name/file` or `@scope/name/file`.
bool isOfPackage(const std::string& specifier) {
  return !specifier.empty() && specifier.front() != '.' && specifier.front() != '/' &&
         specifier.find(':') == specifier.npos;
}

js::Error noSuchModule(const std::string& specifier) {
  std::string text = "No such module \"" + specifier + "\".";
  if (isOfPackage(specifier)) {
    text +=
        " It is a package, and packages have to be put into the script by a bundler, such as: npx "
        "esbuild main.js --bundle --format=esm --outfile=bundle.js";
  }
  return js::plainError(text);
}

std::string folderOf(const std::string& name) {
  auto slash = name.rfind('/');
  return slash == name.npos ? "" : name.substr(0, slash);
}

// Every exception of `work` becomes the rejection of `resolver`, except the end of the script.
template <class Work>
void settling(js::Lock& js, v8::Local<v8::Promise::Resolver> resolver, Work&& work) {
  v8::TryCatch guard(js.v8());
  try {
    work();
  } catch (const js::ExceptionPending&) {
    if (guard.HasTerminated() || js.v8()->IsExecutionTerminating()) {
      guard.ReThrow();
      return;
    }
    auto exception = js::exceptionOf(js, guard);
    guard.Reset();
    resolver->Reject(js.context(), exception).FromMaybe(false);
  } catch (...) {
    auto exception = js::currentExceptionToJs(js);
    resolver->Reject(js.context(), exception).FromMaybe(false);
  }
}

// Runs `work` for a callback of V8: its exception becomes the one that is pending.
template <class T, class Work>
v8::MaybeLocal<T> throwing(js::Lock& js, Work&& work) {
  // Thrown again from here, it is where V8 looks for it, and not with a TryCatch further out.
  v8::TryCatch guard(js.v8());
  try {
    return work();
  } catch (const js::ExceptionPending&) {
    if (!guard.HasCaught()) js::requirePendingException(js);
  } catch (...) {
    js.v8()->ThrowException(js::currentExceptionToJs(js));
  }
  guard.ReThrow();
  return {};
}

v8::ScriptOrigin originOf(js::Lock& js, const Module& module, bool isModule) {
  return v8::ScriptOrigin(js.string(module.name), 0, 0, false, -1, v8::Local<v8::Value>(), false,
                          false, isModule);
}

// Whether an import has the attribute `type: "json"`, which is the only one there is. Attributes
// are a flat list of key, value and, in static imports, the place.
bool asksForJson(js::Lock& js, v8::Local<v8::FixedArray> attributes, int stride) {
  for (int i = 0; i + 1 < attributes->Length(); i += stride) {
    auto key = js::toUtf8(js, attributes->Get(i).As<v8::String>());
    auto value = js::toUtf8(js, attributes->Get(i + 1).As<v8::String>());
    if (key != "type" || value != "json") {
      throw js::typeError("Unrecognized import attribute " + key + ": \"" + value + "\".");
    }
  }
  return attributes->Length() > 0;
}

js::Error notJson(const std::string& name) {
  return js::typeError("Module \"" + name + "\" is not of type \"json\".");
}

// Why something could not be made, for a LoadError: "SyntaxError: …".
std::string reasonOf(js::Lock& js, const v8::TryCatch& guard) {
  return js::toUtf8(js, js::check(js::exceptionOf(js, guard)->ToString(js.context())));
}

// While it lives, code may be generated: a worker's own modules are compiled at any time, whatever
// its scripts may do.
class CodeAllowed {
 public:
  explicit CodeAllowed(js::Lock& js)
      : context_(js.context()), before_(context_->IsCodeGenerationFromStringsAllowed()) {
    context_->AllowCodeGenerationFromStrings(true);
  }
  ~CodeAllowed() { context_->AllowCodeGenerationFromStrings(before_); }
  CodeAllowed(const CodeAllowed&) = delete;
  CodeAllowed& operator=(const CodeAllowed&) = delete;

 private:
  v8::Local<v8::Context> context_;
  bool before_;
};

// The value that a module of one value exports as its default.
v8::Local<v8::Value> valueOf(js::Lock& js, const Module& module) {
  switch (module.type) {
    case ModuleType::data:
      return js::arrayBuffer(js, module.content);
    case ModuleType::text:
      return js.string(moduleText(module));
    case ModuleType::json: {
      v8::TryCatch guard(js.v8());
      v8::Local<v8::Value> value;
      if (v8::JSON::Parse(js.context(), js.string(moduleText(module))).ToLocal(&value))
        return value;
      throw LoadError(module.name + ": " + reasonOf(js, guard));
    }
    case ModuleType::compiledWasm: {
      CodeAllowed allowed(js);
      v8::TryCatch guard(js.v8());
      v8::Local<v8::WasmModuleObject> compiled;
      auto* bytes = reinterpret_cast<const std::uint8_t*>(module.content.data());
      if (v8::WasmModuleObject::Compile(js.v8(), {bytes, module.content.size()})
              .ToLocal(&compiled)) {
        return compiled;
      }
      throw LoadError(module.name + ": " + reasonOf(js, guard));
    }
    case ModuleType::esModule:
    case ModuleType::commonJs:
      break;
  }
  return js.undefined();
}

}  // namespace

std::string_view moduleText(const Module& module) {
  std::string_view text = module.content;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (web::isValidUtf8(web::bytesOf(text))) return text;
  // No character spans lines, so the first line that is wrong by itself is the place.
  std::size_t line = 1;
  for (std::string_view rest = text;; ++line) {
    auto end = rest.find('\n');
    if (!web::isValidUtf8(web::bytesOf(rest.substr(0, end))) || end == rest.npos) break;
    rest.remove_prefix(end + 1);
  }
  throw LoadError(module.name + ":" + std::to_string(line) +
                  ": the file is not UTF-8; save it in that encoding");
}

ModuleRegistry::ModuleRegistry(std::shared_ptr<ModuleLoader> loader, Builtins builtins)
    : loader_(std::move(loader)), builtins_(std::move(builtins)) {}

ModuleRegistry::~ModuleRegistry() = default;

void ModuleRegistry::prepare(v8::Isolate* isolate) {
  isolate->SetHostImportModuleDynamicallyCallback(&ModuleRegistry::onImport);
  isolate->SetHostInitializeImportMetaObjectCallback(&ModuleRegistry::onImportMeta);
}

void ModuleRegistry::attach(v8::Local<v8::Context> context) {
  context->SetAlignedPointerInEmbedderData(kContextSlot, this, js::kPointerTag);
}

ModuleRegistry& ModuleRegistry::of(v8::Local<v8::Context> context) {
  return *static_cast<ModuleRegistry*>(
      context->GetAlignedPointerFromEmbedderData(kContextSlot, js::kPointerTag));
}

// ---- Places ----

void ModuleRegistry::useSourceMap(js::Lock& js, const Module& module, bool hideBuiltins) {
  hideBuiltins_ = hideBuiltins;
  if (!module.sourceMap) return;
  sourceMaps_[module.name] = module.sourceMap;
  js.v8()->SetPrepareStackTraceCallback(&ModuleRegistry::onStack);
}

js::FindSourceMap ModuleRegistry::findSourceMap() const {
  return [this](std::string_view script) {
    auto found = sourceMaps_.find(script);
    return found == sourceMaps_.end() ? nullptr : found->second.get();
  };
}

std::string ModuleRegistry::originalPlace(std::string_view script, int line, int column) const {
  return js::originalPlace(script, line, column, findSourceMap());
}

// V8 asks once for each error whose stack somebody reads, and only in isolates that have a script
// with a source map.
v8::MaybeLocal<v8::Value> ModuleRegistry::onStack(v8::Local<v8::Context> context,
                                                  v8::Local<v8::Value> error,
                                                  v8::Local<v8::Array> sites) {
  js::Lock js(v8::Isolate::GetCurrent());
  v8::Context::Scope entered(context);
  // Also where V8 does not expect scripts to run: a structured clone of an error has its stack.
  v8::Isolate::AllowJavascriptExecutionScope allowed(js.v8());
  auto& registry = of(context);
  return throwing<v8::Value>(js, [&] {
    return js::stackText(js, error, sites, registry.hideBuiltins_, registry.findSourceMap());
  });
}

// ---- Making modules ----

v8::Local<v8::Module> ModuleRegistry::link(js::Lock& js, const Module& main) {
  mainName_ = main.name;
  auto found = entries_.find(main.name);
  Entry& entry = found == entries_.end() ? add(js, main) : *found->second;
  linkGraph(js, entry);
  return entry.module.Get(js.v8());
}

// After the start the set of modules is closed: a script that could name any file could read it.
std::optional<Module> ModuleRegistry::load(const std::string& specifier,
                                           const std::string& referrer, Asked asked) {
  // No file has such a name; the system would take it for the part before.
  if (specifier.find('\0') != specifier.npos) return std::nullopt;
  if (asked == Asked::inText) return loader_->load(specifier, referrer);
  auto name = loader_->nameOf(specifier, referrer);
  bool known = name && (entries_.contains(*name) || named_.contains(*name));
  return known ? loader_->load(specifier, referrer) : loader_->loadComputed(specifier, referrer);
}

ModuleRegistry::Entry& ModuleRegistry::resolve(js::Lock& js, const std::string& specifier,
                                               const std::string& referrer, Asked asked) {
  auto key = keyOf(referrer, specifier);
  if (auto known = resolutions_.find(key); known != resolutions_.end()) return *known->second;

  bool reserved = specifier.starts_with("node:") || specifier.starts_with("cloudflare:");
  Entry* entry = nullptr;
  if (!reserved) {
    if (auto module = load(specifier, referrer, asked)) {
      auto found = entries_.find(module->name);
      entry = found == entries_.end() ? &add(js, *module) : found->second.get();
    }
  }
  if (!entry) {
    // Node's own modules may be imported without their prefix too.
    for (const auto& name : {specifier, "node:" + specifier}) {
      if (auto found = entries_.find(name); found != entries_.end()) {
        entry = found->second.get();
      } else if (auto exports = builtins_(js, name)) {
        entry = &addBuiltin(js, name, *exports);
      }
      if (entry || reserved) break;
    }
  }
  if (!entry) throw noSuchModule(specifier);
  resolutions_.emplace(std::move(key), entry);
  return *entry;
}

ModuleRegistry::Entry& ModuleRegistry::add(js::Lock& js, const Module& module) {
  auto entry = std::make_unique<Entry>();
  entry->name = module.name;
  entry->type = module.type;
  if (module.type == ModuleType::esModule || module.type == ModuleType::commonJs) {
    for (const auto& specifier : literalImports(module.content)) {
      if (auto name = loader_->nameOf(specifier, module.name)) named_.insert(std::move(*name));
    }
  }
  if (module.type == ModuleType::esModule) {
    return insert(js, std::move(entry), compileScript(js, module));
  }
  if (module.type == ModuleType::commonJs) {
    compileCommonJs(js, module, *entry);
  } else {
    auto exports = v8::Object::New(js.v8());
    js::check(exports->CreateDataProperty(js.context(), js.name("default"), valueOf(js, module)));
    entry->exports.Reset(js.v8(), exports);
  }
  const v8::Local<v8::String> names[] = {js.name("default")};
  auto made = v8::Module::CreateSyntheticModule(js.v8(), js.string(module.name), names,
                                                &ModuleRegistry::onSyntheticEvaluation);
  return insert(js, std::move(entry), made);
}

ModuleRegistry::Entry& ModuleRegistry::addBuiltin(js::Lock& js, const std::string& name,
                                                  v8::Local<v8::Object> exports) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->type = ModuleType::json;  // of values, as far as linking goes
  entry->exports.Reset(js.v8(), exports);
  auto keys = js::check(exports->GetOwnPropertyNames(js.context()));
  std::vector<v8::Local<v8::String>> names;
  for (std::uint32_t i = 0; i < keys->Length(); ++i) {
    auto key = js::check(keys->Get(js.context(), i));
    if (key->IsString()) names.push_back(key.As<v8::String>());
  }
  auto made =
      v8::Module::CreateSyntheticModule(js.v8(), js.string(name), {names.data(), names.size()},
                                        &ModuleRegistry::onSyntheticEvaluation);
  return insert(js, std::move(entry), made);
}

ModuleRegistry::Entry& ModuleRegistry::insert(js::Lock& js, std::unique_ptr<Entry> entry,
                                              v8::Local<v8::Module> module) {
  Entry& made = *entry;
  made.module.Reset(js.v8(), module);
  byHash_.emplace(module->GetIdentityHash(), &made);
  entries_.emplace(made.name, std::move(entry));
  return made;
}

ModuleRegistry::Entry* ModuleRegistry::find(v8::Local<v8::Module> module) {
  auto [begin, end] = byHash_.equal_range(module->GetIdentityHash());
  for (auto i = begin; i != end; ++i) {
    if (i->second->module == module) return i->second;
  }
  return nullptr;
}

void ModuleRegistry::linkGraph(js::Lock& js, Entry& root) {
  std::vector<Entry*> open{&root};
  while (!open.empty()) {
    Entry& entry = *open.back();
    open.pop_back();
    auto module = entry.module.Get(js.v8());
    if (!module->IsSourceTextModule() || module->GetStatus() != v8::Module::kUninstantiated)
      continue;
    auto requests = module->GetModuleRequests();
    for (int i = 0; i < requests->Length(); ++i) {
      auto request = requests->Get(i).As<v8::ModuleRequest>();
      auto specifier = js::toUtf8(js, request->GetSpecifier());
      bool json = asksForJson(js, request->GetImportAttributes(), 3);
      bool known = resolutions_.contains(keyOf(entry.name, specifier));
      try {
        Entry& imported = resolve(js, specifier, entry.name, Asked::inText);
        if (json && imported.type != ModuleType::json) throw notJson(imported.name);
        if (!known) open.push_back(&imported);
      } catch (const js::Error& error) {
        throw js::plainError(error.message() + "\n  imported from \"" + entry.name + "\"");
      }
    }
  }
  auto module = root.module.Get(js.v8());
  if (module->GetStatus() == v8::Module::kUninstantiated) {
    js::check(module->InstantiateModule(js.context(), &ModuleRegistry::onResolve));
  }
}

v8::Local<v8::Module> ModuleRegistry::compileScript(js::Lock& js, const Module& module) {
  v8::ScriptCompiler::Source source(js.string(moduleText(module)), originOf(js, module, true));
  return js::check(v8::ScriptCompiler::CompileModule(js.v8(), &source));
}

// ---- What V8 asks ----

v8::MaybeLocal<v8::Module> ModuleRegistry::onResolve(v8::Local<v8::Context> context,
                                                     v8::Local<v8::String> specifier,
                                                     v8::Local<v8::FixedArray>,
                                                     v8::Local<v8::Module> referrer) {
  js::Lock js(v8::Isolate::GetCurrent());
  auto& registry = of(context);
  return throwing<v8::Module>(js, [&] {
    Entry* from = registry.find(referrer);
    auto& entry =
        registry.resolve(js, js::toUtf8(js, specifier), from ? from->name : "", Asked::inText);
    return entry.module.Get(js.v8());
  });
}

v8::MaybeLocal<v8::Promise> ModuleRegistry::onImport(v8::Local<v8::Context> context,
                                                     v8::Local<v8::Data>,
                                                     v8::Local<v8::Value> resourceName,
                                                     v8::Local<v8::String> specifier,
                                                     v8::Local<v8::FixedArray> attributes) {
  js::Lock js(v8::Isolate::GetCurrent());
  auto& registry = of(context);
  return throwing<v8::Promise>(js, [&] {
    auto resolver = js::check(v8::Promise::Resolver::New(context));
    bool json = false;
    bool understood = false;
    settling(js, resolver, [&] {
      json = asksForJson(js, attributes, 2);
      understood = true;
    });
    if (!understood) return resolver->GetPromise();
    std::string referrer = resourceName->IsString() ? js::toUtf8(js, resourceName.As<v8::String>())
                                                    : registry.mainName_;
    // `import()` runs nothing of the module before it returns.
    struct Kept {
      js::Ref<v8::Promise::Resolver> resolver;
      js::Ref<v8::Value> frame;
    };
    auto kept = std::make_shared<Kept>();
    kept->resolver = js::Ref<v8::Promise::Resolver>(js, resolver);
    kept->frame = js::Ref<v8::Value>(js, js::asyncFrame(js));
    auto step = js::nativeFunction(js, [&registry, kept, name = js::toUtf8(js, specifier), referrer,
                                        json](js::Lock& inner, v8::Local<v8::Value>) {
      js::AsyncFrameScope framed(inner, kept->frame.get(inner));
      auto promised = kept->resolver.get(inner);
      bool asWanted = !json;
      if (json) {
        settling(inner, promised, [&] {
          const Entry& entry = registry.linked(inner, name, referrer);
          if (entry.type != ModuleType::json) throw notJson(entry.name);
          asWanted = true;
        });
      }
      if (asWanted) registry.import(inner, promised, name, referrer);
    });
    js.v8()->EnqueueMicrotask(step);
    return resolver->GetPromise();
  });
}

ModuleRegistry::Entry& ModuleRegistry::linked(js::Lock& js, const std::string& specifier,
                                              const std::string& referrer) {
  try {
    Entry& entry = resolve(js, specifier, referrer, Asked::byCall);
    linkGraph(js, entry);
    return entry;
  } catch (const LoadError& error) {
    throw js::plainError(error.message());
  }
}

void ModuleRegistry::import(js::Lock& js, v8::Local<v8::Promise::Resolver> resolver,
                            const std::string& specifier, const std::string& referrer) {
  settling(js, resolver, [&] {
    Entry& entry = linked(js, specifier, referrer);
    auto module = entry.module.Get(js.v8());
    // The top level of a module is global scope, whoever imports it (Durable Objects §1.6).
    io::IoContext::OutsideScope outside;
    auto evaluated = js::check(module->Evaluate(js.context()));
    auto promise = evaluated.As<v8::Promise>();
    auto keptModule = std::make_shared<v8::Global<v8::Module>>(js.v8(), module);
    auto keptResolver = std::make_shared<js::Ref<v8::Promise::Resolver>>(js, resolver);
    auto done =
        js::nativeFunction(js, [keptModule, keptResolver](js::Lock& inner, v8::Local<v8::Value>) {
          auto space = keptModule->Get(inner.v8())->GetModuleNamespace();
          js::check(keptResolver->get(inner)->Resolve(inner.context(), space));
        });
    auto failed =
        js::nativeFunction(js, [keptResolver](js::Lock& inner, v8::Local<v8::Value> reason) {
          js::check(keptResolver->get(inner)->Reject(inner.context(), reason));
        });
    js::check(promise->Then(js.context(), done, failed));
  });
}

void ModuleRegistry::onImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                                  v8::Local<v8::Object> meta) {
  js::Lock js(v8::Isolate::GetCurrent());
  auto& registry = of(context);
  Entry* entry = registry.find(module);
  if (!entry) return;
  bool isMain = entry->name == registry.mainName_;
  meta->CreateDataProperty(context, js.name("url"), js.string("file:///" + entry->name))
      .FromMaybe(false);
  meta->CreateDataProperty(context, js.name("main"), v8::Boolean::New(js.v8(), isMain))
      .FromMaybe(false);
}

v8::MaybeLocal<v8::Value> ModuleRegistry::onSyntheticEvaluation(v8::Local<v8::Context> context,
                                                                v8::Local<v8::Module> module) {
  js::Lock js(v8::Isolate::GetCurrent());
  auto& registry = of(context);
  return throwing<v8::Value>(js, [&]() -> v8::Local<v8::Value> {
    Entry& entry = *registry.find(module);
    if (entry.type == ModuleType::commonJs) {
      auto exports = registry.runCommonJs(js, entry);
      js::check(module->SetSyntheticModuleExport(js.v8(), js.name("default"), exports));
    } else {
      auto exports = entry.exports.Get(js.v8());
      auto names = js::check(exports->GetOwnPropertyNames(context));
      for (std::uint32_t i = 0; i < names->Length(); ++i) {
        auto name = js::check(names->Get(context, i));
        if (!name->IsString()) continue;
        auto value = js::check(exports->Get(context, name));
        js::check(module->SetSyntheticModuleExport(js.v8(), name.As<v8::String>(), value));
      }
    }
    auto resolver = js::check(v8::Promise::Resolver::New(context));
    js::check(resolver->Resolve(context, js.undefined()));
    return resolver->GetPromise();
  });
}

// ---- CommonJS ----

void ModuleRegistry::compileCommonJs(js::Lock& js, const Module& module, Entry& entry) {
  v8::ScriptCompiler::Source source(js.string(moduleText(module)), originOf(js, module, false));
  v8::Local<v8::String> parameters[] = {js.name("exports"), js.name("require"), js.name("module"),
                                        js.name("__filename"), js.name("__dirname")};
  auto body = js::check(
      v8::ScriptCompiler::CompileFunction(js.context(), &source, 5, parameters, 0, nullptr));
  entry.body.Reset(js.v8(), body);
}

// `module.exports`, run first when nobody has asked before; in a cycle, what is there so far.
v8::Local<v8::Value> ModuleRegistry::runCommonJs(js::Lock& js, Entry& entry) {
  auto context = js.context();
  if (entry.commonJsModule.IsEmpty()) {
    auto module = v8::Object::New(js.v8());
    auto exports = v8::Object::New(js.v8());
    js::check(module->CreateDataProperty(context, js.name("exports"), exports));
    entry.commonJsModule.Reset(js.v8(), module);
    auto demand = v8::Function::New(
        context,
        [](const v8::FunctionCallbackInfo<v8::Value>& info) {
          js::Lock inner(info.GetIsolate());
          auto& registry = of(inner.context());
          v8::Local<v8::Value> result;
          if (throwing<v8::Value>(inner, [&] {
                auto specifier = js::check(info[0]->ToString(inner.context()));
                return registry.require(inner, js::toUtf8(inner, specifier),
                                        js::toUtf8(inner, info.Data().As<v8::String>()));
              }).ToLocal(&result)) {
            info.GetReturnValue().Set(result);
          }
        },
        js.string(entry.name), 1, v8::ConstructorBehavior::kThrow);
    v8::Local<v8::Value> arguments[] = {exports, js::check(demand), module, js.string(entry.name),
                                        js.string(folderOf(entry.name))};
    auto result = entry.body.Get(js.v8())->Call(context, exports, 5, arguments);
    if (result.IsEmpty()) {
      entry.commonJsModule.Reset();
      throw js::ExceptionPending();
    }
  }
  return js::check(entry.commonJsModule.Get(js.v8())->Get(context, js.name("exports")));
}

v8::Local<v8::Value> ModuleRegistry::require(js::Lock& js, const std::string& specifier,
                                             const std::string& referrer) {
  Entry& entry = linked(js, specifier, referrer);
  if (entry.type == ModuleType::commonJs) return runCommonJs(js, entry);
  if (entry.type != ModuleType::esModule) {
    return js::check(entry.exports.Get(js.v8())->Get(js.context(), js.name("default")));
  }
  auto module = entry.module.Get(js.v8());
  // V8 would end the process.
  if (module->GetStatus() == v8::Module::kEvaluating) {
    throw js::plainError("require() of \"" + specifier +
                         "\" is not possible: the module is running, and imports this one.");
  }
  auto promise = js::check(module->Evaluate(js.context())).As<v8::Promise>();
  if (promise->State() == v8::Promise::kRejected) {
    promise->MarkAsHandled();
    js.v8()->ThrowException(promise->Result());
    throw js::ExceptionPending();
  }
  if (promise->State() == v8::Promise::kPending) {
    throw js::plainError("require() of \"" + specifier +
                         "\" is not possible: the module has a top-level await. Use import.");
  }
  auto exports = module->GetModuleNamespace().As<v8::Object>();
  auto name = js.name("default");
  if (!js::check(exports->Has(js.context(), name))) return exports;
  return js::check(exports->Get(js.context(), name));
}

}  // namespace lathe::worker
