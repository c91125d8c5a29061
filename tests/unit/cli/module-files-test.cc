#include "cli/module-files.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "cli/module-rules.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

using worker::LoadError;
using worker::ModuleType;

TEST_CASE("globs") {
  struct {
    std::string_view glob;
    std::string_view name;
    bool matches;
  } cases[] = {
      {"**/*.txt", "a.txt", true},
      {"**/*.txt", "a/b/c.txt", true},
      {"**/*.txt", "../shared/c.txt", true},
      {"**/*.txt", "a.txt.js", false},
      {"**/*.txt", ".txt", true},
      {"*.txt", "a/b.txt", true},  // no slash: any folder
      {"a/*.txt", "a/b.txt", true},
      {"a/*.txt", "a/b/c.txt", false},
      {"./a/*.txt", "a/b.txt", true},
      {"a/**/c.txt", "a/c.txt", true},
      {"a/**/c.txt", "a/b/b/c.txt", true},
      {"a/**/c.txt", "b/c.txt", false},
      {"a/**", "a/b/c", true},
      {"**/*.wasm?module", "a/b.wasm?module", true},
      {"**/*.wasm?module", "a/b.wasmxmodule", false},  // `?` is itself
      {"**/[ab].txt", "a.txt", false},
      {"**/[ab].txt", "[ab].txt", true},
      {"", "", true},
      {"", "a", false},
      {"**", "a/b", true},
      {"a/***", "a/b", true},
      {"a/***", "a/b/c", true},
      {"a**/b", "ac/d/b", true},
      {"a**/b", "ab", true},
      {"**/a/**/b", "a/b", true},
      {"**/a/**/b", "x/a/a/y/b", true},
      {"**/a/**/b", "x/a/y/c", false},
      {"*a*a*b.txt", "aaab.txt", true},
      {"*a*a*a*a.txt", "aaa.txt", false},
  };
  for (const auto& [glob, name, matches] : cases) {
    CAPTURE(glob);
    CAPTURE(name);
    CHECK(matchesGlob(name, glob) == matches);
  }
}

TEST_CASE("a glob of many stars is tried in one go") {
  std::string stars, folders;
  for (int i = 0; i < 60; ++i) {
    stars += "*a";
    folders += "**/";
  }
  const std::string letters(200, 'a');
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "a/";
  CHECK(matchesGlob(letters, stars));
  CHECK_FALSE(matchesGlob(letters, stars + "b"));
  CHECK(matchesGlob(deep + "a", folders + "a"));
  CHECK_FALSE(matchesGlob(deep + "a", folders + "b"));
}

TEST_CASE("rules are asked in order, the user's first") {
  using Type = std::optional<ModuleType>;
  ModuleRules none;
  CHECK(none.typeOf("a.js") == Type(ModuleType::esModule));
  CHECK(none.typeOf("a/b.mjs") == Type(ModuleType::esModule));
  CHECK(none.typeOf("a.cjs") == Type(ModuleType::commonJs));
  CHECK(none.typeOf("a.json") == Type(ModuleType::json));
  CHECK(none.typeOf("a.sql") == Type(ModuleType::text));
  CHECK(none.typeOf("a.bin") == Type(ModuleType::data));
  CHECK(none.typeOf("a.wasm?module") == Type(ModuleType::compiledWasm));
  CHECK(none.typeOf("a.css") == Type());

  ModuleRules alone(
      {{ModuleType::text, {"**/*.css"}, false}, {ModuleType::data, {"**/*.txt"}, true}});
  CHECK(alone.typeOf("a.css") == Type(ModuleType::text));
  CHECK(alone.typeOf("a.html") == Type());  // the rule without fallthrough ends the text rules
  CHECK(alone.typeOf("a.txt") == Type(ModuleType::data));
  CHECK(alone.typeOf("a.bin") == Type(ModuleType::data));

  ModuleRules script({{ModuleType::commonJs, {"**/*.js"}, false}});
  CHECK(script.typeOf("a.js") == Type(ModuleType::commonJs));
  CHECK(script.typeOf("a.cjs") == Type(ModuleType::commonJs));
  CHECK(script.typeOf("a.mjs") == Type(ModuleType::esModule));
}

namespace {

struct Files {
  TemporaryFolder folder;
  std::string writtenAt;

