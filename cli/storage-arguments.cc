#include "cli/storage-arguments.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "cli/usage-error.h"
#include "engine/nearest-name.h"

namespace lathe::cli {
namespace {

using Action = StorageOptions::Action;

constexpr const char* kExamples = R"(Examples:
  lathe storage ls                                classes, and how many objects each has
  lathe storage ls Counter                        its objects
  lathe storage ls Counter alice --prefix 2026-   keys and values of one of them
  lathe storage get Counter alice visits --json
  lathe storage put Counter alice visits 41       the value is JSON; a text has quotes
  lathe storage put Counter alice low -- -5       after --, a value may begin with a dash
  lathe storage delete Counter alice
  lathe storage dump > backup.jsonl               and lathe storage import backup.jsonl
  lathe storage clear --deleted                   what deleted classes have left

CLASS is a class's name, or WORKER/CLASS. OBJECT is a name or an id of 64 digits. While a server
runs it is asked to do it; objects that are at work there cannot be changed meanwhile.)";

struct Word {
  const char* name;
  const char* description;
  bool required;
};

constexpr const char* kClass = "Class of Durable Objects";
constexpr const char* kObject = "Name or id of an object";

struct Verb {
  Action action;
  const char* name;
  const char* description;
  std::vector<Word> words;
};

std::vector<Verb> verbs() {
  return {
      {Action::list,
       "ls",
       "List classes, the objects of one, or what an object has stored",
       {{"CLASS", kClass, false}, {"OBJECT", kObject, false}}},
      {Action::get,
       "get",
       "Print one value",
       {{"CLASS", kClass, true}, {"OBJECT", kObject, true}, {"KEY", "Key", true}}},
      {Action::put,
       "put",
       "Store one value",
       {{"CLASS", kClass, true},
        {"OBJECT", kObject, true},
        {"KEY", "Key", true},
        {"JSON", "Value", true}}},
      {Action::erase,
       "delete",
       "Delete one key, or an object with all it has",
       {{"CLASS", kClass, true},
        {"OBJECT", kObject, true},
        {"KEY", "Key; else the whole object", false}}},
      {Action::dump,
       "dump",
       "Print all records, one JSON object a line",
       {{"CLASS", kClass, false}, {"OBJECT", kObject, false}}},
      {Action::import,
       "import",
       "Store what dump has printed",
       {{"FILE", "File, or - for standard input", true}}},
      {Action::clear, "clear", "Delete all objects", {{"CLASS", "Only of this class", false}}},
  };
}

void addVerb(CLI::App& command, const Verb& verb, StorageOptions& storage) {
  CLI::App* made = command.add_subcommand(verb.name, verb.description);
  made->parse_complete_callback([&storage, action = verb.action] { storage.action = action; });
  for (const Word& word : verb.words) {
    made->add_option_function<std::string>(
            word.name, [&storage](const std::string& text) { storage.words.push_back(text); },
            word.description)
        ->option_text(" ")
        ->required(word.required);
  }
  if (verb.action == Action::list || verb.action == Action::dump) {
    made->add_option("--prefix", storage.prefix, "Only keys, or names, that begin with this")
        ->option_text("TEXT");
  }
  if (verb.action == Action::list) {
    made->add_option("--limit", storage.limit, "At most so many objects or keys")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()))
        ->option_text("N");
  }
  if (verb.action == Action::clear) {
    made->add_flag("--deleted", storage.deleted, "What classes have left that are deleted")
        ->excludes("CLASS");
    made->add_flag("--yes,-y", storage.yes, "Do not ask");
  }
  if (verb.action != Action::dump) {
    made->add_flag("--json", storage.json, "Print JSON, for programs");
  }
  made->add_option("--config,-c", storage.project.path,
                   "A configuration, a folder that has one, or a script; else the\n"
                   "nearest configuration, here or in a folder above")
      ->option_text("CONFIG");
  made->add_option("--persist-to", storage.persistTo,
                   "Folder of what Durable Objects store; else .lathe/state")
      ->option_text("DIR");
  made->footer(kExamples);
}

}  // namespace

void addStorageCommands(CLI::App& command, StorageOptions& storage) {
  command.require_subcommand(1);
  for (const Verb& verb : verbs()) addVerb(command, verb, storage);
  command.footer(kExamples);
}

void refuseUnknownStorageCommand(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments[1] != "storage") return;
  constexpr std::array<std::string_view, 7> kVerbs = {"ls",   "get",    "put",  "delete",
                                                      "dump", "import", "clear"};
  constexpr const char* kList = "ls, get, put, delete, dump, import or clear";
  if (arguments.size() == 2) {
    throw UsageError(std::string("say what to do: ") + kList + "; lathe storage --help tells more");
  }
  const std::string& word = arguments[2];
  if (word == "-h" || word == "--help" || std::ranges::find(kVerbs, word) != kVerbs.end()) return;
  std::string hint = didYouMean(word, kVerbs);
  if (hint.empty()) hint = std::string("; there are ") + kList;
  throw UsageError("there is no command \"storage " + word + "\"" + hint);
}

}  // namespace lathe::cli
