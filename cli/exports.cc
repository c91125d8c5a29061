#include "cli/exports.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace lathe::cli {

namespace {

constexpr std::array<std::string_view, 3> kTypes = {"durable-object", "worker", "workflow"};
constexpr std::array<std::string_view, 5> kStates = {"created", "deleted", "renamed", "transferred",
                                                     "expecting-transfer"};
constexpr std::array<std::string_view, 2> kStorages = {"sqlite", "legacy-kv"};

constexpr std::array<std::string_view, 4> kCreatedKeys = {"container", "state", "storage", "type"};
constexpr std::array<std::string_view, 2> kDeletedKeys = {"state", "type"};
constexpr std::array<std::string_view, 3> kRenamedKeys = {"renamed_to", "state", "type"};
constexpr std::array<std::string_view, 3> kTransferredKeys = {"state", "transferred_to", "type"};
constexpr std::array<std::string_view, 5> kExpectingKeys = {"container", "state", "storage",
                                                            "transfer_from", "type"};
constexpr std::array<std::string_view, 2> kWorkerKeys = {"cache", "type"};

class ExportsReader {
 public:
  explicit ExportsReader(std::vector<std::string>& notices) : notices_(notices) {
    live_.tag = kExportsTag;
  }

  std::vector<Migration> read(const ConfigNode& exports) {
    for (const ConfigNode& node : exports.members()) {
      if (node.key().empty()) node.file().fail(node.keyPlace(), "a class needs a name");
      std::string_view type = oneOf(node.required("type"), kTypes);
      if (type == "durable-object") {
        readActors(node);
      } else if (type == "worker") {
        readEntrypoint(node);
      } else {
        notYet(node, "Workflows");
      }
    }
    for (const auto& [target, node] : renamed_) {
      if (isLive(target)) continue;
      node.fail("\"" + node.path() + "\": there is no \"durable-object\" called \"" + target +
                "\" in \"exports\", which the objects could go to");
    }
    // Last: these are there whatever has become of others.
    if (!live_.newClasses.empty() || !live_.newSqliteClasses.empty()) {
      migrations_.push_back(std::move(live_));
    }
    return std::move(migrations_);
  }

 private:
  void readActors(const ConfigNode& node) {
    auto state = node.member("state");
    std::string_view word = state ? oneOf(*state, kStates) : "created";
    const std::string& name = node.key();
    if (word == "created") {
      refuseUnknownKeys(node, kCreatedKeys);
      addLive(node);
    } else if (word == "deleted") {
      refuseUnknownKeys(node, kDeletedKeys);
      next(name + " deleted").deletedClasses = {name};
    } else if (word == "renamed") {
      refuseUnknownKeys(node, kRenamedKeys);
      ConfigNode to = node.required("renamed_to");
      if (to.name() == name) {
        to.fail("\"" + to.path() + "\": the class is called \"" + name + "\" already");
      }
      next(name + " renamed to " + to.name()).renamedClasses = {{name, to.name(), ""}};
      renamed_.emplace_back(to.name(), to);
    } else if (word == "transferred") {
      // The objects go when the other worker, which expects them, is loaded.
      refuseUnknownKeys(node, kTransferredKeys);
      node.required("transferred_to").name();
    } else {
      refuseUnknownKeys(node, kExpectingKeys);
      const std::string& from = node.required("transfer_from").name();
      next(name + " transferred from " + from).transferredClasses = {{name, name, from}};
      addLive(node);
    }
  }

  void addLive(const ConfigNode& node) {
    bool sqlite = oneOf(node.required("storage"), kStorages) == "sqlite";
    (sqlite ? live_.newSqliteClasses : live_.newClasses).push_back(node.key());
    auto container = node.member("container");
    if (!container) return;
    container->name();
    if (!sqlite) container->fail("\"" + container->path() + "\" needs the storage \"sqlite\"");
    notYet(*container, "containers");
  }

  void readEntrypoint(const ConfigNode& node) {
    refuseUnknownKeys(node, kWorkerKeys);
    auto cache = node.member("cache");
    if (cache && cache->required("enabled").boolean())
      notYet(*cache, "a cache in front of workers");
  }

  void notYet(const ConfigNode& node, std::string_view what) {
    notices_.push_back(node.file().at(node.keyPlace()) + ": \"" + node.path() +
                       "\": lathe does not have " + std::string(what) + " yet");
  }

  Migration& next(const std::string& what) {
    migrations_.emplace_back().tag = std::string(kExportsTag) + ": " + what;
    return migrations_.back();
  }

  bool isLive(const std::string& name) const {
    return std::ranges::find(live_.newClasses, name) != live_.newClasses.end() ||
           std::ranges::find(live_.newSqliteClasses, name) != live_.newSqliteClasses.end();
  }

  std::vector<std::string>& notices_;
  Migration live_;
  std::vector<Migration> migrations_;
  // The names that renamed classes have now, and where they are written.
  std::vector<std::pair<std::string, ConfigNode>> renamed_;
};

}  // namespace

std::vector<Migration> readExports(const ConfigNode& exports, std::vector<std::string>& notices) {
  return ExportsReader(notices).read(exports);
}

}  // namespace lathe::cli
