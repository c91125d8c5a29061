#include "cli/class-table.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "persist/memory-store.h"

namespace lathe::cli {
namespace {

// A worker's configuration: no name gives it none, and `more` are further keys. Migrations that
// begin with a key are those of `exports`.
Config configOf(const std::string& worker, const std::string& migrations,
                const std::string& more = "", const std::string& path = "/project/wrangler.jsonc") {
  bool byExports = migrations.starts_with("\"exports\"");
  std::string listed = byExports ? migrations : "\"migrations\": [" + migrations + "]";
  std::string text = "{\"main\": \"a.js\", " + listed + more;
  if (!worker.empty()) text += ", \"name\": \"" + worker + "\"";
  ConfigFile file{path, path.substr(1), parseJsonc(text + "}")};
  return readConfig(file, {});
}

// Such as `w.A=w-A w.B=w-B/sqlite`, with ` by v2` behind what was deleted; sorted.
std::string textOf(const std::vector<ClassTable::Row>& rows) {
  std::vector<std::string> texts;
  for (const auto& row : rows) {
    texts.push_back(row.worker + "." + row.className + "=" + row.uniqueKey +
                    (row.sqlite ? "/sqlite" : "") +
                    (row.deletedBy.empty() ? "" : " by " + row.deletedBy));
  }
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

// The table as it is kept: read from the store before every use, and written after it.
class StoredTable {
 public:
  ClassTable read() {
    auto text = store_.synchronousReads()->get({}, persist::RecordKind::metadata, "classes");
    return ClassTable(text ? *text : "");
  }
  void write(const ClassTable& table) {
    persist::Put put{persist::RecordKind::metadata,
                     {{"classes", std::make_shared<const std::string>(table.toText())}}};
    auto written = store_.commit({{}, {std::move(put)}});
  }
  // What a start with this configuration does, when the worker has these classes.
  void start(const Config& config, const std::vector<std::string>& classes) {
    ClassTable table = read();
    table.apply(config);
    for (const std::string& name : classes) CHECK(table.find(config, name).className == name);
    write(table);
  }

 private:
  boost::asio::io_context loop_;
  persist::MemoryStore store_{loop_.get_executor()};
};

struct Step {
  std::string worker;
  std::string migrations;
  std::vector<std::string> classes;
  std::string rows;
  std::string deleted = "";
};

struct Scenario {
  std::string title;
  std::vector<Step> steps;
};

void run(const std::vector<Scenario>& scenarios) {
  for (const Scenario& scenario : scenarios) {
    CAPTURE(scenario.title);
    StoredTable stored;
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
      const Step& step = scenario.steps[i];
      CAPTURE(i);
      // The second time changes nothing.
      for (int time = 0; time < 2; ++time) {
        CAPTURE(time);
        stored.start(configOf(step.worker, step.migrations), step.classes);
        CHECK(textOf(stored.read().rows()) == step.rows);
        CHECK(textOf(stored.read().deleted()) == step.deleted);
      }
    }
  }
}

const std::string kNewA = R"({"tag": "v1", "new_classes": ["A"]})";
const std::string kNewAB = R"({"tag": "v1", "new_classes": ["A", "B"]})";
const std::string kSqliteA = R"({"tag": "v1", "new_sqlite_classes": ["A"]})";
const std::string kAToB = R"(,{"tag": "v2", "renamed_classes": [{"from": "A", "to": "B"}]})";
const std::string kBToC = R"(,{"tag": "v3", "renamed_classes": [{"from": "B", "to": "C"}]})";
const std::string kNoA = R"(,{"tag": "v2", "deleted_classes": ["A"]})";
const std::string kAgainA = R"(,{"tag": "v3", "new_sqlite_classes": ["A"]})";

}  // namespace

TEST_CASE("a class has a key from its first use on, and its kind from the migrations") {
  run({
      {"without a migration", {{"w", "", {"A"}, "w.A=w-A"}}},
      {"new", {{"w", kNewA, {"A"}, "w.A=w-A"}}},
      {"new, with SQLite", {{"w", kSqliteA, {"A"}, "w.A=w-A/sqlite"}}},
      {"declared but not used", {{"w", kNewA, {}, ""}}},
      {"used before it is declared",
       {{"w", "", {"A"}, "w.A=w-A"}, {"w", kSqliteA, {"A"}, "w.A=w-A/sqlite"}}},
      {"not used for a while",
       {{"w", kNewA, {"A"}, "w.A=w-A"}, {"w", "", {}, "w.A=w-A"}, {"w", kNewA, {"A"}, "w.A=w-A"}}},
      {"several",
       {{"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"},
        {"w", kNewAB + kAgainA, {"A", "B", "C"}, "w.A=w-A/sqlite w.B=w-B w.C=w-C"}}},
      {"of two workers, with the same tags",
       {{"v", kNewA, {"A"}, "v.A=v-A"}, {"w", kSqliteA, {"A"}, "v.A=v-A w.A=w-A/sqlite"}}},
      {"whose key another one has",
       {{"a-b", "", {"C"}, "a-b.C=a-b-C"}, {"a", "", {"b-C"}, "a-b.C=a-b-C a.b-C=a-b-C-2"}}},
  });
}

TEST_CASE("exports say what there is, and need not go on saying what has been done") {
  const std::string exports = R"("exports": {)";
  const std::string a = R"("A": {"type": "durable-object", "storage": "sqlite"})";
  const std::string b = R"("B": {"type": "durable-object", "storage": "sqlite"})";
  const std::string legacy = R"("A": {"type": "durable-object", "storage": "legacy-kv"})";
  const std::string aToB =
      R"("A": {"type": "durable-object", "state": "renamed", "renamed_to": "B"})";
  const std::string noA = R"("A": {"type": "durable-object", "state": "deleted"})";
  const std::string fromV =
      R"("A": {"type": "durable-object", "state": "expecting-transfer", "storage": "sqlite",
               "transfer_from": "v"})";
  run({
      {"new, with SQLite", {{"w", exports + a + "}", {"A"}, "w.A=w-A/sqlite"}}},
      {"new, without", {{"w", exports + legacy + "}", {"A"}, "w.A=w-A"}}},
      {"renamed",
       {{"w", exports + a + "}", {"A"}, "w.A=w-A/sqlite"},
        {"w", exports + aToB + "," + b + "}", {"B"}, "w.B=w-A/sqlite"},
        {"w", exports + b + "}", {"B"}, "w.B=w-A/sqlite"}}},
      {"renamed, and the older branch again",
       {{"w", exports + a + "}", {"A"}, "w.A=w-A/sqlite"},
        {"w", exports + aToB + "," + b + "}", {"B"}, "w.B=w-A/sqlite"},
        {"w", exports + a + "}", {"A"}, "w.A=w-A/sqlite"}}},
      {"deleted",
       {{"w", exports + a + "}", {"A"}, "w.A=w-A/sqlite"},
        {"w", exports + noA + "}", {}, "", "w.A=w-A/sqlite by exports: A deleted"},
        {"w", exports + b + "}", {}, "", "w.A=w-A/sqlite by exports: A deleted"}}},
      {"transferred",
       {{"v", exports + a + "}", {"A"}, "v.A=v-A/sqlite"},
        {"w", exports + fromV + "}", {"A"}, "w.A=v-A/sqlite"},
        {"w", exports + a + "}", {"A"}, "w.A=v-A/sqlite"}}},
      {"in place of migrations",
       {{"w", kSqliteA, {"A"}, "w.A=w-A/sqlite"},
        {"w", kSqliteA + kAToB, {"B"}, "w.B=w-A/sqlite"},
        {"w", exports + b + "}", {"B"}, "w.B=w-A/sqlite"}}},
  });
}

