#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <pthread.h>

#include "cli/config.h"
#include "cli/control-socket.h"
#include "cli/control-thread.h"
#include "cli/modules/bundler.h"
#include "cli/object-store.h"
#include "cli/re-execution.h"
#include "cli/source-files.h"
#include "cli/storage-local.h"
#include "cli/terminal-log.h"
#include "engine/http/web-socket-dialer.h"
#include "engine/io/pending.h"
#include "engine/js/platform.h"
#include "engine/worker/engine.h"

namespace lathe::cli {

// What every command that runs scripts is made of: V8, the loop, the engine and the control thread.
// One per process. Whoever makes it is on the loop thread.
class Runtime {
 public:
  // Starts V8 with the flags of `configs`. `log` outlives this. With `requests` the signals are
  // taken, else they keep the effect they have.
  Runtime(TerminalLog& log, const std::vector<Config>& configs, ObjectStoreChoice objects,
          std::optional<ControlThread::Requests> requests = std::nullopt);
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  // Loads the workers in the place of those before, after saying what there is to say about the
  // configurations. Throws ConfigError, LoadError or persist::StoreError, and then the workers
  // before stay. `files`, when given, is told what they are made of, also by what they import
  // later; `onRead`, which may be empty, hears of each, and may throw LoadError.
  void load(const std::vector<Config>& configs,
            std::shared_ptr<SourceFiles> files = std::make_shared<SourceFiles>(),
            const OnRead& onRead = {});

  // From here on, when V8 has to abort the process, it is started anew instead of ended.
  // `reExecution` outlives this.
  void surviveBy(ReExecution& reExecution) { reExecution_ = &reExecution; }

  // Runs the loop until `pending` settles; gives its value or throws its error.
  template <class T>
  T await(io::Pending<T> pending) {
    std::optional<io::Outcome<T>> outcome;
    pending.then([&outcome](io::Outcome<T> settled) { outcome.emplace(std::move(settled)); });
    while (!outcome) loop_.run_one();
    return outcome->take();
  }

  // esbuild stays, and knows what it has read, from one load to the next; else it ends with each.
  void keepBundler() { bundler_.expectMore(); }

  boost::asio::io_context& loop() { return loop_; }
  worker::Engine& engine() { return *engine_; }
  // What is stored on the disk, for those who look at it; null when nothing is.
  LocalStorage* storage() { return storage_ ? &*storage_ : nullptr; }

 private:
  [[noreturn]] static void onFatal(const char* why);
  // Ends the process, or starts it anew, because the loop thread does not stop. Control thread.
  [[noreturn]] static void endUnheeded(pthread_t loop);
  // `place` in a script may be empty.
  [[noreturn]] static void end(const char* why, const std::string& place);
  // Bundles the workers that need it, with what there is to say about them. Throws LoadError.
  Bundles bundle(const std::vector<Config>& configs, const OnRead& note);
  // Lets `lathe storage` in, when there is something on the disk.
  void openControlSocket();

  TerminalLog& log_;
  // The loop thread has been asked often enough where it is (endUnheeded).
  std::atomic<bool> whereIsEnough_ = false;
  ReExecution* reExecution_ = nullptr;
  Bundler bundler_;
  js::Platform platform_;
  boost::asio::io_context loop_{1};
  // Keeps `run_one` waiting instead of returning when there is nothing to do.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  ObjectStore objects_;
  http::WebSocketDialer dialer_;
  std::optional<worker::Engine> engine_;
  std::optional<ControlThread> control_;
  std::optional<LocalStorage> storage_;
  std::optional<ControlSocket> controlSocket_;
};

}  // namespace lathe::cli
