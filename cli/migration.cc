#include "cli/migration.h"

#include <array>
#include <optional>
#include <utility>

namespace lathe::cli {

namespace {

enum class RenameKind { renamed, transferred };

std::vector<Migration::Rename> readRenames(const std::optional<ConfigNode>& list, RenameKind kind,
                                           std::string_view worker) {
  constexpr std::array<std::string_view, 2> kRenameKeys = {"from", "to"};
  constexpr std::array<std::string_view, 3> kTransferKeys = {"from", "from_script", "to"};
  bool transferred = kind == RenameKind::transferred;
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
    bool own = !transferred || rename.fromWorker == worker;
    if (own && rename.from == rename.to) {
      to.fail("\"" + to.path() + "\": the class is called \"" + rename.to + "\" already");
    }
    renames.push_back(std::move(rename));
  }
  return renames;
}

std::vector<std::string> classesOf(const ConfigNode& migration, std::string_view key) {
  std::vector<std::string> classes;
  auto list = migration.member(key);
  if (!list) return classes;
  for (const ConfigNode& each : list->elements()) classes.push_back(each.name());
  return classes;
}

}  // namespace

std::vector<Migration> readMigrations(const ConfigNode& list, std::string_view worker) {
  constexpr std::array<std::string_view, 6> kKeys = {
      "deleted_classes", "new_classes", "new_sqlite_classes",
      "renamed_classes", "tag",         "transferred_classes"};
  std::vector<Migration> migrations;
  for (const ConfigNode& node : list.elements()) {
    refuseUnknownKeys(node, kKeys);
    Migration migration;
    ConfigNode tag = node.required("tag");
    migration.tag = tag.name();
    for (const Migration& before : migrations) {
      if (before.tag == migration.tag) tag.fail("the tag \"" + before.tag + "\" is used twice");
    }
    migration.newClasses = classesOf(node, "new_classes");
    migration.newSqliteClasses = classesOf(node, "new_sqlite_classes");
    migration.deletedClasses = classesOf(node, "deleted_classes");
    migration.renamedClasses =
        readRenames(node.member("renamed_classes"), RenameKind::renamed, worker);
    migration.transferredClasses =
        readRenames(node.member("transferred_classes"), RenameKind::transferred, worker);
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

}  // namespace lathe::cli