TEST_CASE("a class that is renamed keeps its objects") {
  const std::string both =
      R"(,{"tag": "v2", "renamed_classes": [{"from": "B", "to": "C"}, {"from": "A", "to": "B"}]})";
  run({
      {"once",
       {{"w", kSqliteA, {"A"}, "w.A=w-A/sqlite"},
        {"w", kSqliteA + kAToB, {"B"}, "w.B=w-A/sqlite"}}},
      {"twice, one after the other",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB, {"B"}, "w.B=w-A"},
        {"w", kNewA + kAToB + kBToC, {"C"}, "w.C=w-A"}}},
      {"twice at once",
       {{"w", kNewA, {"A"}, "w.A=w-A"}, {"w", kNewA + kAToB + kBToC, {"C"}, "w.C=w-A"}}},
      {"in the order of the list, not of the tags",
       {{"w", kNewA, {"A"}, "w.A=w-A"}, {"w", kNewA + kBToC + kAToB, {"B"}, "w.B=w-A"}}},
      {"two in one migration",
       {{"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"},
        {"w", kNewAB + both, {"B", "C"}, "w.B=w-A w.C=w-B"}}},
      {"before it had any", {{"w", kSqliteA + kAToB, {"B"}, "w.B=w-B/sqlite"}}},
      {"and the old name is used again",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB + kAgainA, {"A", "B"}, "w.A=w-A-2/sqlite w.B=w-A"}}},
      {"to a name that is taken: what had it is set aside",
       {{"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"},
        {"w", kNewAB + kAToB, {"B"}, "w.B=w-A", "w.B=w-B by v2"}}},
      {"by a migration that was put before one that has run",
       {{"w", kNewA + kBToC, {"A"}, "w.A=w-A"}, {"w", kNewA + kAToB + kBToC, {"B"}, "w.B=w-A"}}},
  });
}

