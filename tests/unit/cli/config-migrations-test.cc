// The key `migrations`: what it says and what is wrong with it.
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "cli/config.h"

namespace lathe::cli {
namespace {

// `text` begins on line 2.
Config configOf(const std::string& text, std::string_view environment = "") {
  ConfigFile file{"/project/wrangler.jsonc", "wrangler.jsonc", {}};
  file.root = parseJsonc("{\"name\": \"x\", \"main\": \"a.js\",\n" + text + "}");
  return readConfig(file, {.environment = std::string(environment)});
}

std::string errorOf(const std::string& text) {
  try {
    configOf(text);
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

void append(std::string& line, const char* what, const std::vector<std::string>& names) {
  for (const std::string& name : names) line += std::string(" ") + what + name;
}

void append(std::string& line, const std::vector<Migration::Rename>& renames) {
  for (const auto& rename : renames) {
    line += " " + rename.fromWorker + (rename.fromWorker.empty() ? "" : "#") + rename.from + ">" +
            rename.to;
  }
}

// Such as `v1: +A +sqlite:B | v2: A>C other#D>E -F`.
std::string migrationsOf(const Config& config) {
  std::string all;
  for (const Migration& migration : config.migrations) {
    std::string line = migration.tag + ":";
    append(line, "+", migration.newClasses);
    append(line, "+sqlite:", migration.newSqliteClasses);
    append(line, migration.renamedClasses);
    append(line, migration.transferredClasses);
    append(line, "-", migration.deletedClasses);
    all += (all.empty() ? "" : " | ") + line;
  }
  return all;
}

}  // namespace

TEST_CASE("every kind of migration is read, in the order in which they are written") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("vars": {})", ""},
      {R"("migrations": [])", ""},
      {R"("migrations": [{"tag": "v1"}])", "v1:"},
      {R"("migrations": [{"tag": "v1", "new_classes": []}])", "v1:"},
      {R"("migrations": [{"tag": "v1", "new_classes": ["A", "B"]}])", "v1: +A +B"},
      {R"("migrations": [{"tag": "v1", "new_sqlite_classes": ["A"]}])", "v1: +sqlite:A"},
      {R"("migrations": [{"tag": "v1", "new_classes": ["A"], "new_sqlite_classes": ["B"]}])",
       "v1: +A +sqlite:B"},
      {R"("migrations": [{"tag": "v1", "deleted_classes": ["A", "B"]}])", "v1: -A -B"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"from": "A", "to": "B"}]}])",
       "v1: A>B"},
      {R"("migrations": [{"tag": "v1", "renamed_classes":
           [{"from": "B", "to": "C"}, {"from": "A", "to": "B"}]}])",
       "v1: B>C A>B"},
      {R"("migrations": [{"tag": "v1", "transferred_classes":
           [{"from": "A", "from_script": "other", "to": "B"}]}])",
       "v1: other#A>B"},
      {R"("migrations": [{"tag": "v1", "transferred_classes":
           [{"from": "A", "from_script": "other", "to": "A"}]}])",
       "v1: other#A>A"},
      {R"("migrations": [{"tag": "v2", "new_classes": ["A"]},
                         {"tag": "v1", "deleted_classes": ["A"]}])",
       "v2: +A | v1: -A"},
      {R"("migrations": [{"tag": " ", "new_classes": ["Ä", "$"]}])", " : +Ä +$"},
      {R"("migrations": [
            {"tag": "v1", "new_sqlite_classes": ["A", "B"]},
            {"tag": "v2", "renamed_classes": [{"from": "A", "to": "C"}], "deleted_classes": ["B"]},
          ])",
       "v1: +sqlite:A +sqlite:B | v2: A>C -B"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    Config config = configOf(text + R"(, "compatibility_date": "2026-08-01")");
    CHECK(migrationsOf(config) == want);
    CHECK(config.warnings.empty());
    CHECK(config.notices.empty());
  }
}

