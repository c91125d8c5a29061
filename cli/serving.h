#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "cli/exit-code.h"
#include "cli/https.h"
#include "cli/object-store.h"
#include "cli/project.h"
#include "cli/re-execution.h"
#include "cli/runtime.h"
#include "cli/terminal-log.h"
#include "cli/trusted-hosts.h"
#include "engine/http/listener.h"
#include "engine/http/server.h"
#include "engine/io/pending.h"

namespace lathe::cli {

struct ServeOptions {
  ProjectChoice project;
  ObjectStoreChoice objects;
  // Addresses or names to listen on; empty: what the configuration says, else localhost.
  std::vector<std::string> ips;
  // Port 0 is any free one. Nothing: what the configuration says, else kDefaultPort.
  std::optional<std::uint16_t> port;
  // Nothing: what the configuration says, else plain HTTP.
  std::optional<LocalProtocol> protocol;
  HttpsFiles httpsFiles;
  // main()'s, to start the same command anew.
  std::vector<std::string> arguments;
};

inline constexpr std::uint16_t kDefaultPort = 8787;

// What `serve` and `dev` have in common: a runtime behind listening sockets that stay the same for
// the life of the process, from the Ready line to a graceful end. Loop thread.
class Serving {
 public:
  using Clock = ControlThread::Clock;

  struct Hooks {
    // SIGHUP.
    std::function<void()> reload;
    // The end has begun: what would wait for ever has to let go. May be empty.
    std::function<void()> stopping = {};
  };

  // Starts V8 and takes the signals. `options` and `log` outlive this.
  Serving(const ServeOptions& options, TerminalLog& log, const Config& config, Hooks hooks);
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  // Opens the listening sockets, or takes over those of the program before, and finds the
  // certificate when HTTPS is wanted. Throws http::ListenError, and UsageError for files of a
  // certificate that are of no use.
  void listen(const Config& config);
  // From here on the process is started anew when V8 has to abort it. So run() has it; for those
  // who would not end even when it is the first load that V8 does not survive. After listen().
  void survive();
  // Answers with `handler`, which is told whether to trust each request, says so, and returns when
  // a signal has said to stop.
  ExitCode run(http::Handler handler, const Config& config);
  // Lets requests finish, and then what they have given to waitUntil, until `deadline`.
  void stop(Clock::time_point deadline);

  // Says which differences between the two take effect only at the next start.
  void sayWhatStays(const Config& before, const Config& now);

  Runtime& runtime() { return runtime_; }
  // The address to open in a browser on this machine.
  std::string url() const;

 private:
  bool wantsHttps(const Config& config) const;
  bool listensOnAll() const;
  // `host` is a name, or an address as a URL has it.
  std::string urlFor(std::string_view host) const;
  void announce();

  const ServeOptions& options_;
  TerminalLog& log_;
  Hooks hooks_;
  ReExecution reExecution_;
  ReExecution::Kept inherited_;
  Runtime runtime_;
  boost::asio::steady_timer deadline_;
  std::unique_ptr<http::Listener> listener_;
  // Under which names this machine's person asks. Set by listen().
  std::optional<TrustedHosts> hosts_;
  // Null when plain HTTP is spoken.
  std::unique_ptr<http::TlsServerContext> tls_;
  std::optional<http::Server> server_;
  io::Pending<void> serverStopped_;
  io::Pending<void> drained_;
  bool stopping_ = false;
};

}  // namespace lathe::cli