TEST_CASE("a class that is deleted leaves its objects set aside") {
  run({
      {"deleted",
       {{"w", kSqliteA, {"A"}, "w.A=w-A/sqlite"},
        {"w", kSqliteA + kNoA, {}, "", "w.A=w-A/sqlite by v2"}}},
      {"before it had any", {{"w", kNewA + kNoA, {}, ""}}},
      {"and new again: others",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kNoA + kAgainA, {"A"}, "w.A=w-A-2/sqlite", "w.A=w-A by v2"}}},
      {"after it was renamed",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w",
         kNewA + R"(,{"tag": "x", "renamed_classes": [{"from": "A", "to": "B"}]})" +
             R"(,{"tag": "y", "deleted_classes": ["B"]})",
         {},
         "",
         "w.B=w-A by y"}}},
      {"of one worker only",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", kNewA, {"A"}, "v.A=v-A w.A=w-A"},
        {"w", kNewA + kNoA, {}, "v.A=v-A", "w.A=w-A by v2"}}},
      {"one that is not there", {{"w", kNoA.substr(1), {}, ""}}},
  });
}

TEST_CASE("a class that goes to another worker takes its objects along") {
  const std::string taken =
      R"({"tag": "t", "transferred_classes": [{"from": "A", "from_script": "v", "to": "B"}]})";
  run({
      {"with another name", {{"v", kNewA, {"A"}, "v.A=v-A"}, {"w", taken, {"B"}, "w.B=v-A"}}},
      {"with its kind",
       {{"v", kSqliteA, {"A"}, "v.A=v-A/sqlite"}, {"w", taken, {"B"}, "w.B=v-A/sqlite"}}},
      {"which has one of that name: it is set aside",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", "", {"B"}, "v.A=v-A w.B=w-B"},
        {"w", taken, {"B"}, "w.B=v-A", "w.B=w-B by t"}}},
      {"and what is made under its name later is another one",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", taken, {"B"}, "w.B=v-A"},
        {"v", kNewA, {"A"}, "v.A=v-A-2 w.B=v-A"}}},
      {"before it had any", {{"w", taken, {"B"}, "w.B=w-B"}}},
      {"from the worker itself: it is renamed",
       {{"v", kNewA, {"A"}, "v.A=v-A"}, {"v", taken, {"B"}, "v.B=v-A"}}},
  });
}

