// The key `exports`: what it says and what is wrong with it.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/config.h"

namespace lathe::cli {
namespace {

// `text` begins on line 2.
Config configOf(const std::string& text) {
  ConfigFile file{"/project/wrangler.jsonc", "wrangler.jsonc", {}};
  file.root = parseJsonc("{\"name\": \"x\", \"main\": \"a.js\",\n" + text + "}");
  return readConfig(file, {});
}

std::string errorOf(const std::string& text) {
  try {
    configOf(text);
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

// Such as `exports: A deleted: -A | exports: +B +sqlite:C`.
std::string migrationsOf(const std::string& text) {
  std::string all;
  for (const Migration& migration : configOf(text).migrations) {
    std::string line = migration.tag + ":";
    for (const auto& name : migration.newClasses) line += " +" + name;
    for (const auto& name : migration.newSqliteClasses) line += " +sqlite:" + name;
    for (const auto& rename : migration.renamedClasses) line += " " + rename.from + ">" + rename.to;
    for (const auto& transfer : migration.transferredClasses) {
      line += " " + transfer.fromWorker + "#" + transfer.from + ">" + transfer.to;
    }
    for (const auto& name : migration.deletedClasses) line += " -" + name;
    all += (all.empty() ? "" : " | ") + line;
  }
  return all;
}

}  // namespace

TEST_CASE("exports say which classes there are and what has become of others") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("exports": {})", ""},
      {R"("exports": {"A": {"type": "durable-object", "storage": "sqlite"}})",
       "exports: +sqlite:A"},
      {R"("exports": {"A": {"type": "durable-object", "state": "created", "storage": "legacy-kv"}})",
       "exports: +A"},
      {R"("exports": {"A": {"type": "durable-object", "state": "deleted"}})",
       "exports: A deleted: -A"},
      {R"("exports": {"A": {"type": "durable-object", "state": "renamed", "renamed_to": "B"},
                      "B": {"type": "durable-object", "storage": "sqlite"}})",
       "exports: A renamed to B: A>B | exports: +sqlite:B"},
      {R"("exports": {"A": {"type": "durable-object", "state": "transferred",
                            "transferred_to": "other"}})",
       ""},
      {R"("exports": {"A": {"type": "durable-object", "state": "expecting-transfer",
                            "storage": "sqlite", "transfer_from": "other"}})",
       "exports: A transferred from other: other#A>A | exports: +sqlite:A"},
      {R"("exports": {"W": {"type": "worker"}}, "migrations": [{"tag": "v1", "new_classes": ["A"]}])",
       "v1: +A"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(migrationsOf(text) == want);
  }
}

TEST_CASE("what exports say and lathe does not have is told") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("exports": {"A": {"type": "worker"}})", ""},
      {R"("exports": {"A": {"type": "worker", "cache": {"enabled": false}}})", ""},
      {R"("exports": {"A": {"type": "worker", "cache": {"enabled": true}}})",
       "wrangler.jsonc:2:37: \"exports.A.cache\": lathe does not have a cache in front of workers "
       "yet"},
      {R"("exports": {"A": {"type": "workflow", "name": "a"}})",
       "wrangler.jsonc:2:13: \"exports.A\": lathe does not have Workflows yet"},
      {R"("exports": {"A": {"type": "durable-object", "storage": "sqlite", "container": "c"}})",
       "wrangler.jsonc:2:66: \"exports.A.container\": lathe does not have containers yet"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    std::string all;
    for (const std::string& line : configOf(text).notices) all += line;
    CHECK(all == want);
  }
}

TEST_CASE("what is wrong with exports is told with its place") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("exports": [])", "should be an object in braces"},
      {R"("exports": {"A": 1})", "should be an object in braces"},
      {R"("exports": {"": {"type": "durable-object", "storage": "sqlite"}})",
       "wrangler.jsonc:2:13: a class needs a name"},
      {R"("exports": {"A": {}})", "has no \"type\""},
      {R"("exports": {"A": {"type": "durable-objects"}})", "did you mean \"durable-object\"?"},
      {R"("exports": {"A": {"type": "durable-object"}})", "has no \"storage\""},
      {R"("exports": {"A": {"type": "durable-object", "storage": "sqlight"}})",
       "should be sqlite or legacy-kv"},
      {R"("exports": {"A": {"type": "durable-object", "storage": "sqlite", "state": "gone"}})",
       "should be created, deleted, renamed, transferred or expecting-transfer"},
      {R"("exports": {"A": {"type": "durable-object", "storage": "sqlite", "state": "deleted"}})",
       "unknown key \"exports.A.storage\""},
      {R"("exports": {"A": {"type": "durable-object", "state": "renamed"}})",
       "has no \"renamed_to\""},
      {R"("exports": {"A": {"type": "durable-object", "state": "renamed", "renamed_to": "A"}})",
       "the class is called \"A\" already"},
      {R"("exports": {"A": {"type": "durable-object", "state": "renamed", "renamed_to": "B"}})",
       "there is no \"durable-object\" called \"B\" in \"exports\""},
      {R"("exports": {"A": {"type": "durable-object", "state": "transferred"}})",
       "has no \"transferred_to\""},
      {R"("exports": {"A": {"type": "durable-object", "state": "expecting-transfer",
                            "storage": "sqlite"}})",
       "has no \"transfer_from\""},
      {R"("exports": {"A": {"type": "durable-object", "storage": "legacy-kv", "container": "c"}})",
       "needs the storage \"sqlite\""},
      {R"("exports": {"A": {"type": "worker", "storage": "sqlite"}})",
       "unknown key \"exports.A.storage\""},
      {R"("exports": {"A": {"type": "durable-object", "storage": "sqlite"}},
          "migrations": [{"tag": "v1", "new_classes": ["A"]}])",
       "keep one of them"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    const std::string error = errorOf(text);
    CAPTURE(error);
    CHECK(error.find("wrangler.jsonc:2:") == 0);
    CHECK(error.find(want) != std::string::npos);
  }
}

}  // namespace lathe::cli
