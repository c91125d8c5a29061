#include "cli/local-variables.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <unistd.h>

#include "cli/config-file.h"
#include "cli/dotenv.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// What all values together may gain by having variables replaced.
constexpr std::size_t kExpansionBytesMax = std::size_t{16} << 20;

bool environmentSays(const char* name, bool byDefault) {
  const char* value = std::getenv(name);
  std::string_view text = value ? value : "";
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return byDefault;
}

class LocalReader {
 public:
  explicit LocalReader(const LocalVariableFiles& files) : files_(files) {}

  LocalVariables read() {
    bool devVars = files_.envFiles.empty() && readDevVars();
    if (!devVars && environmentSays("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV", true)) readDotEnv();
    if (files_.required) keepRequired(*files_.required);
    return std::move(found_);
  }

 private:
  bool readDevVars() {
    if (!files_.environment.empty() && readDevVars(".dev.vars." + files_.environment)) return true;
    return readDevVars(".dev.vars");
  }

  bool readDevVars(const std::string& name) {
    fs::path path = pathOf(name);
    try {
      const auto text = readFileIfThere(path);
      if (text) add(path, *text);
      return text.has_value();
    } catch (const FileError& error) {
      throw ConfigError(shownPath(path) + " " + error.what());
    }
  }

  void readDotEnv() {
    if (files_.envFiles.empty()) {
      for (const char* name : {".env", ".env.local"}) readEnvFile(name, false);
      if (!files_.environment.empty()) {
        readEnvFile(".env." + files_.environment, false);
        readEnvFile(".env." + files_.environment + ".local", false);
      }
    }
    for (const std::string& name : files_.envFiles) readEnvFile(name, true);
    expand();
    bool ofProcess = files_.required || environmentSays("CLOUDFLARE_INCLUDE_PROCESS_ENV", false);
    if (ofProcess) addProcessEnvironment();
  }

  void readEnvFile(const std::string& name, bool asked) {
    fs::path path = pathOf(name);
    try {
      add(path, asked ? readFile(path) : readFileIfThere(path).value_or(std::string()));
    } catch (const FileError& error) {
      // Without being asked for, `.env` may well be something else, such as Python's folder.
      if (asked)
        found_.warnings.push_back("the --env-file " + shownPath(path) + " " + error.what());
    }
  }

  fs::path pathOf(const std::string& name) {
    fs::path path = (files_.folder / name).lexically_normal();
    found_.files.push_back(path);
    return path;
  }

  void add(const fs::path& path, std::string_view text) {
    std::string shown = shownPath(path);
    DotenvFile file = parseDotenv(text);
    for (DotenvEntry& entry : file.entries) {
      set(std::move(entry.name), std::move(entry.value), shown + ":" + std::to_string(entry.line));
    }
    for (int line : file.strangeLines) {
      found_.warnings.push_back(shown + ":" + std::to_string(line) +
                                ": this line is passed over; expected NAME=value");
    }
  }

  // A name keeps the place at which it came first.
  void set(std::string name, std::string value, std::string source) {
    auto [place, isNew] = places_.emplace(name, found_.variables.size());
    if (isNew) {
      found_.variables.push_back({std::move(name), std::move(value), std::move(source)});
    } else {
      auto& same = found_.variables[place->second];
      same.value = std::move(value);
      same.source = std::move(source);
    }
  }

  // Each may refer to those before it.
  void expand() {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < found_.variables.size(); ++i) {
      auto& variable = found_.variables[i];
      auto lookUp = [&](std::string_view name) -> std::optional<std::string_view> {
        auto place = places_.find(std::string(name));
        if (place == places_.end() || place->second >= i) return std::nullopt;
        return found_.variables[place->second].value;
      };
      // As long as it is anyway it may be.
      auto bytesMax = std::max(kDotenvValueBytesMax, variable.value.size());
      auto value = expandDotenv(variable.value, lookUp, bytesMax);
      if (!value) {
        throw ConfigError(variable.source + ": the value of " + variable.name +
                          " is longer than 1 MiB when its variables are replaced");
      }
      const std::size_t before = variable.value.size();
      variable.value = std::move(*value);
      if (variable.value.size() > before) bytes += variable.value.size() - before;
      if (bytes > kExpansionBytesMax) {
        throw ConfigError(variable.source +
                          ": the values up to here are longer by more than 16 MiB when their "
                          "variables are replaced");
      }
    }
  }

  void addProcessEnvironment() {
    for (char** at = environ; *at; ++at) {
      std::string_view entry = *at;
      std::size_t equals = entry.find('=');
      if (equals == std::string_view::npos || equals + 1 == entry.size()) continue;
      set(std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1)),
          "the process's environment");
    }
  }

  void keepRequired(const std::vector<std::string>& required) {
    std::string missing;
    for (const std::string& name : required) {
      if (!places_.contains(name)) missing += (missing.empty() ? "" : ", ") + name;
    }
    const std::unordered_set<std::string> wanted(required.begin(), required.end());
    std::erase_if(found_.variables,
                  [&](const LocalVariable& variable) { return !wanted.contains(variable.name); });
    if (missing.empty()) return;
    found_.warnings.push_back("the secrets that \"secrets.required\" asks for are missing: " +
                              missing + "; add them to .dev.vars, .env or the environment");
  }

  const LocalVariableFiles& files_;
  LocalVariables found_;
  // Where among them each is, by its name.
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

LocalVariables readLocalVariables(const LocalVariableFiles& files) {
  return LocalReader(files).read();
}

}  // namespace lathe::cli
