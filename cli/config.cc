#include "cli/config.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "cli/config-node.h"
#include "cli/json-text.h"
#include "cli/read-file.h"
#include "cli/unsupported-keys.h"
#include "cli/wrangler-keys.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

using worker::Binding;

// Below this V8 cannot even make a context; above, nobody has the memory.
constexpr std::int64_t kMemoryMbMin = 8;
constexpr std::int64_t kMemoryMbMax = 65'536;
constexpr std::int64_t kCacheMbMax = 1'048'576;
constexpr std::int64_t kBodyMbMax = 1'048'576;

constexpr std::array<std::string_view, 8> kLatheKeys = {
    "body_mb", "cache",     "durability", "durable_object_namespaces", "durable_object_storage",
    "modules", "memory_mb", "v8_flags"};
constexpr std::array<std::string_view, 4> kCacheKeys = {"dirty_mb", "hard_mb", "soft_mb",
                                                        "stale_ms"};

// Fills in a Config from a file, key by key.
class Reader {
 public:
  Reader(const ConfigFile& file, std::string_view environment) : top_(file) {
    config_.shownAs = file.shownAs;
    folder_ = file.path.parent_path();
    config_.folder = folder_;
    if (!environment.empty()) chooseEnvironment(environment);
  }

  Config read() {
    readName();
    readModules();
    readRules();
    readCompatibility();
    readVars();
    readServices();
    readActors();
    readMigrations();
    readStorage();
    readLimits();
    readDev();
    readLathe();
    UnsupportedKeys unsupported = unsupportedKeys(top_, environment_);
    for (Binding& binding : unsupported.bindings) config_.bindings.push_back(std::move(binding));
    for (std::string& line : unsupported.notices) config_.notices.push_back(std::move(line));
    for (std::string& line : unsupported.warnings) config_.warnings.push_back(std::move(line));
    refuseDoubleBindings();
    return std::move(config_);
  }

 private:
  void chooseEnvironment(std::string_view name) {
    auto environments = top_.member("env");
    std::string missing = "there is no environment \"" + std::string(name) + "\"";
    if (!environments) top_.fail(missing + ": the configuration has no \"env\"");
    if (auto found = environments->member(name)) {
      environment_ = found->object();
      return;
    }
    std::vector<ConfigNode> all = environments->members();
    std::vector<std::string_view> names;
    for (const ConfigNode& node : all) names.push_back(node.key());
    environments->fail(missing + didYouMean(name, names));
  }

  // The value for this environment by wrangler's rules of inheritance.
  std::optional<ConfigNode> find(std::string_view key) const {
    const WranglerKey* known = wranglerKey(key);
    WranglerKey::Level level = known ? known->level : WranglerKey::Level::anywhere;
    if (!environment_ || level == WranglerKey::Level::topLevel) return top_.member(key);
    if (auto own = environment_->member(key)) return own;
    if (level == WranglerKey::Level::environment) return std::nullopt;
    return top_.member(key);
  }

  // The same for a key within an object: each is inherited by itself.
  std::optional<ConfigNode> find(std::string_view object, std::string_view key) const {
    if (environment_) {
      if (auto own = environment_->member(object)) {
        if (auto value = own->member(key)) return value;
      }
    }
    auto value = top_.member(object);
    return value ? value->member(key) : std::nullopt;
  }

  void readName() {
    auto name = find("name");
    if (name) {
      config_.name = name->name();
      config_.named = true;
      bool inherited = environment_ && !environment_->member("name");
      // As wrangler does, so that each environment is a worker of its own.
      if (inherited) config_.name += "-" + environment_->key();
      return;
    }
    fs::path path = top_.file().path;
    config_.name = path.stem() == "wrangler" ? folder_.filename().string() : path.stem().string();
    if (config_.name.empty()) config_.name = "worker";
  }

  void readModules() {
    if (auto modules = find("lathe", "modules")) {
      for (const ConfigNode& node : modules->elements()) readListedModule(node);
      if (config_.modules.empty()) modules->failExpecting("a list with at least one module");
    } else if (auto main = find("main")) {
      config_.main = {(folder_ / main->name()).lexically_normal(), main->file().at(main->place())};
    } else {
      top_.fail("\"main\" is missing: the script to run, such as \"main\": \"worker.js\"");
    }
    if (auto base = find("base_dir")) {
      config_.baseDir = (folder_ / base->text()).lexically_normal();
    } else {
      config_.baseDir = config_.main.path.parent_path();
    }
  }

