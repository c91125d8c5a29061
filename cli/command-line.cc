#include "cli/command-line.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/licenses.h"
#include "cli/project-arguments.h"
#include "cli/storage-arguments.h"
#include "cli/usage-error.h"
#include "cli/version.h"
#include "cli/wrangler-flags.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

namespace {

constexpr const char* kExamples = R"(Begin with a file, worker.js:

  export default {
    fetch(request) { return new Response("Hello!"); },
  };

and then:

  lathe dev worker.js            serve it on http://localhost:8787, and again after each save
  lathe serve worker.js          the same without looking for changes
  lathe fetch worker.js /path    ask it once and print the answer
  lathe check                    does what wrangler.jsonc describes load?
  lathe test tests/*.jsonc       run exported objects that have a test() method
  lathe storage ls               look at what Durable Objects have stored

`lathe COMMAND --help` tells more about each.

Exit codes: 0 done, 1 the worker or its configuration is wrong, 2 wrong usage, 3 port taken,
4 storage locked or damaged, 5 tests failed, 22 `lathe fetch` got a status of 400 or above.)";

constexpr const char* kServeExamples = R"(Examples:
  lathe serve                          the nearest configuration, on its port or 8787
  lathe serve worker.js --port 3000    a script alone
  lathe serve --port 0                 any free port; the Ready line tells which
  lathe serve --env staging            "env.staging" of the configuration
  lathe serve --local-protocol https   on https://, with a certificate made for it
  lathe serve --log-format json        one JSON object a line, for programs

The first Ctrl-C finishes what is in flight (at most 5 seconds), the second ends at once. SIGHUP
loads configuration and script again; what does not load leaves the worker before in place.)";

constexpr const char* kDevExamples = R"(Examples:
  lathe dev                        the nearest configuration, on its port or 8787
  lathe dev worker.js --port 0     a script alone, on any free port
  lathe dev --on-error 500         no answers of an old version while the new one is broken

Each save of a file that the worker is made of replaces it; running requests finish on the old
code, and what Durable Objects store stays. When the new code does not load, the terminal tells
why, the version before goes on answering, and its HTML pages show the error until it is mended.
Paths below /__lathe/ are lathe's own.)";

constexpr const char* kFetchExamples = R"(Examples:
  lathe fetch                                      GET / of the nearest configuration
  lathe fetch /products?under=5 -i                 with status and headers
  lathe fetch worker.js http://shop.example/       a whole URL
  lathe fetch / -d a=1 -d b=2                      POST a form
  lathe fetch / -H 'content-type: application/json' -d @order.json

What has `://` in it or begins with a slash is the URL, unless it is the first of two. Nothing
is served, no port is opened. The body goes to standard output, console messages to standard
error. Exits with 22 when the status is 400 or above.)";

constexpr const char* kCheckExamples = R"(Examples:
  lathe check                  the nearest configuration
  lathe check wrangler.jsonc   a certain one
  lathe check worker.js        a script alone)";

constexpr const char* kTestExamples =
    R"(A test is an exported object with a test() method; it passes unless that throws or rejects:

  export const sums = {
    test(controller, env, ctx) { assert.strictEqual(1 + 1, 2); },
  };

Examples:
  lathe test wrangler.jsonc
  lathe test a/wrangler.jsonc b/wrangler.jsonc     together: "services" find each other by name
  lathe test wrangler.jsonc --filter sums          only those with "sums" in worker:export)";

constexpr std::array<std::string_view, 7> kCommands = {"dev",  "serve",   "fetch",   "check",
                                                       "test", "storage", "licenses"};

void addProject(CLI::App& command, ProjectChoice& project) {
  command.add_option("CONFIG|SCRIPT", project.path, kProjectHelp)->option_text(" ");
}

void addLog(CLI::App& command, CommandLine& line) {
  static const std::map<std::string, LogFormat> kFormats = {{"text", LogFormat::text},
                                                            {"json", LogFormat::json}};
  static const std::map<std::string, LogLevel> kLevels = {
      {"debug", LogLevel::debug}, {"info", LogLevel::info},   {"log", LogLevel::log},
      {"warn", LogLevel::warn},   {"error", LogLevel::error}, {"none", LogLevel::none}};
  command
      .add_option_function<std::string>(
          "--log-format", [&line](const std::string& name) { line.logFormat = kFormats.at(name); },
          "How to log: text, or json for one object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("text|json");
  command
      .add_option_function<std::string>(
          "--log-level", [&line](const std::string& name) { line.logLevel = kLevels.at(name); },
          "What to log: this and what is more important; else all that the\n"
          "worker prints, and from info up what happens")
      ->check(CLI::IsMember({"debug", "info", "log", "warn", "error", "none"}))
      ->option_text("debug|info|log|warn|error|none");
}

// What the commands have in common that run workers.
void addSurroundings(CLI::App& command, CommandLine& line) {
  command.add_option("--cwd", line.cwd, "Work in this folder")->option_text("DIR");
  addLog(command, line);
  addWranglerFlags(command, line.notices);
}

// And those that run one.
void addCommon(CLI::App& command, ProjectChoice& project, CommandLine& line) {
  addProjectOptions(command, project);
  addSurroundings(command, line);
}

// The same arguments for a process that works in `folder` already.
void makeFolderWhole(std::vector<std::string>& arguments, const std::string& folder) {
  std::error_code error;
  std::string whole = std::filesystem::absolute(folder, error).string();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i - 1] == "--cwd") arguments[i] = whole;
    if (arguments[i].starts_with("--cwd=")) arguments[i] = "--cwd=" + whole;
  }
}

void addObjectStore(CLI::App& command, ObjectStoreChoice& objects) {
  auto* folder = command.add_option("--persist-to", objects.persistTo,
                                    "Folder of what Durable Objects store; else .lathe/state");
  folder->option_text("DIR");
  command.add_flag("--ephemeral", objects.ephemeral, "Keep nothing that Durable Objects store")
      ->excludes(folder);
}

// Which of the two words, either of which may be empty, names the project and which the URL.
void splitWords(const std::array<std::string, 2>& words, FetchOptions& fetch) {
  // Of two, the second is the URL when it can be: the project may be a path from the root.
  bool secondIsUrl = looksLikeUrl(words[1]);
  bool firstIsUrl = looksLikeUrl(words[0]) && !secondIsUrl;
  if (!words[1].empty() && !firstIsUrl && !secondIsUrl) {
    throw UsageError("a URL has :// in it or begins with a slash; found \"" + words[1] + "\"");
  }
  const std::string& url = words[firstIsUrl ? 0 : 1];
  if (!url.empty()) fetch.request.url = url;
  fetch.project.path = words[firstIsUrl ? 1 : 0];
}

// What `serve` and `dev` are told alike.
void addServing(CLI::App& command, ServeOptions& serve) {
  addProject(command, serve.project);
  command.add_option("--port,-p", serve.port, "Port to listen on; 0 is any free one")
      ->check(CLI::Range(0, 65535))
      ->option_text("PORT");
  addRepeatable(command, "--ip", serve.ips, "Address to listen on; may be given several times",
                "ADDRESS");
  command
      .add_option_function<std::string>(
          "--local-protocol",
          [&serve](const std::string& name) {
            serve.protocol = name == "https" ? LocalProtocol::https : LocalProtocol::http;
          },
          "What to speak on the port; https with a certificate that lathe makes,\n"
          "unless it is given one")
      ->check(CLI::IsMember({"http", "https"}))
      ->option_text("http|https");
  auto* key = command.add_option("--https-key-path", serve.httpsFiles.key,
                                 "Key of the certificate for HTTPS, in PEM");
  auto* certificate = command.add_option("--https-cert-path", serve.httpsFiles.certificate,
                                         "Certificate for HTTPS, in PEM");
  key->option_text("FILE")->needs(certificate);
  certificate->option_text("FILE")->needs(key);
  command
      .add_option("--host,--local-upstream", serve.project.host,
                  "Host that the worker believes to be called")
      ->option_text("HOST");
  addRepeatable(command, "--route,--routes", serve.project.routes,
                "The same, as the first of the routes has it", "ROUTE");
  command
      .add_option("--upstream-protocol", serve.project.upstreamProtocol,
                  "Scheme that the worker believes to be called by")
      ->check(CLI::IsMember({"http", "https"}))
      ->option_text("http|https");
  addObjectStore(command, serve.objects);
}

void addOnError(CLI::App& command, DevOptions& dev) {
  command
      .add_option_function<std::string>(
          "--on-error",
          [&dev](const std::string& name) {
            dev.onError = name == "500" ? DevOptions::OnError::page : DevOptions::OnError::lastGood;
          },
          "What answers while the worker does not load: the last version that\n"
          "did, or a page with the error")
      ->check(CLI::IsMember({"last-good", "500"}))
      ->option_text("last-good|500");
}

// The words that CLI11 could not place, told with the nearest option.
[[noreturn]] void refuseExtras(const CLI::App& command, const std::string& title) {
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  std::vector<std::string_view> candidates(options.begin(), options.end());
  std::vector<std::string> extras = command.remaining();
  std::string first = extras.empty() ? "" : extras.front();
  std::string text =
      first.starts_with('-') ? "there is no option " + first : "\"" + first + "\" is one too many";
  if (first.starts_with('-')) text += didYouMean(first, candidates);
  throw UsageError(text + "\n" + title + " --help tells what there is");
}

// The command that was given, down to the last word that names one, and what it is called.
std::pair<CLI::App*, std::string> chosenCommand(CLI::App& app) {
  CLI::App* command = &app;
  std::string title = app.get_name();
  for (auto within = app.get_subcommands(); !within.empty(); within = command->get_subcommands()) {
    command = within.front();
    title += " " + command->get_name();
  }
  return {command, title};
}

// An option that was given without its value, or several times although it has but one.
[[noreturn]] void refuseValues(const CLI::App& command, const std::string& name,
                               const std::vector<std::string>& arguments) {
  const CLI::Option* option = command.get_option_no_throw(name);
  auto isGiven = [&](const std::string& word) {
    std::string spelled = word.substr(0, word.find('='));
    if (spelled.starts_with("--")) return option->check_lname(spelled.substr(2));
    return spelled.starts_with("-") && option->check_sname(word.substr(1, 1));
  };
  if (!option || std::ranges::count_if(arguments, isGiven) < 2) {
    throw UsageError(name + " needs a value");
  }
  if (name == "--config") {
    throw UsageError(
        "--config is given several times, and lathe runs several workers together in `lathe test` "
        "alone yet");
  }
  throw UsageError(name + " is given several times, and has one value");
}

void refuseUnknownCommand(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) {
    throw UsageError(
        "say what to do: dev, serve, fetch, check, test, storage or licenses; lathe --help tells "
        "more");
  }
  const std::string& word = arguments[1];
  constexpr std::array<std::string_view, 4> kOptions = {"--help", "--version", "-h", "-V"};
  if (std::ranges::find(kOptions, word) != kOptions.end()) return;
  if (word.starts_with('-')) {
    throw UsageError("there is no option " + word + " before a command" +
                     didYouMean(word, kOptions));
  }
  if (std::ranges::find(kCommands, word) != kCommands.end()) return;
  std::string hint = didYouMean(word, kCommands);
  if (hint.empty()) hint = "; there are dev, serve, fetch, check, test, storage and licenses";
  throw UsageError("there is no command \"" + word + "\"" + hint);
}

}  // namespace

CommandLine parseCommandLine(const std::vector<std::string>& arguments) {
  refuseUnknownCommand(arguments);
  refuseUnknownStorageCommand(arguments);
  CommandLine line;
  CLI::App app("lathe runs Cloudflare-style workers on your own machine.", "lathe");
  app.require_subcommand(1);
  app.footer(kExamples);
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version,-V", versionText(), "Print the versions of lathe and of what it is made of, and exit");

  // Of the others, nobody will ask for the options, and there are hundreds.
  const auto isNamed = [&](const CLI::App* command) { return command->get_name() == arguments[1]; };

  ServeOptions serve;
  serve.arguments = arguments;
  CLI::App* serveCommand = app.add_subcommand("serve", "Serve a worker on localhost");
  if (isNamed(serveCommand)) {
    addServing(*serveCommand, serve);
    addCommon(*serveCommand, serve.project, line);
    serveCommand->footer(kServeExamples);
  }

  DevOptions dev;
  dev.serve.arguments = arguments;
  CLI::App* devCommand =
      app.add_subcommand("dev", "Serve a worker, and load it again whenever its files change");
  if (isNamed(devCommand)) {
    addServing(*devCommand, dev.serve);
    addOnError(*devCommand, dev);
    devCommand->add_flag("--live-reload", dev.liveReload,
                         "Let every HTML page load again with the worker");
    devCommand->add_flag("--exit-on-stdin-close", dev.exitOnStdinClose,
                         "Stop when standard input ends, for programs that start this one");
    devCommand->add_flag_callback(
        "--poll", [&dev] { dev.watch = FileWatch::Way::poll; },
        "Look at the files five times a second, where the system does not tell\n"
        "of changes");
    addCommon(*devCommand, dev.serve.project, line);
    devCommand->footer(kDevExamples);
  }

  FetchOptions fetch;
  std::array<std::string, 2> words;
  CLI::App* fetchCommand = app.add_subcommand("fetch", "Ask a worker once and print its answer");
  if (isNamed(fetchCommand)) {
    fetchCommand->add_option("CONFIG|SCRIPT", words[0], kProjectHelp)->option_text(" ");
    fetchCommand->add_option("URL", words[1], "What to ask for; else /")->option_text(" ");
    fetchCommand->add_option("-X,--request", fetch.request.method, "Method")->option_text("METHOD");
    addRepeatable(*fetchCommand, "-H,--header", fetch.request.headers, "Header to send",
                  "'NAME: VALUE'");
    addRepeatable(*fetchCommand, "-d,--data", fetch.request.data,
                  "Body to POST; @FILE is a file's content, @- standard input's", "DATA");
    fetchCommand->add_flag("-i,--include", fetch.showHead, "Print status and headers too");
    addObjectStore(*fetchCommand, fetch.objects);
    addCommon(*fetchCommand, fetch.project, line);
    fetchCommand->footer(kFetchExamples);
  }

  CheckOptions check;
  CLI::App* checkCommand =
      app.add_subcommand("check", "Load a worker and say what is wrong with it");
  if (isNamed(checkCommand)) {
    addProject(*checkCommand, check.project);
    addCommon(*checkCommand, check.project, line);
    checkCommand->footer(kCheckExamples);
  }

  TestOptions test;
  CLI::App* testCommand = app.add_subcommand("test", "Run the tests that workers export");
  if (isNamed(testCommand)) {
    testCommand->add_option("CONFIG", test.paths, kProjectHelp)->option_text("...")->required();
    testCommand->add_option("--filter", test.filter, "Run only tests with this in worker:export")
        ->option_text("TEXT");
    addObjectStore(*testCommand, test.objects);
    addReplacements(*testCommand, test.project);
    addSurroundings(*testCommand, line);
    testCommand->footer(kTestExamples);
  }

  StorageOptions storage;
  CLI::App* storageCommand =
      app.add_subcommand("storage", "Look at and change what Durable Objects have stored");
  if (isNamed(storageCommand)) addStorageCommands(*storageCommand, storage);

  CLI::App* licensesCommand =
      app.add_subcommand("licenses", "Print the licenses of all that lathe is made of");

  try {
    std::vector<std::string> apart = withPairsApart(arguments);
    std::vector<std::string> reversed(apart.rbegin(), apart.rend() - 1);
    app.parse(reversed);
  } catch (const CLI::CallForVersion& version) {
    line.command = Information{version.what()};
    return line;
  } catch (const CLI::CallForHelp&) {
    auto [command, title] = chosenCommand(app);
    auto parents = command == &app ? std::string() : title.substr(0, title.rfind(' '));
    line.command = Information{command->help(parents)};
    return line;
  } catch (const CLI::ExtrasError&) {
    auto [command, title] = chosenCommand(app);
    refuseExtras(*command, title);
  } catch (const CLI::ArgumentMismatch& error) {
    std::string text = error.what();
    refuseValues(*chosenCommand(app).first, text.substr(0, text.find(':')), arguments);
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }

  if (!line.cwd.empty()) {
    makeFolderWhole(serve.arguments, line.cwd);
    makeFolderWhole(dev.serve.arguments, line.cwd);
  }
  if (serveCommand->parsed()) {
    line.command = std::move(serve);
  } else if (devCommand->parsed()) {
    line.command = std::move(dev);
  } else if (fetchCommand->parsed()) {
    splitWords(words, fetch);
    line.command = std::move(fetch);
  } else if (checkCommand->parsed()) {
    line.command = std::move(check);
  } else if (storageCommand->parsed()) {
    line.command = std::move(storage);
  } else if (licensesCommand->parsed()) {
    line.command = Information{std::string(embeddedLicenses())};
  } else {
    line.command = std::move(test);
  }
  return line;
}

}  // namespace lathe::cli