TEST_CASE("a transfer that the configuration has no longer is undone") {
  const std::string taken =
      R"({"tag": "t", "transferred_classes": [{"from": "A", "from_script": "v", "to": "B"}]})";
  const std::string both = R"({"tag": "t", "transferred_classes": [
      {"from": "A", "from_script": "v", "to": "B"}, {"from": "B", "from_script": "v", "to": "A"}]})";
  run({
      {"and done again",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", taken, {"B"}, "w.B=v-A"},
        {"w", "", {}, "v.A=v-A"},
        {"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", taken, {"B"}, "w.B=v-A"}}},
      {"what it had set aside is back",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", "", {"B"}, "v.A=v-A w.B=w-B"},
        {"w", taken, {"B"}, "w.B=v-A", "w.B=w-B by t"},
        {"w", "", {"B"}, "v.A=v-A w.B=w-B"}}},
      {"and what was made under the old name since waits",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", taken, {"B"}, "w.B=v-A"},
        {"v", kNewA, {"A"}, "v.A=v-A-2 w.B=v-A"},
        {"w", "", {}, "v.A=v-A", "v.A=v-A-2 by after t of w"},
        {"w", taken, {"B"}, "v.A=v-A-2 w.B=v-A"}}},
      {"two that change names",
       {{"v", kNewAB, {"A", "B"}, "v.A=v-A v.B=v-B"},
        {"w", both, {"A", "B"}, "w.A=v-B w.B=v-A"},
        {"w", "", {}, "v.A=v-A v.B=v-B"}}},
      {"of a class that was deleted after it",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"w", taken + R"(,{"tag": "u", "deleted_classes": ["B"]})", {}, "", "w.B=v-A by u"},
        {"w", "", {}, "v.A=v-A"}}},
      {"which did nothing, as there was nothing", {{"w", taken, {}, ""}, {"w", "", {}, ""}}},
  });
}

TEST_CASE("what gave way to a rename is back when it is undone") {
  run({
      {"and gives way again",
       {{"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"},
        {"w", kNewAB + kAToB, {"B"}, "w.B=w-A", "w.B=w-B by v2"},
        {"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"},
        {"w", kNewAB + kAToB, {"B"}, "w.B=w-A", "w.B=w-B by v2"}}},
      {"of two renames",
       {{"w", kNewAB, {"A", "B", "C"}, "w.A=w-A w.B=w-B w.C=w-C"},
        {"w", kNewAB + kAToB + kBToC, {"C"}, "w.C=w-A", "w.B=w-B by v2 w.C=w-C by v3"},
        {"w", kNewAB, {"A", "B", "C"}, "w.A=w-A w.B=w-B w.C=w-C"}}},
      {"also when the same migration deleted the class that was renamed",
       {{"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"},
        {"w",
         kNewAB + R"(,{"tag": "v2", "renamed_classes": [{"from": "A", "to": "B"}],
                       "deleted_classes": ["B"]})",
         {},
         "",
         "w.B=w-A by v2 w.B=w-B by v2"},
        {"w", kNewAB, {"A", "B"}, "w.A=w-A w.B=w-B"}}},
  });
}

TEST_CASE("a class that is moved to where it is stays there") {
  // No configuration can say so; a table must not be lost over it.
  for (bool transferred : {false, true}) {
    CAPTURE(transferred);
    StoredTable stored;
    stored.start(configOf("w", kNewA), {"A"});
    Config config = configOf("w", kNewA);
    Migration migration;
    migration.tag = "v2";
    if (transferred) {
      migration.transferredClasses = {{"A", "A", "w"}};
    } else {
      migration.renamedClasses = {{"A", "A", ""}};
    }
    config.migrations.push_back(migration);
    stored.start(config, {"A"});
    CHECK(textOf(stored.read().rows()) == "w.A=w-A");
    stored.start(configOf("w", kNewA), {"A"});
    CHECK(textOf(stored.read().rows()) == "w.A=w-A");
    CHECK(stored.read().deleted().empty());
  }
}

