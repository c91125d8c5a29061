#include "cli/serve-command.h"

#include <exception>
#include <utility>

#include "cli/build-run.h"
#include "cli/public-requests.h"
#include "cli/request-lines.h"

namespace lathe::cli {

namespace {

class Serve {
 public:
  Serve(const ServeOptions& options, TerminalLog& log, Config config)
      : options_(options),
        log_(log),
        config_(std::move(config)),
        serving_(options, log, config_, {[this] { reload(); }}) {}

  ExitCode run() {
    serving_.listen(config_);
    serving_.runtime().load({config_});
    auto& engine = serving_.runtime().engine();
    http::Handler plain = [&engine](io::RequestHead head, std::unique_ptr<io::BodySource> body) {
      return engine.handleRequest(std::move(head), std::move(body));
    };
    http::Handler handler = [this, plain](io::RequestHead head,
                                          std::unique_ptr<io::BodySource> body) {
      const PublicOrigin& origin = config_.publicOrigin;
      if (!origin.any()) return plain(std::move(head), std::move(body));
      return answerAs(origin, plain, std::move(head), std::move(body));
    };
    if (log_.wantsRequests()) handler = withRequestLines(std::move(handler), log_, config_.name);
    return serving_.run(std::move(handler), config_);
  }

 private:
  // Reads everything again, after the build if there is one, and replaces the worker. A mistake is
  // told, and the old one stays.
  void reload() {
    build_.reset();
    try {
      Config config = loadConfigAlone(options_.project);
      if (!config.build) return replaceBy(std::move(config));
      build_.emplace(
          serving_.runtime().loop(), *config.build,
          [this](std::string_view line) { logBuildLine(log_, line); },
          [this, config](const std::string& failure) {
            if (!failure.empty()) return stay(failure);
            replaceBy(config);
          });
    } catch (const std::exception& error) {
      stay(error.what());
    }
  }

  void replaceBy(Config config) {
    try {
      serving_.runtime().load({config});
      serving_.sayWhatStays(config_, config);
      config_ = std::move(config);
      log_.note("reload", "Reloaded " + config_.shownAs);
    } catch (const std::exception& error) {
      stay(error.what());
    }
  }

  // Whatever it is: there is a worker that answers, and it goes on.
  void stay(const std::string& why) { log_.error(why + "\nThe worker before stays."); }

  const ServeOptions& options_;
  TerminalLog& log_;
  Config config_;
  Serving serving_;
  std::optional<BuildRun> build_;
};

}  // namespace

ExitCode serve(const ServeOptions& options, TerminalLog& log) {
  Config config = loadConfigAlone(options.project);
  runBuild(config, log);
  return Serve(options, log, std::move(config)).run();
}

}  // namespace lathe::cli
