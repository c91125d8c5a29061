#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"

namespace lathe::cli {

// Which unique key the objects of each class have, and which migrations have run. It is kept with
// the objects themselves: a class that is renamed or goes to another worker takes its objects with
// it, one that is deleted leaves them set aside, and a migration that a configuration no longer has
// (an older branch) is undone.
class ClassTable {
 public:
  struct Row {
    std::string worker;
    std::string className;
    std::string uniqueKey;
    bool sqlite = false;
    // Of a deleted class: the migration that deleted it.
    std::string deletedBy;
  };

  // `text` as `toText()` gave it; empty: nothing has been there yet. Throws std::runtime_error when
  // it cannot be read.
  explicit ClassTable(std::string_view text);
  std::string toText() const;

  // Brings the table in line with a worker's configuration.
  void apply(const Config& config);
  // The class's row, made when there is none.
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

  // What the worker is called in the table: one without a name of its own keeps a random one.
  std::string identityOf(const Config& config);
  Row* row(std::string_view worker, std::string_view className);
  void run(const std::string& worker, const Migration& migration);
  void undo(const std::string& worker, const Migration& migration);
  void setAside(std::string_view worker, std::string_view className, const std::string& tag);
  // Gives back what that migration has set aside.
  void restore(std::string_view worker, std::string_view className, const std::string& tag);
  void move(std::string_view fromWorker, std::string_view from, const std::string& toWorker,
            const std::string& to, const std::string& tag);
  std::string freeKey(const std::string& wanted) const;

  std::string anonymous_;
  std::vector<Row> rows_;
  std::vector<Row> deleted_;
  std::vector<Ran> ran_;
};

}  // namespace lathe::cli