TEST_CASE("a migration that the configuration has no longer is undone") {
  const std::string deletedB = R"(,{"tag": "v3", "deleted_classes": ["B"]})";
  run({
      {"a rename",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB, {"B"}, "w.B=w-A"},
        {"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB, {"B"}, "w.B=w-A"}}},
      {"renames, the last first",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB + kBToC, {"C"}, "w.C=w-A"},
        {"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB, {"B"}, "w.B=w-A"}}},
      {"a deletion",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kNoA, {}, "", "w.A=w-A by v2"},
        {"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kNoA, {}, "", "w.A=w-A by v2"}}},
      {"a deletion, after which the name was used again: each branch has its own objects",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kNoA + kAgainA, {"A"}, "w.A=w-A-2/sqlite", "w.A=w-A by v2"},
        {"w", kNewA, {"A"}, "w.A=w-A", "w.A=w-A-2/sqlite by after v2"},
        {"w", kNewA + kNoA + kAgainA, {"A"}, "w.A=w-A-2/sqlite", "w.A=w-A by v2"}}},
      {"a rename and a deletion after it",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB + deletedB, {}, "", "w.B=w-A by v3"},
        {"w", kNewA, {"A"}, "w.A=w-A"}}},
      {"a rename whose old name has other objects now: both stay",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kAToB, {"A", "B"}, "w.A=w-A-2 w.B=w-A"},
        {"w", kNewA, {"A"}, "w.A=w-A-2 w.B=w-A"}}},
      {"of this worker only",
       {{"v", kNewA, {"A"}, "v.A=v-A"},
        {"v", kNewA + kNoA, {}, "", "v.A=v-A by v2"},
        {"w", kNewA, {"A"}, "w.A=w-A", "v.A=v-A by v2"}}},
      {"and not one that was only changed",
       {{"w", kNewA, {"A"}, "w.A=w-A"},
        {"w", kNewA + kNoA, {}, "", "w.A=w-A by v2"},
        {"w", kNewA + R"(,{"tag": "v2"})", {}, "", "w.A=w-A by v2"}}},
  });
}

TEST_CASE("what was set aside is forgotten when it has been cleared") {
  StoredTable stored;
  stored.start(configOf("w", kNewA), {"A"});
  stored.start(configOf("w", kNewA + kNoA), {});
  ClassTable table = stored.read();
  REQUIRE(table.deleted().size() == 1);
  table.forgetDeleted();
  CHECK(table.deleted().empty());
  stored.write(table);
  CHECK(stored.read().deleted().empty());
  // On the older branch it is new.
  stored.start(configOf("w", kNewA), {"A"});
  CHECK(textOf(stored.read().rows()) == "w.A=w-A");
}

TEST_CASE("a worker without a name keeps the one that was made up for it") {
  StoredTable stored;
  stored.start(configOf("", kNewA), {"A"});
  auto row = stored.read().rows().at(0);
  CHECK(row.worker.starts_with("worker-"));
  CHECK(row.worker.size() == 7 + 16);
  CHECK(row.uniqueKey == row.worker + "-A");

  stored.start(configOf("", kNewA + kAToB), {"B"});
  auto renamed = stored.read().rows();
  REQUIRE(renamed.size() == 1);
  CHECK(renamed[0].worker == row.worker);
  CHECK(renamed[0].uniqueKey == row.uniqueKey);

  StoredTable other;
  other.start(configOf("", kNewA), {"A"});
  CHECK(other.read().rows().at(0).worker != row.worker);
}

TEST_CASE("workers without a name are told apart by where their configurations are") {
  struct Start {
    std::vector<std::string> paths;
    std::string want;
  };
  // What each has stored: its number, by the place at which it was first seen.
  const Start starts[] = {
      {{"/p/a.json", "/p/b.json"}, "0 1"},
      {{"/p/b.json", "/p/a.json"}, "1 0"},
      {{"/p/b.json"}, "1"},
      {{"/p/a.json", "/p/x/a.json", "/q/a.json"}, "0 2 3"},
      {{"/p/x/../a.json"}, "0"},
      {{"/moved/a.json", "/moved/x/a.json"}, "0 2"},
  };
  StoredTable stored;
  std::vector<std::string> seen;
  for (const auto& [paths, want] : starts) {
    CAPTURE(want);
    ClassTable table = stored.read();
    for (const auto& path : paths) table.apply(configOf("", kNewA, "", path));
    std::string got;
    for (const auto& path : paths) {
      std::string key = table.find(configOf("", kNewA, "", path), "A").uniqueKey;
      auto at = std::find(seen.begin(), seen.end(), key) - seen.begin();
      if (at == static_cast<std::ptrdiff_t>(seen.size())) seen.push_back(key);
      got += (got.empty() ? "" : " ") + std::to_string(at);
    }
    stored.write(table);
    CHECK(got == want);
  }
}

