#include "cli/config.h"

#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "cli/config-node.h"
#include "cli/define.h"
#include "cli/exports.h"
#include "cli/json-text.h"
#include "cli/read-file.h"
#include "cli/unsupported-keys.h"
#include "cli/variables.h"
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

constexpr std::array<std::string_view, 9> kLatheKeys = {"body_mb",
                                                        "cache",
                                                        "durability",
                                                        "durable_object_namespaces",
                                                        "durable_object_storage",
                                                        "modules",
                                                        "memory_mb",
                                                        "trusted_hosts",
                                                        "v8_flags"};
constexpr std::array<std::string_view, 4> kCacheKeys = {"dirty_mb", "hard_mb", "soft_mb",
                                                        "stale_ms"};

// Keeps the last of several that have the same `key`.
template <class T, class Key>
void keepLast(std::vector<T>& all, Key T::*key) {
  std::set<Key> seen;
  std::vector<T> kept;
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    if (seen.insert((*each).*key).second) kept.push_back(std::move(*each));
  }
  all.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

void addAlias(Config& config, const std::string& specifier, const std::string& target) {
  bool isPath = target.starts_with("./") || target.starts_with("../") || target.starts_with("/");
  if (isPath) {
    config.aliases.push_back({specifier, (config.folder / target).lexically_normal()});
  } else {
    config.aliases.push_back({specifier, {}, target});
  }
}

void addChosenAliases(Config& config, const ProjectChoice& choice) {
  for (const auto& [specifier, target] : choice.aliases) {
    addAlias(config, specifier, target);
  }
  keepLast(config.aliases, &ModuleAlias::specifier);
}

// Throws CompatibilityError. What there is to say begins with `dateAt` or `flagsAt`.
void resolveCompatibility(Config& config, std::optional<std::string_view> date,
                          const std::vector<std::string>& flags, const std::string& dateAt,
                          const std::string& flagsAt) {
  Compatibility::Resolved resolved = Compatibility::resolve(date, flags);
  config.compatibility = resolved.compatibility;
  for (const std::string& line : resolved.warnings) config.warnings.push_back(dateAt + ": " + line);
  for (const std::string& line : resolved.notices) config.notices.push_back(flagsAt + ": " + line);
}

// The last ones are on the command line.
void addChosenDefines(Config& config, const ProjectChoice& choice) {
  for (const auto& [name, value] : choice.defines) {
    config.bundle.define.push_back(readDefine(name, value, "--define"));
  }
  keepLast(config.bundle.define, &Define::name);
}

void addChosenBundle(Config& config, const ProjectChoice& choice) {
  BundleSettings& bundle = config.bundle;
  if (!choice.tsconfig.empty()) {
    std::error_code error;
    bundle.tsconfig = fs::absolute(choice.tsconfig, error).lexically_normal();
  }
  if (!choice.jsxFactory.empty()) bundle.jsxFactory = choice.jsxFactory;
  if (!choice.jsxFragment.empty()) bundle.jsxFragment = choice.jsxFragment;
  if (choice.minify) bundle.minify = *choice.minify;
  if (choice.bundle) bundle.noBundle = !*choice.bundle;
  if (choice.path == "-") config.main.text = choice.input;
}

// Fills in a Config from a file, key by key.
class Reader {
 public:
  Reader(const ConfigFile& file, const ProjectChoice& choice, const std::optional<fs::path>& script)
      : top_(file), choice_(choice), script_(script) {
    config_.shownAs = file.shownAs;
    config_.files.push_back(file.path);
    folder_ = file.path.parent_path();
    config_.folder = folder_;
    if (!choice.environment.empty()) chooseEnvironment();
  }

  Config read() {
    readName();
    readModules();
    readRules();
    readAliases();
    readDefines();
    readBundle();
    readBuild();
    readCompatibility();
    // First of all that binds, as it wants to be.
    readVariables(config_, find("vars"), find("secrets"), choice_, folder_);
    readServices();
    readActors();
    readMigrationsAndExports();
    readStorage();
    readLimits();
    readDev();
    config_.publicOrigin = readPublicOrigin(find("dev"), find("routes"), find("route"), choice_);
    readLathe();
    UnsupportedKeys unsupported = unsupportedKeys(top_, environment_);
    for (Binding& binding : unsupported.bindings) config_.bindings.push_back(std::move(binding));
    for (std::string& line : unsupported.notices) config_.notices.push_back(std::move(line));
    for (std::string& line : unsupported.warnings) config_.warnings.push_back(std::move(line));
    dropShadowedVariables(config_);
    refuseDoubleBindings();
    return std::move(config_);
  }

