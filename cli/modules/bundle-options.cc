#include "cli/modules/bundle-options.h"

#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/modules/module-paths.h"
#include "engine/compatibility.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// Nothing is written there: it is what the sources of the map are relative to.
constexpr const char* kOutput = "lathe-bundle.js";

std::string environmentVariable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

// Whether a script without a name that would tell has elements: an end of one, which is no
// TypeScript.
bool looksLikeJsx(std::string_view text) {
  return text.find("</") != text.npos || text.find("/>") != text.npos;
}

}  // namespace

std::string bundleNameOf(const Config& config) {
  return fs::path(moduleNameOf(config.main.path, config)).replace_extension(".js").generic_string();
}

EsbuildValue bundleRequest(const Config& config) {
  const BundleSettings& settings = config.bundle;
  EsbuildValue flags = {
      "--color=false",
      "--log-level=silent",
      "--log-limit=0",
      "--bundle",
      "--format=esm",
      "--target=es2024",
      // What is newer and V8 has: it stays as it is.
      "--supported:import-source=true",
      "--supported:using=true",
      "--loader:.js=jsx",
      "--loader:.mjs=jsx",
      "--loader:.cjs=jsx",
      "--external:__STATIC_CONTENT_MANIFEST",
      "--sourcemap=external",
      "--metafile",
      "--conditions=" + environmentVariable("WRANGLER_BUILD_CONDITIONS", "workerd,worker,browser"),
      "--platform=" + environmentVariable("WRANGLER_BUILD_PLATFORM", "browser"),
      "--outfile=" + (config.baseDir / kOutput).string(),
  };
  auto define = [&](const std::string& name, const std::string& value) {
    flags.push_back("--define:" + name + "=" + value);
  };
  if (config.compatibility.has(Flag::GlobalNavigator)) {
    define("navigator.userAgent", "\"Cloudflare-Workers\"");
  }
  std::string mode = EsbuildValue(environmentVariable("NODE_ENV", "development")).dump();
  for (const char* global : {"", "global.", "globalThis."}) {
    define(std::string(global) + "process.env.NODE_ENV", mode);
  }
  // The later one counts.
  for (const auto& [name, value] : settings.define) define(name, value);
  if (settings.keepNames) flags.push_back("--keep-names");
  if (settings.minify) flags.push_back("--minify");
  if (!settings.jsxFactory.empty()) flags.push_back("--jsx-factory=" + settings.jsxFactory);
  if (!settings.jsxFragment.empty()) flags.push_back("--jsx-fragment=" + settings.jsxFragment);
  if (settings.tsconfig) flags.push_back("--tsconfig=" + settings.tsconfig->string());
  const std::optional<std::string>& text = config.main.text;
  EsbuildValue entries = EsbuildValue::array();
  if (text) {
    flags.push_back("--sourcefile=" + config.main.path.filename().string());
    flags.push_back(looksLikeJsx(*text) ? "--loader=tsx" : "--loader=ts");
  } else {
    entries.push_back(EsbuildValue::array({"", config.main.path.string()}));
  }
  return {{"command", "build"},
          {"entries", std::move(entries)},
          {"flags", std::move(flags)},
          {"write", false},
          {"stdinContents", text ? esbuildBytes(*text) : EsbuildValue()},
          {"stdinResolveDir",
           text ? EsbuildValue(config.main.path.parent_path().string()) : EsbuildValue()},
          {"absWorkingDir", config.folder.string()},
          {"nodePaths", EsbuildValue::array()},
          // It remembers what it has read until it is disposed of.
          {"context", true}};
}

std::string bundleSignature(const Config& config, const EsbuildValue& request) {
  EsbuildValue all = {request, config.baseDir.string(),
                      config.compatibility.has(Flag::NodejsCompat),
                      config.bundle.findAdditionalModules};
  for (const ModuleAlias& alias : config.aliases) {
    all.push_back({alias.specifier, alias.path.string(), alias.package});
  }
  for (const ModuleRule& rule : config.rules.named()) {
    all.push_back({static_cast<int>(rule.type), rule.globs});
  }
  return all.dump(-1, ' ', false, EsbuildValue::error_handler_t::replace);
}

}  // namespace lathe::cli
