#include "cli/config.h"

#include <algorithm>
#include <string>
#include <variant>

#include <doctest/doctest.h>

#include "cli/project.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

using worker::Binding;

// A configuration's text, with what every one has in front; `text` begins on line 2.
Config configOf(const std::string& text, std::string_view environment = "") {
  ConfigFile file{"/project/wrangler.jsonc", "wrangler.jsonc", {}};
  file.root = parseJsonc("{\"name\": \"x\", \"main\": \"src/worker.js\",\n" + text + "}");
  return readConfig(file, {.environment = std::string(environment)});
}

std::string errorOf(const std::string& text, std::string_view environment = "") {
  try {
    configOf(text, environment);
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The bindings as text, such as `A=text a JSON=json {} S=service b#Admin KV=unsupported`.
std::string bindingsOf(const Config& config) {
  std::string all;
  for (const Binding& binding : config.bindings) {
    all += (all.empty() ? "" : " ") + binding.name + "=";
    if (auto* text = std::get_if<Binding::Text>(&binding.value)) all += "text:" + text->value;
    if (auto* json = std::get_if<Binding::Json>(&binding.value)) all += "json:" + json->value;
    if (auto* service = std::get_if<Binding::Service>(&binding.value)) {
      all += "service:" + service->worker + "#" + service->entrypoint;
    }
    if (auto* actors = std::get_if<Binding::Actors>(&binding.value)) {
      all += "actors:" + actors->worker + "#" + actors->className;
    }
    if (std::holds_alternative<Binding::Unsupported>(binding.value)) all += "unsupported";
  }
  return all;
}

}  // namespace

TEST_CASE("the defaults") {
  Config config = configOf("\"compatibility_date\": \"2026-08-01\"");
  CHECK(config.name == "x");
  CHECK(config.main.path == "/project/src/worker.js");
  CHECK(config.main.writtenAt == "wrangler.jsonc:1:23");
  CHECK(config.baseDir == "/project/src");
  CHECK(config.compatibility.date() == "2026-08-01");
  CHECK(config.cpuMs == 30'000);
  CHECK(config.memoryMb == 128);
  CHECK(config.bodyMb == 100);
  CHECK_FALSE(config.port);
  CHECK_FALSE(config.localProtocol);
  CHECK_FALSE(config.ip);
  CHECK(config.warnings.empty());
  CHECK(config.notices.empty());
}

TEST_CASE("every key reaches its place") {
  Config config = configOf(R"(
    "compatibility_date": "2026-08-01", "base_dir": ".",
    "limits": {"cpu_ms": 50}, "dev": {"ip": "0.0.0.0", "port": 80, "local_protocol": "https"},
    "lathe": {"memory_mb": 64, "body_mb": 1, "v8_flags": ["--expose-gc", "--trace-gc"]},
    "rules": [{"type": "Text", "globs": ["**/*.md"], "fallthrough": true}],
    "vars": {"A": "a", "B": {"b": [1, "two",],}, "C": 3, "D": null},
    "services": [{"binding": "S", "service": "y"},
                 {"binding": "T", "service": "x", "entrypoint": "Admin"}],
    "account_id": "a", "routes": ["x/*"], "workers_dev": false, "observability": {"enabled": true},
    "$schema": "node_modules/wrangler/config-schema.json")");
  CHECK(config.baseDir == "/project/");
  CHECK(config.cpuMs == 50);
  CHECK(config.ip == "0.0.0.0");
  CHECK(config.port == 80);
  CHECK(config.localProtocol == LocalProtocol::https);
  CHECK(config.memoryMb == 64);
  CHECK(config.bodyMb == 1);
  CHECK(v8Flags({config}) == "--expose-gc --trace-gc");
  CHECK(config.rules.typeOf("a.md") == worker::ModuleType::text);
  CHECK(bindingsOf(config) ==
        "A=text:a B=json:{\"b\":[1,\"two\"]} C=json:3 D=json:null S=service:y# T=service:x#Admin");
  CHECK(config.warnings.empty());
  CHECK(config.notices.empty());
}

TEST_CASE("mistakes are told with their place and what is expected") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("name": 3)", R"(2:9: "name" should be a text in quotes; found the number 3)"},
      {R"("name": "")", R"(2:9: "name" should be a name; found the text "")"},
      {R"("main": {})", R"(2:9: "main" should be a text in quotes; found an object)"},
      {R"("compatibility_date": 20260801)",
       R"(2:23: "compatibility_date" should be a text such as "2026-08-01"; found the number 20260801)"},
      {R"("compatibility_date": "yesterday")", "2:23: "},
      {R"("compatibility_flags": "nodejs_compat")",
       R"(2:24: "compatibility_flags" should be a list in brackets; found the text "nodejs_compat")"},
      {R"("compatibility_flags": ["nodejs_compat", 1])",
       R"(2:42: "compatibility_flags[1]" should be a text in quotes; found the number 1)"},
      {R"("compatibility_flags": ["nodejs_compat", "nodejs_compt"])", "2:42: "},
      {R"("vars": 3)", R"(2:9: "vars" should be an object in braces; found the number 3)"},
      {R"("vars": {"A": "1"}, "services": [{"binding": "A", "service": "x"}])",
       R"(two bindings are called "A")"},
      {R"("services": [{"service": "x"}])", R"(2:14: "services[0]" has no "binding")"},
      {R"("services": {"A": "x"})", R"("services" should be a list in brackets)"},
      {R"("rules": {})", R"(2:10: "rules" should be a list in brackets; found an object)"},
      {R"("rules": [{"type": "Txt", "globs": ["**/*.x"]}])", R"(2:20: "rules[0].type" should be)"},
      {R"("rules": [{"type": "Txt", "globs": ["**/*.x"]}])", R"(did you mean "Text"?)"},
      {R"("rules": [{"type": "Text"}])", R"(2:11: "rules[0]" has no "globs")"},
      {R"("rules": [{"type": "Text", "globs": "*"}])", R"("rules[0].globs" should be a list)"},
      {R"("limits": {"cpu_ms": "many"})", "a whole number from 1 to 2147483647"},
      {R"("limits": {"cpu_ms": -1})", "found the number -1"},
      {R"("limits": {"cpu_ms": 1.5})", "found the number 1.5"},
      {R"("dev": {"port": 70000})", "from 0 to 65535; found the number 70000"},
      {R"("dev": {"local_protocol": "htps"})", "did you mean \"https\"?"},
      {R"("dev": {"port": 1e3})", "found the number 1e3"},
      {R"("lathe": [])", R"(2:10: "lathe" should be an object in braces; found a list)"},
      {R"("lathe": {"memory_mbs": 5})",
       R"(2:11: unknown key "lathe.memory_mbs"; did you mean "memory_mb"?)"},
      {R"("lathe": {"memory_mb": "much"})", "a whole number"},
      {R"("lathe": {"memory_mb": 0})", "a whole number from 8 to 65536; found the number 0"},
      {R"("lathe": {"v8_flags": ["expose-gc"]})", R"(a flag such as "--expose-gc")"},
      {R"("lathe": {"modules": []})", "a list with at least one module"},
      {R"("lathe": {"modules": [{"name": "a", "type": "Script", "path": "a.js"}]})",
       R"(2:45: "lathe.modules[0].type" should be ESModule, CommonJS, )"},
      {R"("lathe": {"modules": [{"name": "a", "type": "Text", "path": "a.js"}]})",
       "has to be an ESModule"},
      {R"("lathe": {"modules": [{"name": "a", "type": "ESModule"}]})", R"(has no "path")"},
      {R"("lathe": {"modules": [{"name": "a", "typ": "ESModule", "path": "a"}]})",
       R"(unknown key "lathe.modules[0].typ"; did you mean "type"?)"},
      {R"("lathe": {"modules": [{"name": "a", "type": "ESModule", "path": "a"},
                                {"name": "a", "type": "Text", "path": "b"}]})",
       R"(3:42: two modules are called "a")"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    std::string got = errorOf(text);
    CAPTURE(got);
    CHECK(got.starts_with("wrangler.jsonc:"));
    CHECK(contains(got, want));
  }
}