TEST_CASE("workers without a name do not undo each other's migrations") {
  const Config one = configOf("", kNewA + kAToB, "", "/p/a.json");
  const Config other = configOf("", kNewA, "", "/p/b.json");
  StoredTable stored;
  for (int time = 0; time < 2; ++time) {
    ClassTable table = stored.read();
    table.apply(one);
    table.apply(other);
    const std::string key = table.find(one, "B").uniqueKey;
    CHECK(key != table.find(other, "A").uniqueKey);
    CHECK(table.rows().size() == 2);
    stored.write(table);
  }
}

TEST_CASE("the one name that a table had for its unnamed workers goes to the first that asks") {
  ClassTable table(R"({"anonymous": "worker-0", "deleted": [], "migrations": [],
      "classes": [{"worker": "worker-0", "class": "A", "key": "k", "sqlite": false}]})");
  ClassTable again(table.toText());
  Config first = configOf("", kNewA, "", "/p/a.json");
  again.apply(first);
  CHECK(again.find(first, "A").uniqueKey == "k");
  CHECK(again.find(configOf("", kNewA, "", "/p/b.json"), "A").uniqueKey != "k");
}

TEST_CASE("a unique key that is written down is the class's") {
  const std::string given =
      R"(, "lathe": {"durable_object_namespaces": [{"class_name": "A", "unique_key": "mine"}]})";
  const std::string listed =
      R"(, "lathe": {"durable_object_namespaces": [{"class_name": "A", "prevent_eviction": true}]})";
  StoredTable stored;
  SUBCASE("from the start") { stored.start(configOf("w", kNewA, given), {"A"}); }
  SUBCASE("later") {
    stored.start(configOf("w", kNewA, listed), {"A"});
    CHECK(textOf(stored.read().rows()) == "w.A=w-A");
    stored.start(configOf("w", kNewA, given), {"A"});
  }
  CHECK(textOf(stored.read().rows()) == "w.A=mine");
  // It outlasts that, and goes along with a rename.
  stored.start(configOf("w", kNewA + kAToB), {"B"});
  CHECK(textOf(stored.read().rows()) == "w.B=mine");
}

TEST_CASE("a table that cannot be read is not taken for an empty one") {
  const std::string texts[] = {
      "{",
      "null",
      "[]",
      "{}",
      "\"\"",
      R"({"classes": []})",
      R"({"classes": [], "deleted": []})",
      R"({"classes": [], "migrations": []})",
      R"({"anonymous": 1, "classes": [], "deleted": [], "migrations": []})",
      R"({"anonymous": {"a.json": 1}, "classes": [], "deleted": [], "migrations": []})",
      R"({"classes": [{}], "deleted": [], "migrations": []})",
      R"({"classes": [{"worker": "w", "class": "A", "key": "k", "sqlite": 1}], "deleted": [], "migrations": []})",
      R"({"classes": [{"worker": "w", "class": "A", "key": null, "sqlite": true}], "deleted": [], "migrations": []})",
      R"({"classes": [], "deleted": [], "migrations": [{"worker": "w"}]})",
      R"({"classes": [], "deleted": [], "migrations": [{"worker": "w", "tag": "t", "renamed": [["", "A"]], "deleted": []}]})",
      R"({"classes": [], "deleted": [], "migrations": [{"worker": "w", "tag": "t", "renamed": [], "deleted": [1]}]})",
      R"({"classes": [], "deleted": [], "migrations": [{"worker": "w", "tag": "t", "renamed": [], "transferred": [["v"]], "deleted": []}]})",
      R"({"classes": [], "deleted": [], "migrations": [{"worker": "w", "tag": "t", "renamed": [], "deleted": []}]} x)",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    std::string message;
    try {
      ClassTable table(text);
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message.starts_with("the table of Durable Object classes is damaged: "));
  }
  CHECK(ClassTable("").rows().empty());
  CHECK(ClassTable(ClassTable("").toText()).rows().empty());
}

}  // namespace lathe::cli