 private:
  void chooseEnvironment() {
    const std::string& name = choice_.environment;
    auto environments = top_.member("env");
    if (!environments) {
      // As wrangler does: the environment may be there for the sake of its `.dev.vars.NAME` alone.
      config_.warnings.push_back(top_.file().shownAs + ": there is no environment \"" + name +
                                 "\": the configuration has no \"env\"; its top level is used");
      return;
    }
    if (auto found = environments->member(name)) {
      environment_ = found->object();
      return;
    }
    std::vector<ConfigNode> all = environments->members();
    std::vector<std::string_view> names;
    for (const ConfigNode& node : all) names.push_back(node.key());
    std::string guess = didYouMean(name, names);
    std::string hint = guess;
    for (std::size_t i = 0; guess.empty() && i < names.size(); ++i) {
      hint += (i == 0 ? "; there are " : ", ") + std::string(names[i]);
    }
    environments->fail("there is no environment \"" + name + "\"" + hint);
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
    if (!choice_.name.empty()) {
      config_.name = choice_.name;
      config_.named = true;
      return;
    }
    auto name = find("name");
    if (name) {
      config_.name = name->name();
      config_.named = true;
      bool own = environment_ && environment_->member("name");
      // As wrangler does, so that each environment is a worker of its own.
      if (!choice_.environment.empty() && !own) config_.name += "-" + choice_.environment;
      return;
    }
    fs::path path = top_.file().path;
    config_.name = path.stem() == "wrangler" ? folder_.filename().string() : path.stem().string();
    if (config_.name.empty()) config_.name = "worker";
  }

  void readModules() {
    if (script_) {
      config_.main = {*script_, ""};
    } else if (auto modules = find("lathe", "modules")) {
      for (const ConfigNode& node : modules->elements()) readListedModule(node);
      if (config_.modules.empty()) modules->failExpecting("a list with at least one module");
    } else if (auto main = find("main")) {
      config_.main = {(folder_ / main->name()).lexically_normal(), main->file().at(main->place())};
    } else {
      failWithoutMain();
    }
    if (auto base = find("base_dir")) {
      config_.baseDir = (folder_ / base->text()).lexically_normal();
    } else {
      config_.baseDir = config_.main.path.parent_path();
    }
    // As wrangler has it: who does not bundle wants them.
    auto bundling = find("no_bundle");
    auto additional = find("find_additional_modules");
    config_.additionalModules =
        additional ? additional->boolean() : bundling && bundling->boolean();
  }

  [[noreturn]] void failWithoutMain() const {
    for (const char* key : {"pages_build_output_dir", "assets", "site"}) {
      auto node = find(key);
      if (!node || node->empty()) continue;
      top_.file().fail(
          node->keyPlace(),
          std::string("\"main\" is missing, and lathe does not serve \"") + key + "\" alone yet");
    }
    bool toml = top_.file().format == ConfigFormat::toml;
    top_.fail(std::string("\"main\" is missing: the script to run, such as ") +
              (toml ? "main = \"worker.js\"" : "\"main\": \"worker.js\""));
  }