TEST_CASE("a configuration without a script says what is missing") {
  ConfigFile file{"/project/wrangler.jsonc", "wrangler.jsonc", parseJsonc("\n{}")};
  try {
    readConfig(file, {});
    FAIL("no error");
  } catch (const ConfigError& error) {
    CHECK(contains(error.what(), "wrangler.jsonc:2:1: \"main\" is missing"));
  }
}

TEST_CASE("a worker without a name is called after its file or folder") {
  for (auto [path, want] :
       {std::pair{"/shop/wrangler.json", "shop"}, std::pair{"/shop/front.jsonc", "front"},
        std::pair{"/wrangler.json", "worker"}}) {
    ConfigFile file{path, "c", parseJsonc("{\"main\": \"a.js\"}")};
    CHECK(readConfig(file, {}).name == want);
  }
  CHECK(configForScript("/shop/front.js", {}).name == "front");
}

TEST_CASE("an environment inherits as with wrangler") {
  const std::string text = R"(
    "compatibility_date": "2026-08-01", "limits": {"cpu_ms": 10},
    "vars": {"A": "top"}, "kv_namespaces": [{"binding": "KV", "id": "1"}],
    "lathe": {"memory_mb": 64, "body_mb": 5},
    "env": {
      "bare": {},
      "full": {
        "name": "other", "main": "other.js", "vars": {"B": "own"},
        "r2_buckets": [{"binding": "R2", "bucket_name": "b"}],
        "lathe": {"body_mb": 6}, "dev": {"port": 1}
      },
    })";
  Config top = configOf(text);
  CHECK(bindingsOf(top) == "A=text:top KV=unsupported");

  Config bare = configOf(text, "bare");
  CHECK(bare.name == "x-bare");
  CHECK(bare.main.path == "/project/src/worker.js");
  CHECK(bare.cpuMs == 10);
  CHECK(bindingsOf(bare) == "");
  REQUIRE(bare.warnings.size() == 2);
  CHECK(contains(bare.warnings[0], "\"kv_namespaces\" is not inherited by \"env.bare\""));
  CHECK(contains(bare.warnings[1], "\"vars.A\" is not inherited by \"env.bare\""));

  Config full = configOf(text, "full");
  CHECK(full.name == "other");
  CHECK(full.main.path == "/project/other.js");
  CHECK(bindingsOf(full) == "B=text:own R2=unsupported");
  CHECK(full.memoryMb == 64);
  CHECK(full.bodyMb == 6);
  CHECK_FALSE(full.port);
  REQUIRE(full.warnings.size() == 3);
  CHECK(contains(full.warnings[0], "\"env.full.dev\" has no effect in an environment"));
  CHECK(contains(full.warnings[1], "\"kv_namespaces\" is not inherited by \"env.full\""));
  CHECK(contains(full.warnings[2], "\"vars.A\" is not inherited by \"env.full\""));

  CHECK(contains(errorOf(text, "ful"), "no environment \"ful\"; did you mean \"full\"?"));
  CHECK(contains(errorOf(text, "staging"), "no environment \"staging\"; there are bare, full"));

  // Without any environments the top level serves for each.
  Config none =
      configOf("\"vars\": {\"A\": \"top\"}, \"compatibility_date\": \"2026-08-01\"", "far");
  CHECK(none.name == "x-far");
  CHECK(bindingsOf(none) == "A=text:top");
  REQUIRE(none.warnings.size() == 1);
  CHECK(contains(none.warnings[0], "has no \"env\"; its top level is used"));
}