  ModuleFiles loader(const std::string& main, const std::string& base = "") {
    std::filesystem::path path = folder.path() / main;
    return {{path, writtenAt},
            base.empty() ? path.parent_path() : (folder.path() / base).lexically_normal(),
            ModuleRules()};
  }
};

std::string mainErrorOf(ModuleFiles loader) {
  try {
    loader.main();
    return "none";
  } catch (const LoadError& error) {
    return error.what();
  }
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_FIXTURE(Files, "modules are called by their path from the base folder") {
  folder.write("src/worker.js", "main");
  folder.write("src/parts/a.js", "a");
  folder.write("src/parts/b.txt", "b");
  folder.write("src/m.wasm", "w");
  folder.write("shared/c.json", "c");
  ModuleFiles loader = this->loader("src/worker.js");
  CHECK(loader.main().name == "worker.js");
  CHECK(loader.main().content == "main");
  CHECK(loader.main().type == ModuleType::esModule);

  struct {
    std::string_view specifier;
    std::string_view referrer;
    std::string_view name;  // empty: no such module
    std::string_view content;
  } cases[] = {
      {"./parts/a.js", "worker.js", "parts/a.js", "a"},
      {"./b.txt", "parts/a.js", "parts/b.txt", "b"},
      {"../worker.js", "parts/a.js", "worker.js", "main"},
      {"./parts/../parts/./a.js", "worker.js", "parts/a.js", "a"},
      {"../shared/c.json", "worker.js", "../shared/c.json", "c"},
      {"./../src/worker.js", "../shared/c.json", "../src/worker.js", "main"},
      {"./m.wasm", "worker.js", "m.wasm", "w"},
      {"./m.wasm?module", "worker.js", "m.wasm?module", "w"},
      {"./nothing-like-it", "worker.js", "", ""},
      {"./parts/a.js?x=1", "worker.js", "", ""},
      {"parts/a.js", "worker.js", "", ""},  // bare: a package
      {"hono", "worker.js", "", ""},
      {"", "worker.js", "", ""},
      {"/worker.js", "worker.js", "", ""},
      {"file:///etc/passwd", "worker.js", "", ""},
  };
  for (const auto& [specifier, referrer, name, content] : cases) {
    CAPTURE(specifier);
    auto module = loader.load(specifier, referrer);
    REQUIRE(module.has_value() == !name.empty());
    if (!module) continue;
    CHECK(module->name == name);
    CHECK(module->content == content);
  }
  CHECK(this->loader("src/worker.js", ".").main().name == "src/worker.js");
}

TEST_CASE_FIXTURE(Files, "a computed specifier leads below the base folder at most") {
  folder.write("app/worker.js", "");
  folder.write("app/parts/a.txt", "a");
  folder.write("app/style.css", "");
  folder.write("app/.dev/secret.json", "s");
  folder.write("app/node_modules/p/p.json", "p");
  folder.write("secret.json", "s");
  folder.write("aliased.js", "aliased");
  std::filesystem::create_symlink("../secret.json", folder.path() / "app/link.json");
  std::filesystem::create_symlink("..", folder.path() / "app/up");
  std::filesystem::create_symlink("parts/a.txt", folder.path() / "app/inside.txt");

  struct {
    std::string_view specifier;
    bool found;
  } cases[] = {
      {"./parts/a.txt", true},
      {"./parts/../parts/a.txt", true},
      {"./inside.txt", true},
      {"./absent.txt", false},
      {"./style.css", false},  // no rule
      {"../secret.json", false},
      {"./../app/parts/a.txt", true},
      {"./link.json", false},
      {"./up/secret.json", false},
      {"./.dev/secret.json", false},
      {"./node_modules/p/p.json", false},
      {"hono", false},
  };
  using Additional = ModuleFiles::Additional;
  for (auto additional : {Additional::none, Additional::belowBaseDir}) {
    ModuleFiles loader({folder.path() / "app/worker.js", ""}, folder.path() / "app", ModuleRules(),
                       {{"it", folder.path() / "aliased.js"}}, {}, additional);
    for (const auto& [specifier, found] : cases) {
      CAPTURE(specifier);
      CHECK(loader.loadComputed(specifier, "worker.js").has_value() ==
            (found && additional == Additional::belowBaseDir));
    }
    CHECK(loader.loadComputed("it", "worker.js").has_value());
    CHECK(loader.nameOf("../secret.json", "worker.js") == "../secret.json");
    CHECK(loader.nameOf("./b.js", "parts/a.js") == "parts/b.js");
    CHECK(loader.nameOf("hono", "parts/a.js") == std::nullopt);
  }
}

TEST_CASE_FIXTURE(Files, "an import that cannot be read says why") {
  folder.write("worker.js", "");
  folder.write("util.js", "");
  folder.write("types.ts", "");
  folder.write("style.css", "");
  folder.write("folder/index.js", "");
  std::filesystem::create_symlink("loop.js", folder.path() / "loop.js");
  ModuleFiles loader = this->loader("worker.js");
  struct {
    std::string_view specifier;
    std::string_view want;
  } cases[] = {
      {"./util",
       "No such module \"util\".\n  imported from \"worker.js\"; did you mean \"./util.js\"?"},
      {"./utli.js", "did you mean \"./util.js\"?"},
      {"./types.ts", "types.ts: TypeScript and JSX are translated when a script is bundled"},
      {"./style.css", "no rule tells what kind of module \"style.css\" is"},
      {"./folder", "is a folder"},
      {"./loop.js", "\"loop.js\" is a link that leads back to itself"},
      {std::string_view("./util.js\0.js", 13), "the module \"util.js"},
  };
  for (const auto& [specifier, want] : cases) {
    CAPTURE(specifier);
    try {
      loader.load(specifier, "worker.js");
      FAIL("no error");
    } catch (const LoadError& error) {
      CHECK(contains(error.what(), want));
    }
  }
}

TEST_CASE_FIXTURE(Files, "a rule that puts another one out of use is named") {
  for (const char* name : {"worker.js", "a.bin", "a.txt", "a.wasm", "a.dat", "a.css"}) {
    folder.write(name, "");
  }
  struct {
    ModuleRule rule;
    std::string_view specifier;
    std::string_view want;  // empty: it is found
  } cases[] = {
      {{ModuleType::data, {"**/*.dat"}}, "./a.dat", ""},
      {{ModuleType::data, {"**/*.dat"}},
       "./a.bin",
       "the rule { \"type\": \"Data\", \"globs\": [\"**/*.bin\"] } would, but it is not asked "
       "after { "
       "\"type\": \"Data\", \"globs\": [\"**/*.dat\"] }; add \"fallthrough\": true to that one"},
      {{ModuleType::data, {"**/*.dat"}, true}, "./a.bin", ""},
      {{ModuleType::data, {"**/*.dat"}}, "./a.txt", ""},
      {{ModuleType::text, {"**/*.md", "*.rst"}},
       "./a.txt",
       "not asked after { \"type\": \"Text\", \"globs\": [\"**/*.md\", \"*.rst\"] }"},
      {{ModuleType::compiledWasm, {"*.wsm"}}, "./a.wasm", "\"type\": \"CompiledWasm\""},
      {{ModuleType::text, {"**/*.md"}}, "./a.css", "add one to the configuration"},
  };
  for (const auto& [rule, specifier, want] : cases) {
    CAPTURE(specifier);
    ModuleFiles loader({folder.path() / "worker.js", ""}, folder.path(), ModuleRules({rule}));
    try {
      auto module = loader.load(specifier, "worker.js");
      CHECK(module.has_value());
      CHECK(want.empty());
    } catch (const LoadError& error) {
      CAPTURE(error.what());
      CHECK_FALSE(want.empty());
      CHECK(contains(error.what(), want));
    }
  }
}

TEST_CASE_FIXTURE(Files, "a main script that cannot be read says why, and where it is named") {
  folder.write("worker.js", "");
  folder.write("page.html", "");
  folder.write("worker.ts", "");
  folder.write("folder/a.js", "");
  std::filesystem::create_symlink("loop.js", folder.path() / "loop.js");
  writtenAt = "wrangler.json:3:11";
  CHECK(contains(mainErrorOf(loader("absent.js")), "absent.js does not exist"));
  CHECK(mainErrorOf(loader("absent.js")).starts_with("wrangler.json:3:11: "));
  CHECK(contains(mainErrorOf(loader("worke.js")), "did you mean \"worker.js\"?"));
  CHECK(contains(mainErrorOf(loader("folder")), "folder is a folder"));
  CHECK(contains(mainErrorOf(loader("loop.js")), "loop.js is a link that leads back to itself"));
  CHECK(contains(mainErrorOf(loader("worker.ts")), "TypeScript"));
  CHECK(contains(mainErrorOf(loader("page.html")), "is no script"));
}

TEST_CASE("listed modules are found by their names, or by paths between them") {
  TemporaryFolder folder;
  auto file = folder.write("file.txt", "content");
  auto listed = [&](std::string name, ModuleType type) {
    return ListedModule{std::move(name), type, file, "wrangler.json:1:1"};
  };
  ListedModules loader({listed("main", ModuleType::esModule),
                        listed("folder/a", ModuleType::text),
                        listed("folder/b", ModuleType::data),
                        listed("./odd", ModuleType::json),
                        {"gone", ModuleType::text, folder.path() / "absent", "wrangler.json:7:1"}});
  CHECK(loader.main().name == "main");
  CHECK_FALSE(loader.mayBeServiceWorker());
  struct {
    std::string_view specifier;
    std::string_view referrer;
    std::string_view name;
  } cases[] = {
      {"folder/a", "main", "folder/a"},
      {"./folder/a", "main", "folder/a"},
      {"./b", "folder/a", "folder/b"},
      {"b", "folder/a", "folder/b"},
      {"../main", "folder/a", "main"},
      {"main", "folder/a", "main"},
      {"/main", "folder/a", "main"},
      {"./odd", "main", "./odd"},
      {"b", "main", ""},
      {"../../main", "folder/a", ""},
      {"", "main", ""},
      {"folder", "main", ""},
  };
  for (const auto& [specifier, referrer, name] : cases) {
    CAPTURE(specifier);
    auto module = loader.load(specifier, referrer);
    CHECK((module ? module->name : "") == name);
  }
  CHECK_THROWS_AS(loader.load("gone", "main"), LoadError);
}

}  // namespace lathe::cli