  void readListedModule(const ConfigNode& node) {
    constexpr std::array<std::string_view, 3> kKeys = {"name", "type", "path"};
    refuseUnknownKeys(node, kKeys);
    ConfigNode name = node.required("name");
    ConfigNode path = node.required("path");
    if (!moduleNames_.insert(name.name()).second) {
      name.fail("two modules are called \"" + name.name() + "\"");
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

  void readAliases() {
    if (auto aliases = find("alias")) {
      for (const ConfigNode& node : aliases->members()) {
        addAlias(config_, node.key(), node.name());
      }
    }
    addChosenAliases(config_, choice_);
  }

  void readDefines() {
    if (auto defines = find("define")) {
      for (const ConfigNode& node : defines->members()) {
        config_.bundle.define.push_back(
            readDefine(node.key(), node.text(), node.file().at(node.place())));
      }
    }
    addChosenDefines(config_, choice_);
  }

  void readBundle() {
    BundleSettings& bundle = config_.bundle;
    auto text = [&](const char* key, std::string& value) {
      if (auto node = find(key)) value = node->name();
    };
    auto truth = [&](const char* key, bool& value) {
      if (auto node = find(key)) value = node->boolean();
    };
    text("jsx_factory", bundle.jsxFactory);
    text("jsx_fragment", bundle.jsxFragment);
    truth("keep_names", bundle.keepNames);
    truth("minify", bundle.minify);
    truth("no_bundle", bundle.noBundle);
    truth("find_additional_modules", bundle.findAdditionalModules);
    if (auto tsconfig = find("tsconfig")) {
      bundle.tsconfig = (folder_ / tsconfig->name()).lexically_normal();
    }
    addChosenBundle(config_, choice_);
  }

  void readBuild() {
    auto build = find("build");
    auto command = build ? build->member("command") : std::nullopt;
    if (!command || command->text().empty()) return;
    BuildSettings settings{command->text(), folder_, {}, command->file().at(command->place())};
    if (auto cwd = build->member("cwd"))
      settings.folder = (folder_ / cwd->text()).lexically_normal();
    std::vector<std::string> watched = {"./src"};
    if (auto folders = build->member("watch_dir")) {
      bool list = folders->value().kind == JsonValue::Kind::array;
      watched = list ? folders->texts() : std::vector<std::string>{folders->text()};
    }
    for (const std::string& path : watched) {
      settings.watched.push_back((folder_ / path).lexically_normal());
    }
    config_.build = std::move(settings);
  }

  void readCompatibility() {
    auto date = find("compatibility_date");
    auto flags = find("compatibility_flags");
    if (!choice_.compatibilityDate.empty()) date.reset();
    if (!choice_.compatibilityFlags.empty()) flags.reset();
    std::optional<std::string_view> dateText;
    if (date) dateText = date->text("\"2026-08-01\"");
    if (!choice_.compatibilityDate.empty()) dateText = choice_.compatibilityDate;
    std::string dateAt = dateText ? "--compatibility-date" : config_.shownAs;
    if (date) dateAt = date->file().at(date->place());
    std::string flagsAt = choice_.compatibilityFlags.empty() ? dateAt : "--compatibility-flags";
    if (flags) flagsAt = flags->file().at(flags->place());
    try {
      resolveCompatibility(config_, dateText, flags ? flags->texts() : choice_.compatibilityFlags,
                           dateAt, flagsAt);
    } catch (const CompatibilityError& error) {
      bool ofFlag = error.flagIndex().has_value();
      if (ofFlag && flags) flags->elements().at(*error.flagIndex()).fail(error.what());
      throw ConfigError((ofFlag ? flagsAt : dateAt) + ": " + error.what());
    }
  }

  void readServices() {
    auto services = find("services");
    if (!services) return;
    for (const ConfigNode& node : services->elements()) {
      ConfigNode service = node.required("service");
      auto remote = node.member("remote");
      if (remote && remote->boolean()) {
        addRemoteService(node.required("binding").name(), *remote);
        continue;
      }
      auto entrypoint = node.member("entrypoint");
      auto props = node.member("props");
      config_.services.push_back({service.name(), node.file().at(service.place())});
      config_.bindings.push_back(
          {node.required("binding").name(),
           Binding::Service{service.name(), entrypoint ? entrypoint->name() : "",
                            props ? toJson(props->value()) : ""}});
    }
  }

  void addRemoteService(const std::string& name, const ConfigNode& remote) {
    config_.notices.push_back(remote.file().at(remote.keyPlace()) + ": \"" + remote.path() +
                              "\": lathe does not have remote bindings; using env." + name +
                              " throws");
    config_.bindings.push_back({name, Binding::Unsupported{"a remote service binding"}});
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
        auto [same, isNew] = uniqueKeys_.emplace(key->name(), actors.className);
        if (!isNew) {
          key->fail("the unique key \"" + key->name() + "\" is that of the class \"" +
                    same->second + "\" already");
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

  void readMigrationsAndExports() {
    if (auto list = find("migrations")) config_.migrations = readMigrations(*list, ownName());
    auto exports = find("exports");
    if (!exports) return;
    std::vector<Migration> declared = readExports(*exports, config_.notices);
    if (declared.empty()) return;
    if (!config_.migrations.empty()) {
      exports->file().fail(exports->keyPlace(),
                           "\"exports\" and \"migrations\" both say which classes of Durable "
                           "Objects there are; keep one of them");
    }
    config_.migrations = std::move(declared);
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
    if (auto subrequests = limits->member("subrequests")) {
      config_.notices.push_back(subrequests->file().at(subrequests->keyPlace()) + ": \"" +
                                subrequests->path() + "\": lathe does not limit subrequests yet");
    }
  }

  void readDev() {
    auto dev = find("dev");
    if (!dev) return;
    if (auto ip = dev->member("ip")) config_.ip = ip->name();
    if (auto port = dev->member("port")) {
      config_.port = static_cast<std::uint16_t>(port->integer(0, 65'535));
    }
    if (auto host = dev->member("host")) config_.trustedHosts.push_back(host->name());
    if (auto protocol = dev->member("local_protocol")) {
      constexpr std::array<std::string_view, 2> kWords = {"http", "https"};
      bool https = oneOf(*protocol, kWords) == "https";
      config_.localProtocol = https ? LocalProtocol::https : LocalProtocol::http;
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
    if (auto hosts = find("lathe", "trusted_hosts")) {
      for (const ConfigNode& host : hosts->elements()) config_.trustedHosts.push_back(host.name());
    }
    if (auto flags = find("lathe", "v8_flags")) {
      for (const ConfigNode& flag : flags->elements()) {
        if (!flag.text().starts_with("-")) flag.failExpecting("a flag such as \"--expose-gc\"");
        config_.v8Flags.push_back(flag.text());
      }
    }
  }

  // The worker's name when it has been written down.
  std::string_view ownName() const { return config_.named ? config_.name : std::string_view(); }

  void refuseDoubleBindings() {
    std::set<std::string_view> names;
    for (const Binding& binding : config_.bindings) {
      if (!names.insert(binding.name).second) {
        top_.fail("two bindings are called \"" + binding.name + "\"");
      }
    }
  }

  ConfigNode top_;
  const ProjectChoice& choice_;
  const std::optional<fs::path>& script_;
  std::optional<ConfigNode> environment_;
  fs::path folder_;
  std::set<std::string> moduleNames_;
  // The classes that have one.
  std::map<std::string, std::string> uniqueKeys_;
  Config config_;
};

}  // namespace

Config readConfig(const ConfigFile& file, const ProjectChoice& choice,
                  const std::optional<fs::path>& script) {
  return Reader(file, choice, script).read();
}

Config configForScript(const fs::path& script, const ProjectChoice& choice) {
  Config config;
  config.shownAs = shownPath(script);
  config.named = !choice.name.empty();
  config.name = config.named ? choice.name : script.stem().string();
  if (config.name.empty()) config.name = "worker";
  config.folder = script.parent_path();
  config.main = {script, ""};
  config.baseDir = script.parent_path();
  config.publicOrigin = readPublicOrigin(std::nullopt, std::nullopt, std::nullopt, choice);
  addChosenAliases(config, choice);
  addChosenDefines(config, choice);
  addChosenBundle(config, choice);
  if (!choice.compatibilityDate.empty() || !choice.compatibilityFlags.empty()) {
    std::optional<std::string_view> date;
    if (!choice.compatibilityDate.empty()) date = choice.compatibilityDate;
    try {
      resolveCompatibility(config, date, choice.compatibilityFlags, "--compatibility-date",
                           "--compatibility-flags");
    } catch (const CompatibilityError& error) {
      throw ConfigError((error.flagIndex() ? "--compatibility-flags: " : "--compatibility-date: ") +
                        std::string(error.what()));
    }
  }
  // Where wrangler looks for them, too, when there is no configuration.
  std::error_code error;
  readVariables(config, std::nullopt, std::nullopt, choice, fs::current_path(error));
  return config;
}

}  // namespace lathe::cli