TEST_CASE("what lathe does not have yet is said once, and its bindings throw") {
  struct {
    std::string text;
    std::string notice;  // empty: none
    std::string bindings;
  } cases[] = {
      {R"("kv_namespaces": [{"binding": "A"}, {"binding": "B"}])",
       R"(wrangler.jsonc:2:1: "kv_namespaces": lathe does not have KV namespaces yet; using env.A, env.B throws)",
       "A=unsupported B=unsupported"},
      {R"("kv_namespaces": [])", "", ""},
      {R"("queues": {"producers": [{"binding": "Q", "queue": "q"}]})",
       R"(wrangler.jsonc:2:1: "queues": lathe does not have queues yet; using env.Q throws)",
       "Q=unsupported"},
      {R"("assets": {"directory": "public"})",
       R"(wrangler.jsonc:2:1: "assets": lathe does not have static assets yet)", ""},
      {R"("ai": {"binding": "AI"})",
       R"(wrangler.jsonc:2:1: "ai": lathe does not have Workers AI yet; using env.AI throws)",
       "AI=unsupported"},
      {R"("text_blobs": {"T": "t.txt"})",
       R"(wrangler.jsonc:2:1: "text_blobs": lathe does not have text blobs yet; using env.T throws)",
       "T=unsupported"},
      {R"("triggers": {"crons": []})", "", ""},
  };
  for (const auto& [text, notice, bindings] : cases) {
    CAPTURE(text);
    Config config = configOf("" + text + R"(, "compatibility_date": "2026-08-01")");
    CHECK(config.notices.size() == (notice.empty() ? 0 : 1));
    if (!config.notices.empty()) CHECK(config.notices[0] == notice);
    CHECK(config.warnings.empty());
    CHECK(bindingsOf(config) == bindings);
  }
}

