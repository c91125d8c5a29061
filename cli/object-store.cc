#include "cli/object-store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include <stdlib.h>

#include "cli/class-table.h"
#include "persist/memory-store.h"

namespace lathe::cli {
namespace {

namespace fs = std::filesystem;

// Where the table of classes is among the store's own records.
constexpr const char* kTableKey = "classes";

// The classes of a worker that have or may have objects.
std::set<std::string> classesOf(const Config& config, const std::vector<Config>& all) {
  std::set<std::string> names;
  for (const Config& other : all) {
    for (const worker::Binding& binding : other.bindings) {
      auto* actors = std::get_if<worker::Binding::Actors>(&binding.value);
      if (actors && actors->worker == config.name) names.insert(actors->className);
    }
  }
  for (const auto& listed : config.actorClasses) names.insert(listed.className);
  for (const Migration& migration : config.migrations) {
    for (const auto& name : migration.newClasses) names.insert(name);
    for (const auto& name : migration.newSqliteClasses) names.insert(name);
    for (const auto& rename : migration.renamedClasses) {
      names.erase(rename.from);
      names.insert(rename.to);
    }
    for (const auto& transfer : migration.transferredClasses) names.insert(transfer.to);
    for (const auto& name : migration.deletedClasses) names.erase(name);
  }
  // These have no place in the table of what is stored.
  for (const auto& listed : config.actorClasses) {
    if (listed.ephemeral) names.erase(listed.className);
  }
  return names;
}

}  // namespace

ObjectStore::~ObjectStore() {
  store_.reset();
  std::error_code ignored;
  if (!temporaryFolder_.empty()) fs::remove_all(temporaryFolder_, ignored);
}

void ObjectStore::open(const Config& first) {
  auto kind =
      choice_.ephemeral ? ObjectStorage::memory : first.objectStorage.value_or(choice_.byDefault);
  if (!choice_.persistTo.empty()) kind = ObjectStorage::disk;
  if (kind == ObjectStorage::none) return;
  if (kind == ObjectStorage::memory) {
    store_ = std::make_unique<persist::MemoryStore>(loop_.get_executor());
    return;
  }
  persist::LmdbStore::Options options;
  options.folder = folder(first);
  using Wanted = persist::LmdbStore::Durability;
  options.durability = first.durability == Durability::fsync ? Wanted::fsync : Wanted::os;
  store_ = std::make_unique<persist::LmdbStore>(loop_.get_executor(), options);
}

fs::path ObjectStore::folder(const Config& first) {
  if (!choice_.persistTo.empty()) return fs::absolute(choice_.persistTo);
  if (!choice_.temporary) return first.folder / ".lathe" / "state";
  std::string pattern = (fs::temp_directory_path() / "lathe-test-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) {
    throw persist::StoreError(persist::StoreError::Reason::failed,
                              "no folder can be made in " + fs::temp_directory_path().string() +
                                  ": " + std::strerror(errno));
  }
  temporaryFolder_ = pattern;
  return temporaryFolder_;
}

void ObjectStore::prepare(const std::vector<Config>& configs,
                          std::vector<worker::WorkerSource>& sources) {
  std::vector<std::set<std::string>> classes;
  for (const Config& config : configs) classes.push_back(classesOf(config, configs));
  if (std::ranges::all_of(classes, &std::set<std::string>::empty)) return;
  if (!store_) open(configs.front());

  const persist::ActorRef own;
  std::string before;
  if (store_) {
    auto stored = store_->synchronousReads()->get(own, persist::RecordKind::metadata, kTableKey);
    if (stored) before = *stored;
  }
  ClassTable table(before);
  for (const Config& config : configs) table.apply(config);
  for (std::size_t i = 0; i < configs.size(); ++i) {
    std::vector<worker::ActorClass> completed;
    for (const auto& listed : configs[i].actorClasses) {
      if (listed.ephemeral) completed.push_back(listed);
    }
    for (const std::string& name : classes[i]) {
      const auto& row = table.find(configs[i], name);
      auto listed =
          std::ranges::find(configs[i].actorClasses, name, &worker::ActorClass::className);
      bool stays = listed != configs[i].actorClasses.end() && listed->preventEviction;
      completed.push_back({.className = name,
                           .uniqueKey = row.uniqueKey,
                           .preventEviction = stays,
                           .synchronousStorage = row.sqlite});
    }
    sources[i].actorClasses = std::move(completed);
  }
  std::string after = table.toText();
  if (!store_ || after == before) return;
  // Whatever is written later is written after it.
  persist::Put put{persist::RecordKind::metadata,
                   {{kTableKey, std::make_shared<const std::string>(std::move(after))}}};
  tableWritten_ = store_->commit({own, {std::move(put)}});
}

}  // namespace lathe::cli