  void readListedModule(const ConfigNode& node) {
    constexpr std::array<std::string_view, 3> kKeys = {"name", "type", "path"};
    refuseUnknownKeys(node, kKeys);
    ConfigNode name = node.required("name");
    ConfigNode path = node.required("path");
    for (const ListedModule& other : config_.modules) {
      if (other.name == name.name()) name.fail("two modules are called \"" + other.name + "\"");
    }
    worker::ModuleType type = moduleTypeNamed(oneOf(node.required("type"), moduleTypeNames()));
    if (config_.modules.empty() && type != worker::ModuleType::esModule &&
        type != worker::ModuleType::commonJs) {
      node.required("type").fail("the first module is the main one, so it has to be an ESModule");
    }
    config_.modules.push_back({name.name(), type, (folder_ / path.name()).lexically_normal(),
                               path.file().at(path.place())});
  }

  void readRules() {
    auto rules = find("rules");
    if (!rules) return;
    // Python is wrangler's, and a file of it can stand beside a script that we run.
    std::vector<std::string_view> types(moduleTypeNames().begin(), moduleTypeNames().end());
    types.insert(types.end(), {"PythonModule", "PythonRequirement"});
    std::vector<ModuleRule> all;
    for (const ConfigNode& node : rules->elements()) {
      std::string_view type = oneOf(node.required("type"), types);
      std::vector<std::string> globs = node.required("globs").texts();
      auto fallthrough = node.member("fallthrough");
      bool falls = fallthrough && fallthrough->boolean();
      if (type.starts_with("Python")) {
        config_.notices.push_back(node.file().at(node.place()) + ": lathe has no Python yet");
        continue;
      }
      all.push_back({moduleTypeNamed(type), std::move(globs), falls});
    }
    config_.rules = ModuleRules(std::move(all));
  }

  void readCompatibility() {
    auto dateNode = find("compatibility_date");
    auto flagsNode = find("compatibility_flags");
    std::optional<std::string_view> date;
    if (dateNode) date = dateNode->text("\"2026-08-01\"");
    std::vector<std::string> flags;
    if (flagsNode) flags = flagsNode->texts();
    try {
      Compatibility::Resolved resolved = Compatibility::resolve(date, flags);
      config_.compatibility = resolved.compatibility;
      std::string where = dateNode ? dateNode->file().at(dateNode->place()) : config_.shownAs;
      for (const std::string& line : resolved.warnings) {
        config_.warnings.push_back(where + ": " + line);
      }
      if (flagsNode) where = flagsNode->file().at(flagsNode->place());
      for (const std::string& line : resolved.notices) {
        config_.notices.push_back(where + ": " + line);
      }
    } catch (const CompatibilityError& error) {
      if (error.flagIndex()) flagsNode->elements().at(*error.flagIndex()).fail(error.what());
      if (dateNode) dateNode->fail(error.what());
      top_.fail(error.what());
    }
  }

  void readVars() {
    auto vars = find("vars");
    if (!vars) return;
    for (const ConfigNode& node : vars->members()) {
      if (node.value().kind == JsonValue::Kind::string) {
        config_.bindings.push_back({node.key(), Binding::Text{node.value().text}});
      } else {
        config_.bindings.push_back({node.key(), Binding::Json{toJson(node.value())}});
      }
    }
  }

  void readServices() {
    auto services = find("services");
    if (!services) return;
    for (const ConfigNode& node : services->elements()) {
      ConfigNode service = node.required("service");
      auto entrypoint = node.member("entrypoint");
      auto props = node.member("props");
      config_.services.push_back({service.name(), node.file().at(service.place())});
      config_.bindings.push_back(
          {node.required("binding").name(),
           Binding::Service{service.name(), entrypoint ? entrypoint->name() : "",
                            props ? toJson(props->value()) : ""}});
    }
  }

