#include "cli/class-table.h"

#include <algorithm>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/exports.h"
#include "persist/actor-store.h"

namespace lathe::cli {
namespace {

using Json = nlohmann::json;

// Before the tag of a migration that was undone: what set a class aside that had come after it.
const std::string kAfter = "after ";

// The tag of a transfer as the other worker's rows have it, which may have the same tag for another
// migration.
std::string tagAt(const std::string& worker, const std::string& tag) {
  return tag + " of " + worker;
}

// The part of the table that says what unnamed workers are called. It was one name for all of them
// once: the empty path stands for whoever asks first.
std::map<std::string, std::string> anonymousFromJson(const Json& stored) {
  auto found = stored.find("anonymous");
  if (found == stored.end()) return {};
  if (!found->is_string()) return found->get<std::map<std::string, std::string>>();
  std::string only = *found;
  if (only.empty()) return {};
  return {{"", only}};
}

Json renamesToJson(const std::vector<Migration::Rename>& renames) {
  Json list = Json::array();
  for (const auto& rename : renames) list.push_back({rename.fromWorker, rename.from, rename.to});
  return list;
}

std::vector<Migration::Rename> renamesFromJson(const Json& list) {
  std::vector<Migration::Rename> renames;
  for (const Json& item : list) renames.push_back({item.at(1), item.at(2), item.at(0)});
  return renames;
}

Json rowsToJson(const std::vector<ClassTable::Row>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json item = {{"worker", row.worker},
                 {"class", row.className},
                 {"key", row.uniqueKey},
                 {"sqlite", row.sqlite}};
    if (!row.deletedBy.empty()) item["deletedBy"] = row.deletedBy;
    list.push_back(std::move(item));
  }
  return list;
}

std::vector<ClassTable::Row> rowsFromJson(const Json& list) {
  std::vector<ClassTable::Row> rows;
  for (const Json& item : list) {
    rows.push_back({item.at("worker"), item.at("class"), item.at("key"), item.at("sqlite"),
                    item.value("deletedBy", "")});
  }
  return rows;
}

std::string randomName() {
  std::random_device device;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name = "worker-";
  for (int i = 0; i < 16; ++i) name += kDigits[device() % kDigits.size()];
  return name;
}

// Whether the migrations, all of them, leave the class with SQLite; nothing when they do not speak
// of it.
std::optional<bool> declaredSqlite(const std::vector<Migration>& migrations,
                                   std::string_view className) {
  std::string name(className);
  // Backwards, so that renames lead to where the class was new.
  for (auto migration = migrations.rbegin(); migration != migrations.rend(); ++migration) {
    auto has = [&](const std::vector<std::string>& names) {
      return std::ranges::find(names, name) != names.end();
    };
    if (has(migration->newSqliteClasses)) return true;
    if (has(migration->newClasses)) return false;
    auto rename = std::ranges::find(migration->renamedClasses, name, &Migration::Rename::to);
    if (rename != migration->renamedClasses.end()) name = rename->from;
  }
  return std::nullopt;
}

// Whether a migration that has run still holds for a configuration that has these.
bool stays(const Migration& ran, const std::vector<Migration>& migrations) {
  if (std::ranges::find(migrations, ran.tag, &Migration::tag) != migrations.end()) return true;
  auto isOfExports = [](const Migration& each) { return each.tag.starts_with(kExportsTag); };
  if (!isOfExports(ran) && std::ranges::none_of(migrations, isOfExports)) return false;
  auto isThereAgain = [&](const std::string& className) {
    return std::ranges::any_of(migrations, [&](const Migration& migration) {
      auto has = [&](const std::vector<std::string>& names) {
        return std::ranges::find(names, className) != names.end();
      };
      return has(migration.newClasses) || has(migration.newSqliteClasses);
    });
  };
  return std::ranges::none_of(ran.deletedClasses, isThereAgain) &&
         std::ranges::none_of(ran.renamedClasses, isThereAgain, &Migration::Rename::from);
}

}  // namespace

// ---- As text ----

ClassTable::ClassTable(std::string_view text) {
  if (text.empty()) return;
  try {
    Json stored = Json::parse(text);
    anonymous_ = anonymousFromJson(stored);
    rows_ = rowsFromJson(stored.at("classes"));
    deleted_ = rowsFromJson(stored.at("deleted"));
    for (const Json& item : stored.at("migrations")) {
      Migration migration;
      migration.tag = item.at("tag");
      migration.renamedClasses = renamesFromJson(item.at("renamed"));
      // Tables of the time before transfers were undone have none.
      migration.transferredClasses = renamesFromJson(item.value("transferred", Json::array()));
      migration.deletedClasses = item.at("deleted").get<std::vector<std::string>>();
      ran_.push_back({item.at("worker"), std::move(migration)});
    }
  } catch (const Json::exception& error) {
    throw persist::StoreError(
        persist::StoreError::Reason::failed,
        std::string("the table of Durable Object classes is damaged: ") + error.what());
  }
}

std::string ClassTable::toText() const {
  Json ran = Json::array();
  for (const auto& [worker, migration] : ran_) {
    ran.push_back({{"worker", worker},
                   {"tag", migration.tag},
                   {"renamed", renamesToJson(migration.renamedClasses)},
                   {"transferred", renamesToJson(migration.transferredClasses)},
                   {"deleted", migration.deletedClasses}});
  }
  return Json{{"anonymous", anonymous_},
              {"classes", rowsToJson(rows_)},
              {"deleted", rowsToJson(deleted_)},
              {"migrations", ran}}
      .dump();
}

// ---- Migrations ----