TEST_CASE("actors are bound by class, and their unique keys can be chosen") {
  Config config = configOf(R"("compatibility_date": "2026-08-01", "durable_objects": {"bindings": [
    {"name": "A", "class_name": "Room"}, {"name": "B", "class_name": "Hall", "script_name": "other"}
  ]}, "lathe": {"durable_object_namespaces": [
    {"class_name": "Room", "unique_key": "mykey", "prevent_eviction": true}, {"class_name": "Hut"}
  ]})");
  CHECK(bindingsOf(config) == "A=actors:x#Room B=actors:other#Hall");
  REQUIRE(config.services.size() == 1);
  CHECK(config.services[0].service == "other");
  REQUIRE(config.actorClasses.size() == 2);
  CHECK(config.actorClasses[0].uniqueKey == "mykey");
  CHECK(config.actorClasses[0].preventEviction);
  CHECK(config.actorClasses[1].uniqueKey.empty());  // the table of classes makes one
  CHECK_FALSE(config.actorClasses[1].preventEviction);
  CHECK(contains(errorOf(R"("durable_objects": {"bindings": [{"name": "A"}]})"), "class_name"));
  CHECK(contains(errorOf(R"("lathe": {"durability": "none"})"), "should be fsync or os"));
  CHECK(contains(errorOf(R"("lathe": {"durable_object_namespaces": [{"class_nam": "A"}]})"),
                 "did you mean \"class_name\"?"));
}

TEST_CASE("what nobody knows is a warning with the nearest name") {
  struct {
    std::string text;
    std::string want;
  } cases[] = {
      {R"("compatibility_flag": [])",
       R"(2:1: "compatibility_flag" is not a key of wrangler's; did you mean "compatibility_flags"?)"},
      {R"("zzzzzzzzzz": 1)", R"(2:1: "zzzzzzzzzz" is not a key of wrangler's)"},
      {R"("dev": {"prot": 1})", R"(2:9: "dev.prot" is an unknown key; did you mean "port"?)"},
      {R"("kv_namespaces": [{"bindng": "A"}])",
       R"(2:20: "kv_namespaces[0].bindng" is an unknown key; did you mean "binding"?)"},
      {R"("queues": {"producers": [{"binding": "Q", "queu": "q"}]})",
       R"(2:43: "queues.producers[0].queu" is an unknown key; did you mean "queue"?)"},
      {R"("build": {"comand": "make"})",
       R"(2:11: "build.comand" is an unknown key; did you mean "command"?)"},
      {R"("vars": {}, "vars": {})", R"(2:1: "vars" is written twice; the last one counts)"},
      {R"("vars": {"A": "a"}, "compatibility_date": "2099-01-01")", "2:43: "},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    bool dated = contains(text, "compatibility_date");
    Config config = configOf(dated ? text : text + R"(, "compatibility_date": "2026-08-01")");
    REQUIRE(config.warnings.size() == 1);
    CHECK(contains(config.warnings[0], "wrangler.jsonc:" + want));
  }
}

TEST_CASE("workers are loaded together by their names") {
  Config shop = configOf(R"("name": "shop", "services": [{"binding": "B", "service": "bank"}])");
  Config bank = configOf(R"("name": "bank", "services": [{"binding": "S", "service": "bank"}])");
  CHECK(workerSources({shop, bank}).size() == 2);
  CHECK_THROWS_WITH_AS(workerSources({bank, bank}),
                       "two workers are called \"bank\": that of wrangler.jsonc and that of "
                       "wrangler.jsonc",
                       ConfigError);
  shop.services[0].service = "bnak";
  CHECK_THROWS_WITH_AS(workerSources({shop, bank}),
                       "wrangler.jsonc:2:58: no worker named \"bnak\" is loaded together with this "
                       "one; did you mean \"bank\"?",
                       ConfigError);
}

