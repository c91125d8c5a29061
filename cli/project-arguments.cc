#include "cli/project-arguments.h"

#include <utility>

#include "cli/usage-error.h"

namespace lathe::cli {

const char* const kProjectHelp =
    "A wrangler.jsonc, .json or .toml, a folder that has one, or a script,\n"
    "which has the nearest configuration beside or above it; else the\n"
    "nearest configuration, here or in a folder above";

namespace {

// At the first colon, as wrangler does.
ProjectChoice::Pair pairOf(const char* option, const char* form, const std::string& text) {
  std::size_t colon = text.find(':');
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

void addProjectOptions(CLI::App& command, ProjectChoice& project) {
  command
      .add_option("--config,-c", project.config, "The configuration, where a script is named too")
      ->option_text("FILE");
  command.add_option("--env,-e", project.environment, "Environment of the configuration")
      ->option_text("NAME");
  command.add_option("--name", project.name, "The worker's name")->option_text("NAME");
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
  addPairs(command, "--define", "NAME:VALUE", project.defines, "Not yet: replaces an identifier");
}

}  // namespace lathe::cli
