#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/js/class.h"
#include "engine/js/stack-trace.h"
#include "engine/worker/worker-source.h"

namespace lathe::worker {

// The modules of one V8 context, each made once: compiled when something first imports it, linked
// and run by V8. Loop thread; lives as long as its context.
//
// Failures come as JavaScript exceptions (js::ExceptionPending or js::Error) where a script or V8
// is to blame, and as LoadError where the loader is.
class ModuleRegistry {
 public:
  // The exports of a module that is part of the platform ("node:assert"), as an object; nothing
  // when there is none of that name.
  using Builtins =
      std::function<std::optional<v8::Local<v8::Object>>(js::Lock&, std::string_view specifier)>;

  ModuleRegistry(std::shared_ptr<ModuleLoader> loader, Builtins builtins);
  ~ModuleRegistry();
  ModuleRegistry(const ModuleRegistry&) = delete;
  ModuleRegistry& operator=(const ModuleRegistry&) = delete;

  // Tells V8 how its isolate asks for modules. Once for each isolate.
  static void prepare(v8::Isolate* isolate);
  // Makes this the registry of `context`.
  void attach(v8::Local<v8::Context> context);

  // From here on stacks name the places that this module's code comes from, when it knows them.
  // `hideBuiltins`: the frames of the built-in JavaScript are left out.
  void useSourceMap(js::Lock& js, const Module& module, bool hideBuiltins);
  // "name:line:column" of a place in a script, or of where that comes from.
  std::string originalPlace(std::string_view script, int line, int column) const;
  js::FindSourceMap findSourceMap() const;
  // The registry of the current context.
  static ModuleRegistry& current(js::Lock& js) { return of(js.context()); }

  // Compiles the main module and everything it imports, and links them.
  v8::Local<v8::Module> link(js::Lock& js, const Module& main);

 private:
  struct Entry {
    std::string name;
    ModuleType type;
    v8::Global<v8::Module> module;
    // A synthetic module's exports, by name.
    v8::Global<v8::Object> exports;
    // CommonJS only: the function to run, and `module` once it has begun to run.
    v8::Global<v8::Function> body;
    v8::Global<v8::Object> commonJsModule;
  };

  static constexpr int kContextSlot = 2;
  static ModuleRegistry& of(v8::Local<v8::Context> context);

  static v8::MaybeLocal<v8::Module> onResolve(v8::Local<v8::Context> context,
                                              v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> assertions,
                                              v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Promise> onImport(v8::Local<v8::Context> context,
                                              v8::Local<v8::Data> options,
                                              v8::Local<v8::Value> referrer,
                                              v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> assertions);
  static void onImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                           v8::Local<v8::Object> meta);
  static v8::MaybeLocal<v8::Value> onStack(v8::Local<v8::Context> context,
                                           v8::Local<v8::Value> error, v8::Local<v8::Array> sites);
  static v8::MaybeLocal<v8::Value> onSyntheticEvaluation(v8::Local<v8::Context> context,
                                                         v8::Local<v8::Module> module);

  // Who asks for a module: the text of another, or a script while it runs.
  enum class Asked { inText, byCall };
  // What `specifier` means in the module `referrer`; made when it is new. Throws when there is
  // none.
  Entry& resolve(js::Lock& js, const std::string& specifier, const std::string& referrer,
                 Asked asked);
  std::optional<Module> load(const std::string& specifier, const std::string& referrer,
                             Asked asked);
  Entry& add(js::Lock& js, const Module& module);
  Entry& addBuiltin(js::Lock& js, const std::string& name, v8::Local<v8::Object> exports);
  Entry& insert(js::Lock& js, std::unique_ptr<Entry> entry, v8::Local<v8::Module> module);
  // Makes everything that `entry` imports, directly or not, and links it.
  void linkGraph(js::Lock& js, Entry& entry);
  Entry* find(v8::Local<v8::Module> module);

  // What a call names, ready to run. Throws what a script may know.
  Entry& linked(js::Lock& js, const std::string& specifier, const std::string& referrer);

  // A promise for the namespace of what `specifier` names.
  void import(js::Lock& js, v8::Local<v8::Promise::Resolver> resolver, const std::string& specifier,
              const std::string& referrer);

  v8::Local<v8::Module> compileScript(js::Lock& js, const Module& module);
  void compileCommonJs(js::Lock& js, const Module& module, Entry& entry);
  v8::Local<v8::Value> runCommonJs(js::Lock& js, Entry& entry);
  v8::Local<v8::Value> require(js::Lock& js, const std::string& specifier,
                               const std::string& referrer);

  std::shared_ptr<ModuleLoader> loader_;
  Builtins builtins_;
  std::string mainName_;
  // By the names of scripts.
  std::map<std::string, std::shared_ptr<const js::SourceMap>, std::less<>> sourceMaps_;
  bool hideBuiltins_ = true;
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  std::unordered_multimap<int, Entry*> byHash_;
  // The names of modules that calls in the text of others lead to, loaded or not.
  std::unordered_set<std::string> named_;
  // Referrer and specifier, apart by a line break, to what they lead to.
  std::unordered_map<std::string, Entry*> resolutions_;
};

// The text of a module in UTF-8 without its byte order mark. Throws LoadError with the line of the
// first byte that is no UTF-8.
std::string_view moduleText(const Module& module);

}  // namespace lathe::worker
