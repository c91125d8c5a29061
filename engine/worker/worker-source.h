#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/compatibility.h"
#include "engine/js/source-map.h"

// All that is needed to make a worker, free of where it came from: the terminal side reads files
// and configurations and hands this down.
namespace lathe::worker {

// A worker that cannot be loaded. `what()` is for the user: file, line and column where there are
// any, what was there and what was expected; it may have several lines and ends without a line
// break.
class LoadError : public std::runtime_error {
 public:
  explicit LoadError(const std::string& message, const std::string& hint = {})
      : std::runtime_error(message + hint), messageBytes_(message.size()) {}
  // Without what was found by a look around, which is for the user and not for scripts.
  std::string message() const { return std::string(what()).substr(0, messageBytes_); }

 private:
  std::size_t messageBytes_;
};

enum class ModuleType { esModule, commonJs, text, data, json, compiledWasm };

struct Module {
  // What errors and stacks call it, and what identifies it: two imports that lead to one name share
  // it.
  std::string name;
  ModuleType type = ModuleType::esModule;
  // The bytes as read. Text has not been checked for being UTF-8.
  std::string content;
  // Of a generated script: where it comes from. May be null.
  std::shared_ptr<const js::SourceMap> sourceMap = {};
};

// Where a worker's modules come from. Used while the worker loads and, for `import()`, while it
// runs.
class ModuleLoader {
 public:
  virtual ~ModuleLoader() = default;

  // Throws LoadError when it cannot be read.
  virtual Module main() = 0;
  // The module that `specifier` names in the module called `referrer`; nothing when there is none.
  // Throws LoadError when there is one that cannot be read.
  virtual std::optional<Module> load(std::string_view specifier, std::string_view referrer) = 0;
  // The same for a specifier that a script has made while it ran. What it may lead to is known
  // before: what was loaded, what the text of what was loaded names, and what this adds to that.
  virtual std::optional<Module> loadComputed(std::string_view specifier,
                                             std::string_view referrer) = 0;
  // What the module would be called that `load` is asked for; nothing when it is no file's. Looks
  // at no file.
  virtual std::optional<std::string> nameOf(std::string_view specifier,
                                            std::string_view referrer) const = 0;
  // Whether a main module without imports and exports is a script in service-worker syntax.
  virtual bool mayBeServiceWorker() const = 0;
};

// A property of `env` (or, in service-worker syntax, of the global object).
struct Binding {
  struct Text {
    std::string value;
  };
  // Any JSON value, as text.
  struct Json {
    std::string value;
  };
  // Another worker loaded together with this one, or this one itself.
  struct Service {
    std::string worker;
    std::string entrypoint;  // empty: the default export
    // What its handlers get as `ctx.props`, as JSON; empty: an empty object.
    std::string props;
  };
  // The actors of a class that a worker loaded together with this one, or this one itself, exports.
  struct Actors {
    std::string worker;
    std::string className;
  };
  // A kind that lathe does not have yet: any use throws `not implemented in lathe: X`.
  struct Unsupported {
    std::string what;
  };

  std::string name;
  std::variant<Text, Json, Service, Actors, Unsupported> value;
};

// What is to be known of an exported class of actors. One without an entry has a unique key made of
// the worker's name and its own, and nothing special.
struct ActorClass {
  std::string className;
  // What the ids of its actors are made from: with another key they are other actors.
  std::string uniqueKey;
  // Instances stay, also when they are idle.
  bool preventEviction = false;
  // Its actors are kept in memory alone: no unique key, no storage.
  bool ephemeral = false;
  // Its records answer at once: declared in `new_sqlite_classes`.
  bool synchronousStorage = false;
};

struct WorkerSource {
  std::string name;
  Compatibility compatibility;
  std::shared_ptr<ModuleLoader> modules;
  std::vector<Binding> bindings;
  std::vector<ActorClass> actorClasses;
  // CPU time that one entry into the script may take.
  std::uint32_t cpuMsMax = 30'000;
  // What the isolate that the worker gets may hold: heap, buffers, and what C++ holds for scripts.
  std::size_t memoryBytesMax = std::size_t{128} << 20;
};

}  // namespace lathe::worker
