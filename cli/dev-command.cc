#include "cli/dev-command.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

#include "cli/bindings-table.h"
#include "cli/browser.h"
#include "cli/build-run.h"
#include "cli/build-watch.h"
#include "cli/dev-pages.h"
#include "cli/hot-keys.h"
#include "cli/input-end.h"
#include "cli/later-answer.h"
#include "cli/output.h"
#include "cli/public-requests.h"
#include "cli/read-file.h"
#include "cli/request-lines.h"
#include "cli/source-files.h"
#include "cli/stored-objects.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// The whole of it, what has scrolled away included, and to the top.
constexpr std::string_view kClearScreen = "\x1b[2J\x1b[3J\x1b[H";

// How many changed files a line names.
constexpr std::size_t kNamedFilesMax = 3;

// Of nothing happening, before the next reload is prepared.
constexpr std::chrono::milliseconds kPrepareAfter{40};

// How long a file may be empty while somebody writes it.
constexpr std::chrono::milliseconds kEmptyFor{100};

std::string namesOf(const std::vector<fs::path>& paths) {
  std::string names;
  for (std::size_t i = 0; i < paths.size() && i < kNamedFilesMax; ++i) {
    names += (i == 0 ? "" : ", ") + shownPath(paths[i]);
  }
  if (paths.size() > kNamedFilesMax) {
    names += " and " + std::to_string(paths.size() - kNamedFilesMax) + " more";
  }
  return names;
}

// What a build does not see: where Durable Objects keep what they store.
std::set<fs::path> stateFolders(const DevOptions& options) {
  const std::string& folder = options.serve.objects.persistTo;
  if (folder.empty()) return {};
  return {fs::absolute(folder).lexically_normal()};
}

// What came of the build before the worker is loaded for the first time.
struct FirstBuild {
  // What its folders held before it.
  FolderContents contents;
  // Empty when it has succeeded.
  std::string failure;
};

class Dev {
 public:
  Dev(const DevOptions& options, TerminalLog& log, Config config, FirstBuild build)
      : options_(options),
        log_(log),
        config_(std::move(config)),
        buildFailure_(std::move(build.failure)),
        serving_(options.serve, log, config_, {[this] { onHangUp(); }, [this] { pages_.close(); }}),
        spareTimer_(serving_.runtime().loop()),
        emptyTimer_(serving_.runtime().loop()),
        watch_(serving_.runtime().loop(), config_.folder, options.watch,
               [this](const auto& paths) { onEvent(paths); }),
        builds_(serving_.runtime().loop(), options.watch, stateFolders(options), buildHooks()) {
    builds_.use(config_.build, std::move(build.contents));
  }

  ExitCode run() {
    log_.showEverything();
    serving_.runtime().keepBundler();
    logged_ = withRequestLines(
        [this](io::RequestHead head, std::unique_ptr<io::BodySource> body) {
          return answer(std::move(head), std::move(body));
        },
        log_, config_.name,
        [this] { return broken_ && !answersWithError() ? "last good version" : ""; });
    for (const fs::path& file : config_.files) files_->noteNow(file);
    serving_.listen(config_);
    serving_.survive();
    loadFirst();
    watchFiles();
    prepareNext();
    takeKeys();
    return serving_.run(
        [this](io::RequestHead head, std::unique_ptr<io::BodySource> body) {
          return handle(std::move(head), std::move(body));
        },
        config_);
  }

 private:
  using FilesPtr = std::shared_ptr<SourceFiles>;

  // Loads the worker, and notes which files it is made of.
  void load(const Config& config, const FilesPtr& files) {
    loading_ = true;
    try {
      serving_.runtime().load(
          {config}, files, [this](const fs::path& path, std::optional<std::string_view> content) {
            // While it loads, the files are all looked up at the end.
            if (!loading_) return watchLater();
            refuseEmptied(path, content);
            refuseHalf(path);
          });
    } catch (...) {
      loading_ = false;
      throw;
    }
    loading_ = false;
    if (!std::exchange(good_, true)) log_.print(bindingsTable(config, log_.colors()));
    broken_ = false;
    pages_.loaded();
  }

  void loadFirst() {
    if (ReExecution::takeLoadAborted()) {
      // It would do so again, as long as none of the files changes that it may be made of.
      FolderContents all({config_.baseDir}, stateFolders(options_));
      for (const fs::path& file : all.files()) files_->noteNow(file);
      return fail(config_.shownAs + ": the top level of the worker is more than V8 survives");
    }
    try {
      load(config_, files_);
      if (!buildFailure_.empty()) fail(buildFailure_);
    } catch (const worker::LoadError& error) {
      // What is missing is likely what has not been built.
      fail(buildFailure_.empty() ? error.what() : buildFailure_);
    }
  }

  // Ends the load when what was read of a file may be half of it.
  void refuseHalf(const fs::path& path) {
    if (!watch_.isBeingReplaced(path)) return;
    half_ = true;
    throw worker::LoadError(shownPath(path) + " is being written");
  }

