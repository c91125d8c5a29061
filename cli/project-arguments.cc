#include "cli/project-arguments.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/usage-error.h"

namespace lathe::cli {

const char* const kProjectHelp =
    "A wrangler.jsonc, .json or .toml, a folder that has one, or a script,\n"
    "which has the nearest configuration beside or above it, or - for a\n"
    "script on standard input; else the nearest configuration, here or in a\n"
    "folder above";

namespace {

// The options of pairs, and what may stand between the two: wrangler splits at the first colon, and
// esbuild's own `define` at the first `=`.
struct PairOption {
  std::string_view name;
  const char* separators = ":";
};
constexpr std::array<PairOption, 3> kPairOptions = {{{"--alias"}, {"--define", ":="}, {"--var"}}};

const PairOption* pairOption(std::string_view name) {
  auto found = std::ranges::find(kPairOptions, name, &PairOption::name);
  return found == kPairOptions.end() ? nullptr : &*found;
}

// Whether a word behind the value of such an option is one more value. Of a URL the first colon is
// none between two.
bool isPair(const PairOption& option, std::string_view word) {
  std::size_t at = word.find_first_of(option.separators);
  return at != word.npos && at != 0 && !word.starts_with('-') &&
         !word.substr(at + 1).starts_with("//");
}

ProjectChoice::Pair pairOf(const char* option, const char* form, const std::string& text) {
  std::size_t colon = text.find_first_of(pairOption(option)->separators);
  if (colon == std::string::npos || colon == 0) {
    throw UsageError(std::string(option) + " needs " + form + "; found \"" + text + "\"");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

void addPairs(CLI::App& command, const char* option, const char* form,
              std::vector<ProjectChoice::Pair>& pairs, const char* description) {
  command
      .add_option_function<std::vector<std::string>>(
          option,
          [&pairs, option, form](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) pairs.push_back(pairOf(option, form, text));
          },
          description)
      ->option_text(form)
      ->allow_extra_args(false);
}

}  // namespace

void addRepeatable(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                   const char* description, const char* value) {
  command.add_option(names, values, description)->option_text(value)->allow_extra_args(false);
}

void addReplacements(CLI::App& command, ProjectChoice& project) {
  command.add_option("--env,-e", project.environment, "Environment of the configuration")
      ->option_text("NAME");
  addPairs(command, "--var", "NAME:VALUE", project.variables,
           "A variable for env; over all others");
  addRepeatable(command, "--env-file", project.envFiles,
                "Variables of this file, not of .dev.vars and .env", "FILE");
  command
      .add_option("--compatibility-date", project.compatibilityDate,
                  "Instead of the configuration's")
      ->option_text("DATE");
  addRepeatable(command, "--compatibility-flags,--compatibility-flag", project.compatibilityFlags,
                "Instead of the configuration's", "FLAG");
  addPairs(command, "--alias", "SPECIFIER:PATH", project.aliases,
           "The file to take where a module is imported");
  addPairs(command, "--define", "NAME:VALUE", project.defines,
           "What to put in the place of a name in the script, as JSON");
  auto text = [&](const char* option, const char* form, std::string& value,
                  const char* description) {
    command.add_option(option, value, description)->option_text(form);
  };
  text("--tsconfig", "FILE", project.tsconfig, "The tsconfig.json to go by");
  text("--jsx-factory", "NAME", project.jsxFactory, "What JSX elements call");
  text("--jsx-fragment", "NAME", project.jsxFragment, "What JSX fragments are");
  auto flag = [&](const char* option, std::optional<bool>& value, bool to,
                  const char* description) {
    command.add_flag_callback(
        option, [&value, to] { value = to; }, description);
  };
  flag("--minify", project.minify, true, "Make the script shorter");
  flag("--no-bundle", project.bundle, false, "Take the script as it lies");
  flag("--bundle", project.bundle, true, "The opposite, where the configuration says no_bundle");
}

void addProjectOptions(CLI::App& command, ProjectChoice& project) {
  command
      .add_option("--config,-c", project.config, "The configuration, where a script is named too")
      ->option_text("FILE");
  command.add_option("--name", project.name, "The worker's name")->option_text("NAME");
  addReplacements(command, project);
}

std::vector<std::string> withPairsApart(const std::vector<std::string>& arguments) {
  std::vector<std::string> apart;
  const PairOption* option = nullptr;
  bool needsValue = false;
  for (const std::string& word : arguments) {
    if (option && !needsValue && isPair(*option, word)) {
      apart.emplace_back(option->name);
    } else if (!needsValue) {
      option = pairOption(word.substr(0, word.find('=')));
    }
    needsValue = !needsValue && option && option->name == word;
    apart.push_back(word);
  }
  return apart;
}

}  // namespace lathe::cli