TEST_CASE("mistakes in migrations are told with their place and what is expected") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("migrations": {"tag": "v1"})",
       R"(2:15: "migrations" should be a list in brackets; found an object)"},
      {R"("migrations": "v1")",
       R"(2:15: "migrations" should be a list in brackets; found the text "v1")"},
      {R"("migrations": ["v1"])",
       R"(2:16: "migrations[0]" should be an object in braces; found the text "v1")"},
      {R"("migrations": [{}])", R"(2:16: "migrations[0]" has no "tag")"},
      {R"("migrations": [{"new_classes": ["A"]}])", R"(2:16: "migrations[0]" has no "tag")"},
      {R"("migrations": [{"tag": 1}])",
       R"(2:24: "migrations[0].tag" should be a text in quotes; found the number 1)"},
      {R"("migrations": [{"tag": ""}])",
       R"(2:24: "migrations[0].tag" should be a name; found the text "")"},
      {"\"migrations\": [{\"tag\": \"v1\"}, {\"tag\": \"v2\"},\n{\"tag\": \"v1\"}]",
       R"(3:9: the tag "v1" is used twice)"},
      {R"("migrations": [{"tag": "v1", "new_class": ["A"]}])",
       R"(2:30: unknown key "migrations[0].new_class"; did you mean "new_classes"?)"},
      {R"("migrations": [{"tag": "v1", "renames": []}])",
       R"(2:30: unknown key "migrations[0].renames")"},
      {R"("migrations": [{"tag": "v1", "new_classes": "A"}])",
       R"(2:45: "migrations[0].new_classes" should be a list in brackets; found the text "A")"},
      {R"("migrations": [{"tag": "v1", "new_sqlite_classes": ["A", 2]}])",
       R"(2:58: "migrations[0].new_sqlite_classes[1]" should be a text in quotes; found the number 2)"},
      {R"("migrations": [{"tag": "v1", "deleted_classes": [{"from": "A"}]}])",
       R"(2:50: "migrations[0].deleted_classes[0]" should be a text in quotes; found an object)"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": {"A": "B"}}])",
       R"(2:49: "migrations[0].renamed_classes" should be a list in brackets; found an object)"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": ["A"]}])",
       R"(2:50: "migrations[0].renamed_classes[0]" should be an object in braces; found the text "A")"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"to": "B"}]}])",
       R"(2:50: "migrations[0].renamed_classes[0]" has no "from")"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"from": "A"}]}])",
       R"(2:50: "migrations[0].renamed_classes[0]" has no "to")"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"from": "A", "to": ""}]}])",
       R"(2:70: "migrations[0].renamed_classes[0].to" should be a name; found the text "")"},
      {R"("migrations": [{"tag": "v1", "transferred_classes": [{"from": "A", "to": "B"}]}])",
       R"(2:54: "migrations[0].transferred_classes[0]" has no "from_script")"},
      {R"("migrations": [{"tag": "v1"}, {"tag": "v2", "transferred_classes":
           [{"from": "A", "to": "B", "from_script": null}]}])",
       R"(3:53: "migrations[1].transferred_classes[0].from_script" should be a text in quotes; found null)"},
      {R"("migrations": [{"tag": "v1", "new_classes": ["A", ""]}])",
       R"(2:51: "migrations[0].new_classes[1]" should be a name; found the text "")"},
      {R"("migrations": [{"tag": "v1", "deleted_classes": [""]}])",
       R"(2:50: "migrations[0].deleted_classes[0]" should be a name; found the text "")"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"form": "A", "to": "B"}]}])",
       R"(2:51: unknown key "migrations[0].renamed_classes[0].form"; did you mean "from"?)"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"from": "A", "to": "B", "from_script": "v"}]}])",
       R"(2:75: unknown key "migrations[0].renamed_classes[0].from_script")"},
      {R"("migrations": [{"tag": "v1", "transferred_classes": [{"from_scrpt": "v", "from": "A", "to": "B"}]}])",
       R"(2:55: unknown key "migrations[0].transferred_classes[0].from_scrpt"; did you mean "from_script"?)"},
      {R"("migrations": [{"tag": "v1", "renamed_classes": [{"from": "A", "to": "A"}]}])",
       R"(2:70: "migrations[0].renamed_classes[0].to": the class is called "A" already)"},
      {R"("migrations": [{"tag": "v1", "transferred_classes": [{"from": "A", "from_script": "x", "to": "A"}]}])",
       R"(2:94: "migrations[0].transferred_classes[0].to": the class is called "A" already)"},
      {R"("lathe": {"durable_object_namespaces": [{"class_name": "A", "unique_key": "k"},
           {"class_name": "B", "unique_key": "k"}]})",
       R"(3:46: the unique key "k" is that of the class "A" already)"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(errorOf(text) == "wrangler.jsonc:" + want);
  }
}

TEST_CASE("an environment has the migrations of the top level, or its own instead") {
  const std::string text = R"("compatibility_date": "2026-08-01",
    "migrations": [{"tag": "v1", "new_classes": ["A"]}],
    "env": {
      "same": {},
      "own": {"migrations": [{"tag": "w1", "new_sqlite_classes": ["B"]}]},
      "none": {"migrations": []}
    })";
  CHECK(migrationsOf(configOf(text)) == "v1: +A");
  CHECK(migrationsOf(configOf(text, "same")) == "v1: +A");
  CHECK(migrationsOf(configOf(text, "own")) == "w1: +sqlite:B");
  CHECK(migrationsOf(configOf(text, "none")).empty());
}

TEST_CASE("a script without a configuration has no migrations") {
  CHECK(configForScript("/shop/front.js", {}).migrations.empty());
}

}  // namespace lathe::cli
