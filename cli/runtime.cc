#include "cli/runtime.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <thread>

#include <unistd.h>

#include "cli/code-frame.h"
#include "cli/exit-code.h"
#include "cli/module-sources.h"
#include "cli/modules/bundle-workers.h"
#include "cli/output.h"
#include "cli/project.h"
#include "cli/read-file.h"
#include "cli/storage-routes.h"
#include "cli/terminal-keys.h"
#include "engine/js/embedded-snapshot.h"

namespace lathe::cli {

namespace {

// V8 calls its fatal-error handler with nothing but a message, so this is how it finds us.
Runtime* theRuntime = nullptr;

// How V8 ends the process for some of what it cannot survive, without a call of the handler.
constexpr int kAbortSignals[] = {SIGABRT, SIGILL, SIGTRAP};

// Asks the loop thread where it is while it does not listen; used for nothing else.
constexpr int kWhereSignal = SIGUSR2;
// V8 knows the script's line only while its own function has called another: how often, and how
// long apart, it is asked.
constexpr int kWhereAttempts = 50;
constexpr std::chrono::milliseconds kWhereInterval{10};
// What a stop that V8 does not heed is told as.
constexpr const char* kUnheeded = "one of its own functions does not stop";

// The flags of the process for V8, those that users ask for last.
std::string platformFlags(const std::vector<Config>& configs) {
  // One memory of WebAssembly alone may take all that its worker has.
  constexpr std::int64_t kPagesOfMb = 16;
  constexpr std::int64_t kPagesMax = 65'536;
  std::int64_t mb = 0;
  for (const Config& config : configs) mb = std::max<std::int64_t>(mb, config.memoryMb);
  return "--wasm-max-mem-pages=" + std::to_string(std::min(mb * kPagesOfMb, kPagesMax)) + " " +
         v8Flags(configs);
}

}  // namespace

Runtime::Runtime(TerminalLog& log, const std::vector<Config>& configs, ObjectStoreChoice objects,
                 std::optional<ControlThread::Requests> requests)
    : log_(log),
      bundler_([&log](const std::string& line) { log.warning({}, line); },
               BundleCache(bundleCacheFolder())),
      platform_(platformFlags(configs)),
      work_(loop_.get_executor()),
      objects_(loop_, std::move(objects)),
      dialer_(loop_) {
  theRuntime = this;
  for (int signal : kAbortSignals) {
    std::signal(signal, [](int) {
      // V8 leaves a report of its own, without an end of line.
      static_cast<void>(writeAll(STDERR_FILENO, "\n"));
      onFatal("it aborts the process");
    });
  }
  engine_.emplace(platform_, loop_, log_,
                  worker::Engine::Options{js::embeddedSnapshot(), configs.front().cacheLimits,
                                          &Runtime::onFatal});
  engine_->useDialer(&dialer_);
  engine_->cpuWatch().onUnheeded([loop = ::pthread_self()] { endUnheeded(loop); });
  if (requests) {
    control_.emplace(engine_->cpuWatch(), loop_, std::move(*requests));
  } else {
    control_.emplace(engine_->cpuWatch());
  }
}

Runtime::~Runtime() {
  for (int signal : kAbortSignals) std::signal(signal, SIG_DFL);
  theRuntime = nullptr;
}

void Runtime::load(const std::vector<Config>& configs, std::shared_ptr<SourceFiles> files,
                   const OnRead& onRead) {
  for (const Config& config : configs) log_.remarks(config);
  OnRead note = [files, onRead](const std::filesystem::path& path,
                                std::optional<std::string_view> content) {
    files->note(path, content);
    if (onRead) onRead(path, content);
  };
  Bundles bundles = bundle(configs, note);
  auto sources = workerSources(configs, note, bundles);
  objects_.prepare(configs, sources);
  engine_->useStore(objects_.store());
  auto texts = moduleSources(configs, files, bundles);
  struct Loading {
    ReExecution* reExecution;
    ~Loading() {
      if (reExecution) reExecution->setLoading(false);
    }
  } loading{reExecution_};
  if (reExecution_) reExecution_->setLoading(true);
  try {
    engine_->replace(std::move(sources));
  } catch (const worker::LoadError& error) {
    auto textOf = [&](const std::string& module) { return texts({}, module); };
    throw worker::LoadError(withCodeFrame(error.what(), textOf, false));
  }
  log_.useSources(std::move(texts));
  if (!controlSocket_) openControlSocket();
}

Bundles Runtime::bundle(const std::vector<Config>& configs, const OnRead& note) {
  struct Stop {
    Runtime& runtime;
    ~Stop() {
      if (!runtime.bundler_.expectsMore()) runtime.bundler_.stop();
    }
  } stop{*this};
  try {
    Bundles bundles = bundleWorkers(configs, bundler_, note);
    for (std::size_t i = 0; i < bundles.size(); ++i) {
      if (!bundles[i]) continue;
      for (const std::string& line : bundles[i]->warnings) log_.warnOnce(configs[i].name, line);
    }
    return bundles;
  } catch (const worker::LoadError& error) {
    // What has just been written is not noted, and is what esbuild has read nevertheless.
    auto textOf = [&](const std::string& module) -> std::optional<std::string> {
      for (const Config& config : configs) {
        try {
          auto text = readFileIfThere((config.baseDir / module).lexically_normal());
          if (text) return text;
        } catch (const FileError&) {
          // It has no lines to show.
        }
      }
      return std::nullopt;
    };
    throw worker::LoadError(withCodeFrame(error.what(), textOf, false));
  }
}

void Runtime::openControlSocket() {
  auto* store = objects_.diskStore();
  if (!store) return;
  LocalStorage::Living living;
  living.hold = [this](const persist::ActorRef& actor, io::Pending<void> until) {
    return engine_->holdActor(actor, std::move(until));
  };
  living.alarmChanged = [this](const persist::ActorRef& actor,
                               std::optional<persist::AlarmTime> time) {
    engine_->alarmChanged(actor, time);
  };
  living.sockets = [this](const persist::ActorRef& actor) { return engine_->actorSockets(actor); };
  if (!storage_) storage_.emplace(loop_.get_executor(), *store, std::move(living));
  try {
    controlSocket_.emplace(loop_, [this](ControlRequest request) {
      return answerStorageRequest(*storage_, std::move(request));
    });
    store->lock().tellSocket(controlSocket_->path());
  } catch (const std::exception& error) {
    // Workers run without it.
    controlSocket_.reset();
    log_.warning({}, "`lathe storage` cannot reach this process: " + std::string(error.what()));
  }
}

void Runtime::onFatal(const char* why) { end(why, {}); }

void Runtime::endUnheeded(pthread_t loop) {
  std::signal(kWhereSignal, [](int) {
    // The thread is in the middle of something, and this may fail in any way: then it goes without.
    for (int signal : {SIGSEGV, SIGBUS}) std::signal(signal, [](int) { end(kUnheeded, {}); });
    std::string place = theRuntime->engine_->place();
    if (!place.empty() || theRuntime->whereIsEnough_) end(kUnheeded, place);
    for (int signal : {SIGSEGV, SIGBUS}) std::signal(signal, SIG_DFL);
  });
  for (int attempt = 1; attempt <= kWhereAttempts; ++attempt) {
    theRuntime->whereIsEnough_ = attempt == kWhereAttempts;
    ::pthread_kill(loop, kWhereSignal);
    std::this_thread::sleep_for(kWhereInterval);
  }
  // It hangs in what it was asked.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  end(kUnheeded, {});
}

void Runtime::end(const char* why, const std::string& place) {
  // What fails from here on ends the process in the usual way.
  for (int signal : kAbortSignals) std::signal(signal, SIG_DFL);
  TerminalKeys::restore();
  if (theRuntime) {
    worker::Engine::Running running = theRuntime->engine_->running();
    std::string text = "V8 cannot go on (" + std::string(why) + ")";
    if (!running.worker.empty()) text += " in the worker \"" + running.worker + "\"";
    if (!running.request.empty()) text += " during " + running.request;
    if (!place.empty()) text += ", at " + place;
    if (theRuntime->reExecution_) text += "; starting anew";
    theRuntime->log_.error(text);
    if (theRuntime->reExecution_) theRuntime->reExecution_->run();
  }
  ::_exit(static_cast<int>(ExitCode::failed));
}

}  // namespace lathe::cli