  // A save in place empties the file first, and what is empty loads. So it is looked at again
  // before it is taken for what was meant.
  void refuseEmptied(const fs::path& path, std::optional<std::string_view> content) {
    if (!good_ || emptyIsMeant_ || !content || !content->empty()) return;
    half_ = true;
    emptyTimer_.expires_after(kEmptyFor);
    emptyTimer_.async_wait([this, path](const boost::system::error_code& error) {
      if (error) return;
      emptyIsMeant_ = true;
      reload(shownPath(path));
      emptyIsMeant_ = false;
    });
    throw worker::LoadError(shownPath(path) + " is empty");
  }

  // `details` are for who has not seen what was printed before.
  void fail(const std::string& error, const std::string& details = {}) {
    broken_ = true;
    pages_.failed(details.empty() ? error : error + "\n\n" + details);
    log_.error(error + (good_ ? "\nThe version before goes on answering until this is mended."
                              : "\nThis is what is answered until it is mended."));
  }

  // Reads everything again and replaces the worker; `why` is what has changed.
  void reload(const std::string& why) {
    auto begin = std::chrono::steady_clock::now();
    emptyTimer_.cancel();
    auto files = std::make_shared<SourceFiles>();
    // Before they are read: what changes meanwhile has changed since.
    for (const fs::path& file : config_.files) files->noteNow(file);
    half_ = false;
    try {
      Config config = loadConfigAlone(options_.serve.project);
      for (const fs::path& file : config.files) refuseHalf(file);
      for (const fs::path& file : config.files) files->noteNow(file);
      if (config.build != builds_.settings()) return changeBuild(config.build);
      load(config, files);
      serving_.sayWhatStays(config_, config);
      config_ = std::move(config);
      auto took = std::chrono::steady_clock::now() - begin;
      log_.note("reload",
                "Reloaded " + why + " (" +
                    std::to_string(std::chrono::round<std::chrono::milliseconds>(took).count()) +
                    " ms)");
      // It is not what its sources say.
      if (!buildFailure_.empty()) fail(buildFailure_);
    } catch (const std::exception& error) {
      // Whatever it is: it may be mended by the next change, and be it in a file of before.
      files->addMissing(*files_);
      for (const fs::path& file : config_.files) half_ = half_ || watch_.isBeingReplaced(file);
      // Of what was only half there the watch tells again.
      if (!half_) fail(error.what());
    }
    files_ = std::move(files);
    watchFiles();
    prepareNext();
  }

