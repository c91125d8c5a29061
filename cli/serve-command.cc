#include "cli/serve-command.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cli/build-run.h"
#include "cli/output.h"
#include "cli/re-execution.h"
#include "cli/runtime.h"
#include "engine/http/listener.h"
#include "engine/http/server.h"
#include "engine/io/pending.h"

namespace lathe::cli {

namespace {

using Clock = ControlThread::Clock;

constexpr std::string_view kLocalhost = "localhost";

http::Limits limitsOf(const Config& config) {
  http::Limits limits;
  limits.bodyBytesMax = std::uint64_t{config.bodyMb} << 20;
  return limits;
}

// The sockets of the program before this one, else new ones.
std::unique_ptr<http::Listener> openListener(boost::asio::io_context& loop,
                                             const std::vector<int>& inherited,
                                             const ServeOptions& options, const Config& config) {
  if (!inherited.empty()) {
    auto listener = std::make_unique<http::Listener>(loop, inherited);
    listener->setAcrossExec(http::Listener::AcrossExec::closed);
    return listener;
  }
  std::vector<std::string> hosts = options.ips;
  if (hosts.empty()) hosts.push_back(config.ip.value_or(std::string(kLocalhost)));
  std::uint16_t port = options.port.value_or(config.port.value_or(kDefaultPort));
  std::vector<http::ListenAddress> addresses;
  for (const std::string& host : hosts) addresses.push_back({host, port});
  return std::make_unique<http::Listener>(loop, addresses);
}

// The address to open in a browser on this machine.
std::string urlOf(const http::Listener& listener) {
  auto endpoints = listener.endpoints();
  bool local = std::ranges::any_of(endpoints, [](const auto& endpoint) {
    return endpoint.address().is_loopback() || endpoint.address().is_unspecified();
  });
  boost::asio::ip::address first = endpoints.front().address();
  // 127.0.0.2 is this machine, but not what `localhost` leads to.
  bool other =
      first.is_v4() && first.is_loopback() && first != boost::asio::ip::address_v4::loopback();
  std::string host(kLocalhost);
  if (!local || other) host = first.is_v6() ? "[" + first.to_string() + "]" : first.to_string();
  return "http://" + host + ":" + std::to_string(listener.port());
}

class Serving {
 public:
  Serving(const ServeOptions& options, TerminalLog& log, Config config)
      : options_(options),
        log_(log),
        config_(std::move(config)),
        reExecution_(options.arguments),
        runtime_(log, {config_}, options.objects,
                 ControlThread::Requests{[this](Clock::time_point deadline) { stop(deadline); },
                                         [this] { reload(); }}),
        deadline_(runtime_.loop()) {}

  ExitCode run() {
    std::vector<int> inherited = ReExecution::takeInherited();
    listener_ = openListener(runtime_.loop(), inherited, options_, config_);
    runtime_.load({config_});
    server_.emplace(
        runtime_.loop(), *listener_,
        [this](io::RequestHead head, std::unique_ptr<io::BodySource> body) {
          return runtime_.engine().handleRequest(std::move(head), std::move(body));
        },
        limitsOf(config_), [this](const std::string& line) { log_.warning(config_.name, line); });
    reExecution_.keep(listener_->nativeHandles());
    runtime_.surviveBy(reExecution_);
    server_->start();
    announce(!inherited.empty());
    // What signals asked for meanwhile has been posted, and is done now.
    runtime_.loop().run();
    return ExitCode::done;
  }

 private:
  void announce(bool again) {
    std::string url = urlOf(*listener_);
    if (again) {
      // Whoever waits for the line on standard output has read it from the program before.
      log_.note("ready-again", "Ready again on " + url);
    } else if (log_.format() == LogFormat::json) {
      writeOut(jsonLine({{"event", "ready"}, {"url", url}}));
    } else {
      writeOut("Ready on " + url + "\n");
    }
  }

  // Reads everything again, after the build if there is one, and replaces the worker. A mistake is
  // told, and the old one stays.
  void reload() {
    build_.reset();
    try {
      Config config = loadConfigAlone(options_.project);
      if (!config.build) return replaceBy(std::move(config));
      build_.emplace(
          runtime_.loop(), *config.build,
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
      runtime_.load({config});
      sayWhatStays(config);
      config_ = std::move(config);
      log_.note("reloaded", "Reloaded " + config_.shownAs);
    } catch (const std::exception& error) {
      stay(error.what());
    }
  }

  // Whatever it is: there is a worker that answers, and it goes on.
  void stay(const std::string& why) { log_.error(why + "\nThe worker before stays."); }

  void sayWhatStays(const Config& config) {
    auto changed = [&](bool different, std::string_view what) {
      if (!different) return;
      log_.note("notice", "note: " + std::string(what) + " takes effect at the next start");
    };
    changed(config.v8Flags != config_.v8Flags, "\"lathe.v8_flags\"");
    changed(config.bodyMb != config_.bodyMb, "\"lathe.body_mb\"");
    changed(options_.ips.empty() && config.ip != config_.ip, "\"dev.ip\"");
    changed(!options_.port && config.port != config_.port, "\"dev.port\"");
  }

  // Lets requests finish, and then what they have given to waitUntil, until `deadline`.
  void stop(Clock::time_point deadline) {
    deadline_.expires_at(deadline);
    deadline_.async_wait([this](const boost::system::error_code& error) {
      if (!error) runtime_.loop().stop();
    });
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    serverStopped_ = server_->stop(std::max(left, std::chrono::milliseconds(0)));
    serverStopped_.then([this](io::Outcome<void>) {
      drained_ = runtime_.engine().drain();
      drained_.then([this](io::Outcome<void>) { runtime_.loop().stop(); });
    });
  }

  const ServeOptions& options_;
  TerminalLog& log_;
  Config config_;
  ReExecution reExecution_;
  Runtime runtime_;
  boost::asio::steady_timer deadline_;
  std::unique_ptr<http::Listener> listener_;
  std::optional<http::Server> server_;
  std::optional<BuildRun> build_;
  io::Pending<void> serverStopped_;
  io::Pending<void> drained_;
};

}  // namespace

ExitCode serve(const ServeOptions& options, TerminalLog& log) {
  Config config = loadConfigAlone(options.project);
  runBuild(config, log);
  return Serving(options, log, std::move(config)).run();
}

}  // namespace lathe::cli
