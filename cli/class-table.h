#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"

namespace lathe::cli {

// Which unique key the objects of each class have, and which migrations have run. It is kept with
// the objects themselves: a class that is renamed or goes to another worker takes its objects with
// it, one that is deleted leaves them set aside, and a migration that a configuration no longer has
// (an older branch) is undone. Undone means that whatever had given way is back. What was made
// meanwhile under the name of a class that was deleted or had gone waits for the migration to come
// back; a rename whose old name is in use is left as it is. Under `exports`, which need
// not go on saying what has been done, it is undone only for a class that is there again.
class ClassTable {
 public:
  struct Row {
    std::string worker;
    std::string className;
    std::string uniqueKey;
    bool sqlite = false;
    // Of a class that was deleted or gave way: the migration that set it aside.
    std::string deletedBy;
  };

  // `text` as `toText()` gave it; empty: nothing has been there yet. Throws std::runtime_error when
  // it cannot be read.
  explicit ClassTable(std::string_view text);
  std::string toText() const;

  // Brings the table in line with a worker's configuration. The first one tells the folder to which
  // the paths of workers without a name are relative.
  void apply(const Config& config);
  // The class's row, made when there is none. Good until the table changes: the next call may move
  // it.
  const Row& find(const Config& config, const std::string& className);

  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<Row>& deleted() const { return deleted_; }
  void forgetDeleted() { deleted_.clear(); }

 private:
  // A migration that has run, as it was then.
  struct Ran {
    std::string worker;
    Migration migration;
  };

  // What the worker is called in the table: one without a name keeps a random one, which it has by
  // the path of its configuration or script.
  std::string identityOf(const Config& config);
  Row* row(std::string_view worker, std::string_view className);
  void run(const std::string& worker, const Migration& migration);
  void undo(const std::string& worker, const Migration& migration);
  void setAside(std::string_view worker, std::string_view className, const std::string& tag);
  // Gives back what was set aside with that tag; if it was several, the last.
  void restore(std::string_view worker, std::string_view className, const std::string& tag);
  // What has the name already is set aside with the tag. Without a row to move, or with nowhere
  // else to move it, nothing happens; returns whether something did.
  bool move(const std::string& fromWorker, const std::string& from, const std::string& toWorker,
            const std::string& to, const std::string& tag);
  std::string freeKey(const std::string& wanted) const;

  std::filesystem::path folder_;
  // The made-up names, by path relative to `folder_`.
  std::map<std::string, std::string> anonymous_;
  std::vector<Row> rows_;
  std::vector<Row> deleted_;
  std::vector<Ran> ran_;
};

}  // namespace lathe::cli