void ClassTable::apply(const Config& config) {
  if (folder_.empty()) folder_ = config.folder.lexically_normal();
  std::string worker = identityOf(config);
  for (std::size_t i = ran_.size(); i-- > 0;) {
    if (ran_[i].worker != worker || stays(ran_[i].migration, config.migrations)) continue;
    Migration undone = std::move(ran_[i].migration);
    ran_.erase(ran_.begin() + static_cast<std::ptrdiff_t>(i));
    undo(worker, undone);
  }
  for (const Migration& migration : config.migrations) {
    bool known = std::ranges::any_of(ran_, [&](const Ran& ran) {
      return ran.worker == worker && ran.migration.tag == migration.tag;
    });
    if (known) continue;
    run(worker, migration);
    ran_.push_back({worker, migration});
  }
  for (Row& each : rows_) {
    if (each.worker != worker) continue;
    each.sqlite = declaredSqlite(config.migrations, each.className).value_or(each.sqlite);
  }
}

void ClassTable::run(const std::string& worker, const Migration& migration) {
  for (const auto& rename : migration.renamedClasses) {
    move(worker, rename.from, worker, rename.to, migration.tag);
  }
  for (const auto& transfer : migration.transferredClasses) {
    if (move(transfer.fromWorker, transfer.from, worker, transfer.to, migration.tag)) {
      restore(transfer.fromWorker, transfer.from, kAfter + tagAt(worker, migration.tag));
    }
  }
  for (const auto& name : migration.deletedClasses) {
    setAside(worker, name, migration.tag);
    // What was made under the name since, and gave way when the deletion was undone.
    restore(worker, name, kAfter + migration.tag);
  }
}

// Backwards, step by step, what run() does.
void ClassTable::undo(const std::string& worker, const Migration& migration) {
  const std::string& tag = migration.tag;
  const auto& deleted = migration.deletedClasses;
  const auto& transferred = migration.transferredClasses;
  const auto& renamed = migration.renamedClasses;
  for (auto name = deleted.rbegin(); name != deleted.rend(); ++name) {
    setAside(worker, *name, kAfter + tag);
    restore(worker, *name, tag);
  }
  for (auto each = transferred.rbegin(); each != transferred.rend(); ++each) {
    std::string after = kAfter + tagAt(worker, tag);
    if (move(worker, each->to, each->fromWorker, each->from, after)) restore(worker, each->to, tag);
  }
  for (auto rename = renamed.rbegin(); rename != renamed.rend(); ++rename) {
    if (row(worker, rename->from)) continue;
    if (move(worker, rename->to, worker, rename->from, tag)) restore(worker, rename->to, tag);
  }
}

void ClassTable::restore(std::string_view worker, std::string_view className,
                         const std::string& tag) {
  for (std::size_t i = deleted_.size(); i-- > 0;) {
    const Row& each = deleted_[i];
    if (each.worker != worker || each.className != className || each.deletedBy != tag) continue;
    Row restored = each;
    restored.deletedBy.clear();
    deleted_.erase(deleted_.begin() + static_cast<std::ptrdiff_t>(i));
    rows_.push_back(std::move(restored));
    return;
  }
}

void ClassTable::setAside(std::string_view worker, std::string_view className,
                          const std::string& tag) {
  auto* found = row(worker, className);
  if (!found) return;
  Row aside = *found;
  aside.deletedBy = tag;
  rows_.erase(rows_.begin() + (found - rows_.data()));
  deleted_.push_back(std::move(aside));
}

bool ClassTable::move(const std::string& fromWorker, const std::string& from,
                      const std::string& toWorker, const std::string& to, const std::string& tag) {
  bool same = fromWorker == toWorker && from == to;
  if (same || !row(fromWorker, from)) return false;
  setAside(toWorker, to, tag);
  // Looked for only now: setting aside has moved the rows.
  Row* moved = row(fromWorker, from);
  moved->worker = toWorker;
  moved->className = to;
  return true;
}

// ---- Rows ----

std::string ClassTable::identityOf(const Config& config) {
  if (config.named) return config.name;
  std::filesystem::path file = config.folder / std::filesystem::path(config.shownAs).filename();
  std::string path = file.lexically_normal().lexically_relative(folder_).generic_string();
  auto known = anonymous_.find(path);
  if (known != anonymous_.end()) return known->second;
  auto only = anonymous_.extract("");
  return anonymous_[path] = only ? only.mapped() : randomName();
}

ClassTable::Row* ClassTable::row(std::string_view worker, std::string_view className) {
  for (Row& each : rows_) {
    if (each.worker == worker && each.className == className) return &each;
  }
  return nullptr;
}

const ClassTable::Row& ClassTable::find(const Config& config, const std::string& className) {
  std::string worker = identityOf(config);
  auto listed = std::ranges::find(config.actorClasses, className, &worker::ActorClass::className);
  bool given = listed != config.actorClasses.end() && !listed->uniqueKey.empty();
  if (Row* found = row(worker, className)) {
    if (given) found->uniqueKey = listed->uniqueKey;
    return *found;
  }
  Row made;
  made.worker = worker;
  made.className = className;
  made.uniqueKey = given ? listed->uniqueKey : freeKey(worker + "-" + className);
  made.sqlite = declaredSqlite(config.migrations, className).value_or(false);
  return rows_.emplace_back(std::move(made));
}

std::string ClassTable::freeKey(const std::string& wanted) const {
  auto taken = [&](const std::string& key) {
    return std::ranges::find(rows_, key, &Row::uniqueKey) != rows_.end() ||
           std::ranges::find(deleted_, key, &Row::uniqueKey) != deleted_.end();
  };
  std::string key = wanted;
  for (int i = 2; taken(key); ++i) key = wanted + "-" + std::to_string(i);
  return key;
}

}  // namespace lathe::cli