TEST_CASE("a choice leads to its configuration") {
  TemporaryFolder folder;
  folder.write("wrangler.json", R"({"name": "json", "main": "a.js"})");
  folder.write("sub/wrangler.jsonc", R"({"name": "jsonc", "main": "a.js"})");
  folder.write("toml/wrangler.toml", "name = 1");
  folder.write("empty/a.txt", "");
  auto nameOf = [&](const std::string& path) {
    return loadConfig({(folder.path() / path).string(), ""}).name;
  };
  CHECK(nameOf("wrangler.json") == "json");
  CHECK(nameOf("") == "json");
  CHECK(nameOf("sub") == "jsonc");
  CHECK(nameOf("sub/front.js") == "jsonc");
  CHECK(nameOf("empty/front.js") == "json");
  CHECK(loadConfig({(folder.path() / "empty/front.js").string(), ""}).main.path ==
        folder.path() / "empty/front.js");
  for (const char* wrong : {"toml", "toml/wrangler.toml", "empty", "absent.json", "absent.jsonc"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(nameOf(wrong), ConfigError);
  }
  CHECK_THROWS_AS(loadConfig({(folder.path() / "empty/front.js").string(), "far", "absent.json"}),
                  ConfigError);
  CHECK(findConfigFile(folder.path() / "empty") == folder.path() / "wrangler.json");
  CHECK(findConfigFile(folder.path() / "sub") == folder.path() / "sub/wrangler.jsonc");
  CHECK(findConfigFile(folder.path() / "toml") == folder.path() / "toml/wrangler.toml");
}

TEST_CASE("of several configurations in a folder, the one with comments counts") {
  TemporaryFolder folder;
  folder.write("wrangler.toml", "name = \"toml\"\nmain = \"a.js\"");
  auto load = [&] { return loadConfig({folder.path().string()}); };
  CHECK(load().name == "toml");
  folder.write("wrangler.json", R"({"name": "json", "main": "a.js"})");
  CHECK(load().name == "json");
  folder.write("wrangler.jsonc", R"({"name": "jsonc", "main": "a.js"})");
  Config config = load();
  CHECK(config.name == "jsonc");
  CHECK(contains(config.warnings.back(), "wrangler would read"));
}

TEST_CASE("the command line has more weight than the configuration") {
  TemporaryFolder folder;
  folder.write("wrangler.jsonc",
               R"({"name": "x", "main": "a.js", "compatibility_date": "2024-01-01",
    "compatibility_flags": ["nodejs_compat"], "vars": {"A": "config", "B": 2, "C": "config"},
    "alias": {"left": "./left.js", "both": "./config.js", "react": "preact/compat"}})");
  folder.write(".dev.vars", "A=file\nC=file\nD=file");
  ProjectChoice choice;
  choice.path = folder.path().string();
  choice.name = "y";
  choice.compatibilityDate = "2026-08-01";
  choice.compatibilityFlags = {"nodejs_als"};
  choice.variables = {{"C", "line"}, {"E", "a:b"}};
  choice.aliases = {{"both", "./line.js"}};
  Config config = loadConfig(choice);
  CHECK(config.name == "y");
  CHECK(config.compatibility.date() == "2026-08-01");
  CHECK(bindingsOf(config) == "A=text:file B=json:2 C=text:line D=text:file E=text:a:b");
  std::string origins;
  for (const VariableOrigin& variable : config.variables) {
    auto slash = variable.source.rfind('/');
    origins += variable.source.substr(slash == std::string::npos ? 0 : slash + 1) + " ";
  }
  CHECK(origins == ".dev.vars:1 wrangler.jsonc:2:76 --var .dev.vars:3 --var ");
  REQUIRE(config.aliases.size() == 3);
  CHECK(config.aliases[1].package == "preact/compat");
  CHECK(config.aliases[2].path == folder.path() / "line.js");
  CHECK(config.files.front() == folder.path() / "wrangler.jsonc");
  CHECK(std::ranges::find(config.files, folder.path() / ".dev.vars") != config.files.end());

  choice.compatibilityDate = "tomorrow";
  CHECK_THROWS_WITH_AS(loadConfig(choice), doctest::Contains("--compatibility-date: "),
                       ConfigError);
}

TEST_CASE("a variable of a file gives way to a binding") {
  TemporaryFolder folder;
  folder.write("wrangler.jsonc",
               R"({"name": "x", "main": "a.js", "compatibility_date": "2026-08-01",
    "kv_namespaces": [{"binding": "KV", "id": "1"}]})");
  folder.write(".env", "KV=1\nA=2");
  Config config = loadConfig({folder.path().string()});
  CHECK(bindingsOf(config) == "A=text:2 KV=unsupported");
  REQUIRE(config.warnings.size() == 1);
  CHECK(contains(config.warnings[0], ".env:1: \"KV\" gives way to the binding of that name"));
}

TEST_CASE("a build command has its folder and what to watch") {
  Config config =
      configOf(R"("build": {"command": "make", "cwd": "web", "watch_dir": ["a", "b"]})");
  REQUIRE(config.build);
  CHECK(config.build->command == "make");
  CHECK(config.build->folder == "/project/web");
  CHECK(config.build->watched == std::vector<std::filesystem::path>{"/project/a", "/project/b"});
  CHECK(config.build->writtenAt == "wrangler.jsonc:2:22");
  config = configOf(R"("build": {"command": "make"})");
  CHECK(config.build->watched == std::vector<std::filesystem::path>{"/project/src"});
  CHECK_FALSE(configOf(R"("build": {"watch_dir": "a"})").build);
}

}  // namespace lathe::cli