  // Makes ready what the next reload needs, when nothing has happened for a while.
  void prepareNext() {
    spareTimer_.expires_after(kPrepareAfter);
    spareTimer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) serving_.runtime().engine().prepareReplace();
    });
  }

  // ---- Files ----

  void onEvent(const std::set<fs::path>& paths) {
    auto changed = files_->changed(paths);
    // The end of a build tells what it has written, which is not whole before; but it may be the
    // build that is to be another one.
    if (builds_.running() && !isOfConfig(changed)) return;
    if (!changed.empty()) return reload(namesOf(changed));
    // What was taken for half of it was the whole.
    if (half_) reload(namesOf({paths.begin(), paths.end()}));
  }

  void watchFiles() { watch_.watch(files_->paths()); }

  void watchLater() {
    if (std::exchange(watchPosted_, true)) return;
    boost::asio::post(serving_.runtime().loop(), [this] {
      watchPosted_ = false;
      watchFiles();
    });
  }

  bool isOfConfig(const std::vector<fs::path>& paths) const {
    return std::ranges::any_of(paths, [&](const fs::path& path) {
      return std::ranges::find(config_.files, path) != config_.files.end();
    });
  }

  // ---- The build ----

  BuildWatch::Hooks buildHooks() {
    return {[this](const auto& changed) {
              logBuildBegin(log_, *builds_.settings(),
                            changed.empty() ? "" : namesOf(changed) + " changed");
            },
            [this](std::string_view line) { logBuildLine(log_, line); },
            [this](const auto& failure, const auto& lines) { onBuilt(failure, lines); },
            [this](const fs::path& own) {
              log_.warning(config_.name,
                           "the build writes " + shownPath(own) +
                               " differently each time, in a folder of \"build.watch_dir\"; its "
                               "changes during a build are passed over from now on");
            }};
  }

  // What there is to load is loaded when the new build has ended.
  void changeBuild(const std::optional<BuildSettings>& build) {
    buildFailure_.clear();
    builds_.use(build, build ? builds_.contents(*build) : FolderContents());
    buildOrReload();
  }

  void onBuilt(const std::string& failure, const std::string& lines) {
    buildFailure_ = failure;
    bool wanted = std::exchange(reloadWanted_, false) || broken_;
    if (!failure.empty()) return fail(failure, lines);
    auto changed = files_->changed({});
    if (!changed.empty()) return reload(namesOf(changed));
    if (wanted) return reload(config_.shownAs);
    log_.note("build", "Built; nothing that the worker is made of has changed");
  }

  // As somebody wants it who does not change a file.
  void buildOrReload() {
    if (!builds_.settings()) return reload(config_.shownAs);
    reloadWanted_ = true;
    builds_.run();
  }

  // ---- The person at the terminal ----

  void takeKeys() {
    auto& loop = serving_.runtime().loop();
    // Who says by its end when to stop does not press keys on it.
    if (options_.exitOnStdinClose) {
      inputEnd_.emplace(loop, stopByHand);
      return;
    }
    keys_.emplace(loop, std::vector<HotKeys::Key>{
                            {'b', "browser", [this] { openPage(); }},
                            {'c', "clear", [] { writeAll(STDERR_FILENO, kClearScreen); }},
                            {'s', "storage", [this] { showStorage(); }},
                            {'r', "reload", [this] { buildOrReload(); }},
                            {'q', "quit", stopByHand},
                            {'x', "", stopByHand},
                            {'h', "help", [this] { log_.note("help", keys_->help()); }},
                        });
    // Below the Ready line.
    if (keys_->active()) {
      boost::asio::post(loop, [this] { log_.note("help", keys_->help()); });
    }
  }

  // A terminal that has been closed says so by the same signal that asks for a reload.
  void onHangUp() {
    bool closed = keys_ && keys_->active() && !TerminalKeys::possible();
    closed ? stopByHand() : buildOrReload();
  }

  // As Ctrl-C does it, with its limits on how long that may take.
  static void stopByHand() { ::kill(::getpid(), SIGINT); }

  void openPage() {
    std::string url = serving_.url();
    log_.note("browser", openBrowser(url)
                             ? "Opening " + url
                             : "There is no xdg-open here; open " + url + " in a browser.");
  }

  void showStorage() {
    auto* storage = serving_.runtime().storage();
    if (!storage) return log_.note("storage", "Nothing is stored on the disk.");
    storageText_ = storedObjectsText(serving_.runtime().loop().get_executor(), *storage);
    storageText_.then([this](io::Outcome<std::string> text) {
      try {
        log_.note("storage", text.take());
      } catch (const std::exception& error) {
        log_.error(error.what());
      }
    });
  }

  // ---- Requests ----

  http::Answer handle(io::RequestHead head, std::unique_ptr<io::BodySource> body) {
    if (DevPages::owns(head)) return pages_.answer(head);
    return logged_(std::move(head), std::move(body));
  }

  bool answersWithError() const {
    return broken_ && (!good_ || options_.onError == DevOptions::OnError::page);
  }

  http::Answer answer(io::RequestHead head, std::unique_ptr<io::BodySource> body) {
    if (answersWithError()) return pages_.errorPage(head);
    const bool always = broken_ || options_.liveReload;
    const bool document = DevPages::isForDocument(head);
    http::Handler plain = [this](io::RequestHead inner, std::unique_ptr<io::BodySource> source) {
      return serving_.runtime().engine().handleRequest(std::move(inner), std::move(source));
    };
    const PublicOrigin& origin = config_.publicOrigin;
    auto answer = origin.any() ? answerAs(origin, plain, std::move(head), std::move(body))
                               : plain(std::move(head), std::move(body));
    if (!document) return answer;
    // Who looks at an error waits for it to be mended.
    return laterAnswer(std::move(answer), [this, always](io::Response* response) {
      if (response && (always || response->status >= 500)) pages_.addClient(*response);
    });
  }

  const DevOptions& options_;
  TerminalLog& log_;
  Config config_;
  // Outlives the connections, which may be streams of its events.
  DevPages pages_;
  http::Handler logged_;
  FilesPtr files_ = std::make_shared<SourceFiles>();
  // Whether there is a version that answers, and whether the newest is another that does not.
  bool good_ = false;
  bool broken_ = false;
  bool loading_ = false;
  // Whether the load that has failed has met a file that was being written.
  bool half_ = false;
  // A file that has been empty for a while is to be.
  bool emptyIsMeant_ = false;
  bool watchPosted_ = false;
  // Why the last build has failed; empty: it has not.
  std::string buildFailure_;
  // The next build is followed by a reload whatever it writes.
  bool reloadWanted_ = false;
  Serving serving_;
  boost::asio::steady_timer spareTimer_;
  boost::asio::steady_timer emptyTimer_;
  FileWatch watch_;
  BuildWatch builds_;
  io::Pending<std::string> storageText_;
  std::optional<InputEnd> inputEnd_;
  std::optional<HotKeys> keys_;
};

}  // namespace

ExitCode dev(const DevOptions& options, TerminalLog& log) {
  Config config = loadConfigAlone(options.serve.project);
  FirstBuild build;
  if (config.build) build.contents = {config.build->watched, stateFolders(options)};
  try {
    runBuild(config, log);
  } catch (const ConfigError& error) {
    // What was built before may still load, and the next save may mend it.
    build.failure = error.what();
  }
  return Dev(options, log, std::move(config), std::move(build)).run();
}

}  // namespace lathe::cli