  void readActors() {
    if (auto objects = find("durable_objects")) {
      auto bindings = objects->member("bindings");
      for (const ConfigNode& node : bindings ? bindings->elements() : std::vector<ConfigNode>()) {
        auto script = node.member("script_name");
        std::string worker = script ? script->name() : config_.name;
        if (script) config_.services.push_back({worker, node.file().at(script->place())});
        config_.bindings.push_back({node.required("name").name(),
                                    Binding::Actors{worker, node.required("class_name").name()}});
      }
    }
    auto namespaces = find("lathe", "durable_object_namespaces");
    if (!namespaces) return;
    constexpr std::array<std::string_view, 4> kKeys = {"class_name", "ephemeral",
                                                       "prevent_eviction", "unique_key"};
    for (const ConfigNode& node : namespaces->elements()) {
      refuseUnknownKeys(node, kKeys);
      worker::ActorClass actors;
      actors.className = node.required("class_name").name();
      auto key = node.member("unique_key");
      if (key) {
        actors.uniqueKey = key->name();
        auto same =
            std::ranges::find(config_.actorClasses, key->name(), &worker::ActorClass::uniqueKey);
        if (same != config_.actorClasses.end()) {
          key->fail("the unique key \"" + key->name() + "\" is that of the class \"" +
                    same->className + "\" already");
        }
      }
      if (auto prevent = node.member("prevent_eviction")) {
        actors.preventEviction = prevent->boolean();
      }
      if (auto ephemeral = node.member("ephemeral"); ephemeral && ephemeral->boolean()) {
        if (key) {
          key->fail("\"" + key->path() + "\": ephemeral Durable Objects have no unique key");
        }
        actors.ephemeral = true;
      }
      config_.actorClasses.push_back(std::move(actors));
    }
  }

  void readMigrations() {
    auto migrations = find("migrations");
    if (!migrations) return;
    constexpr std::array<std::string_view, 6> kKeys = {
        "deleted_classes", "new_classes", "new_sqlite_classes",
        "renamed_classes", "tag",         "transferred_classes"};
    for (const ConfigNode& node : migrations->elements()) {
      refuseUnknownKeys(node, kKeys);
      Migration migration;
      ConfigNode tag = node.required("tag");
      migration.tag = tag.name();
      for (const Migration& before : config_.migrations) {
        if (before.tag == migration.tag) tag.fail("the tag \"" + before.tag + "\" is used twice");
      }
      auto names = [&](const char* key) {
        std::vector<std::string> classes;
        auto list = node.member(key);
        if (!list) return classes;
        for (const ConfigNode& each : list->elements()) classes.push_back(each.name());
        return classes;
      };
      migration.newClasses = names("new_classes");
      migration.newSqliteClasses = names("new_sqlite_classes");
      migration.deletedClasses = names("deleted_classes");
      migration.renamedClasses = readRenames(node.member("renamed_classes"), false);
      migration.transferredClasses = readRenames(node.member("transferred_classes"), true);
      config_.migrations.push_back(std::move(migration));
    }
  }

  std::vector<Migration::Rename> readRenames(const std::optional<ConfigNode>& list,
                                             bool transferred) const {
    constexpr std::array<std::string_view, 2> kRenameKeys = {"from", "to"};
    constexpr std::array<std::string_view, 3> kTransferKeys = {"from", "from_script", "to"};
    std::vector<Migration::Rename> renames;
    if (!list) return renames;
    for (const ConfigNode& node : list->elements()) {
      if (transferred) {
        refuseUnknownKeys(node, kTransferKeys);
      } else {
        refuseUnknownKeys(node, kRenameKeys);
      }
      ConfigNode to = node.required("to");
      Migration::Rename rename{node.required("from").name(), to.name(), ""};
      if (transferred) rename.fromWorker = node.required("from_script").name();
      bool own = !transferred || (config_.named && rename.fromWorker == config_.name);
      if (own && rename.from == rename.to) {
        to.fail("\"" + to.path() + "\": the class is called \"" + rename.to + "\" already");
      }
      renames.push_back(std::move(rename));
    }
    return renames;
  }

  void readStorage() {
    if (auto durability = find("lathe", "durability")) {
      constexpr std::array<std::string_view, 2> kWords = {"fsync", "os"};
      bool fsync = oneOf(*durability, kWords) == "fsync";
      config_.durability = fsync ? Durability::fsync : Durability::os;
    }
    if (auto storage = find("lathe", "durable_object_storage")) {
      constexpr std::array<std::string_view, 3> kWords = {"disk", "memory", "none"};
      auto word = oneOf(*storage, kWords);
      config_.objectStorage = word == "disk"     ? ObjectStorage::disk
                              : word == "memory" ? ObjectStorage::memory
                                                 : ObjectStorage::none;
    }
    auto cache = find("lathe", "cache");
    if (!cache) return;
    auto& limits = config_.cacheLimits;
    auto megabytes = [&](const char* key, std::size_t& bytes) {
      auto node = cache->member(key);
      if (node) bytes = static_cast<std::size_t>(node->integer(0, kCacheMbMax)) << 20;
    };
    megabytes("soft_mb", limits.softBytes);
    megabytes("hard_mb", limits.hardBytes);
    megabytes("dirty_mb", limits.dirtyBytes);
    if (auto stale = cache->member("stale_ms")) {
      limits.staleAfter = std::chrono::milliseconds(stale->integer(1, 86'400'000));
    }
  }

  void readLimits() {
    auto limits = find("limits");
    if (!limits) return;
    if (auto cpu = limits->member("cpu_ms")) {
      config_.cpuMs =
          static_cast<std::uint32_t>(cpu->integer(1, std::numeric_limits<std::int32_t>::max()));
    }
  }

  void readDev() {
    auto dev = find("dev");
    if (!dev) return;
    if (auto ip = dev->member("ip")) config_.ip = ip->name();
    if (auto port = dev->member("port")) {
      config_.port = static_cast<std::uint16_t>(port->integer(0, 65'535));
    }
    constexpr std::array<std::string_view, 9> kKnown = {"container_engine",
                                                        "enable_containers",
                                                        "generate_types",
                                                        "host",
                                                        "inspector_ip",
                                                        "inspector_port",
                                                        "ip",
                                                        "local_protocol",
                                                        "port"};
    for (const ConfigNode& node : dev->members()) {
      bool known = std::ranges::find(kKnown, node.key()) != kKnown.end();
      if (known || node.key() == "upstream_protocol") continue;
      config_.warnings.push_back(node.file().at(node.keyPlace()) + ": unknown key \"" +
                                 node.path() + "\"" + didYouMean(node.key(), kKnown));
    }
  }

  void readLathe() {
    for (const std::optional<ConfigNode>& level : {std::optional(top_), environment_}) {
      auto lathe = level ? level->member("lathe") : std::nullopt;
      if (!lathe) continue;
      refuseUnknownKeys(*lathe, kLatheKeys);
      if (auto cache = lathe->member("cache")) refuseUnknownKeys(*cache, kCacheKeys);
    }
    if (auto memory = find("lathe", "memory_mb")) {
      config_.memoryMb = static_cast<std::uint32_t>(memory->integer(kMemoryMbMin, kMemoryMbMax));
    }
    if (auto body = find("lathe", "body_mb")) {
      config_.bodyMb = static_cast<std::uint32_t>(body->integer(1, kBodyMbMax));
    }
    if (auto flags = find("lathe", "v8_flags")) {
      for (const ConfigNode& flag : flags->elements()) {
        if (!flag.text().starts_with("-")) flag.failExpecting("a flag such as \"--expose-gc\"");
        config_.v8Flags.push_back(flag.text());
      }
    }
  }

  static void refuseUnknownKeys(const ConfigNode& node, std::span<const std::string_view> known) {
    for (const ConfigNode& member : node.members()) {
      if (std::ranges::find(known, member.key()) != known.end()) continue;
      node.file().fail(member.keyPlace(),
                       "unknown key \"" + member.path() + "\"" + didYouMean(member.key(), known));
    }
  }

  void refuseDoubleBindings() {
    for (std::size_t i = 0; i < config_.bindings.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (config_.bindings[i].name != config_.bindings[j].name) continue;
        top_.fail("two bindings are called \"" + config_.bindings[i].name + "\"");
      }
    }
  }

  ConfigNode top_;
  std::optional<ConfigNode> environment_;
  fs::path folder_;
  Config config_;
};

}  // namespace

Config readConfig(const ConfigFile& file, std::string_view environment) {
  return Reader(file, environment).read();
}

Config configForScript(const fs::path& script) {
  Config config;
  config.shownAs = shownPath(script);
  config.name = script.stem().empty() ? "worker" : script.stem().string();
  config.folder = script.parent_path();
  config.main = {script, ""};
  config.baseDir = script.parent_path();
  return config;
}

}  // namespace lathe::cli
