#include "cli/serving.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "cli/output.h"
#include "cli/own-addresses.h"

namespace lathe::cli {

namespace {

constexpr std::string_view kLocalhost = "localhost";

http::Limits limitsOf(const Config& config) {
  http::Limits limits;
  limits.bodyBytesMax = std::uint64_t{config.bodyMb} << 20;
  return limits;
}

}  // namespace

Serving::Serving(const ServeOptions& options, TerminalLog& log, const Config& config, Hooks hooks)
    : options_(options),
      log_(log),
      hooks_(std::move(hooks)),
      reExecution_(options.arguments),
      inherited_(ReExecution::takeInherited()),
      runtime_(log, {config}, options.objects,
               ControlThread::Requests{[this](Clock::time_point deadline) { stop(deadline); },
                                       [this] { hooks_.reload(); }}),
      deadline_(runtime_.loop()) {}

void Serving::listen(const Config& config) {
  std::vector<std::string> hosts = options_.ips;
  if (hosts.empty()) hosts.push_back(config.ip.value_or(std::string(kLocalhost)));
  auto trusted = config.trustedHosts;
  trusted.insert(trusted.end(), hosts.begin(), hosts.end());
  hosts_.emplace(trusted);
  if (!inherited_.descriptors.empty()) {
    listener_ = std::make_unique<http::Listener>(runtime_.loop(), inherited_.descriptors);
    listener_->setAcrossExec(http::Listener::AcrossExec::closed);
  } else {
    std::uint16_t port = options_.port.value_or(config.port.value_or(kDefaultPort));
    std::vector<http::ListenAddress> addresses;
    for (const std::string& host : hosts) addresses.push_back({host, port});
    listener_ = std::make_unique<http::Listener>(runtime_.loop(), addresses);
  }
  if (wantsHttps(config)) {
    tls_ = httpsContext(options_.httpsFiles, hosts, log_);
  } else if (options_.httpsFiles.given()) {
    log_.notice("--https-key-path and --https-cert-path do nothing without --local-protocol https");
  }
}

bool Serving::wantsHttps(const Config& config) const {
  auto asked = options_.protocol ? options_.protocol : config.localProtocol;
  return asked == LocalProtocol::https;
}

void Serving::survive() {
  reExecution_.keep({listener_->nativeHandles(), inherited_.announced});
  runtime_.surviveBy(reExecution_);
}

ExitCode Serving::run(http::Handler handler, const Config& config) {
  http::Handler judging = [this, handler = std::move(handler)](
                              io::RequestHead head, std::unique_ptr<io::BodySource> body) {
    head.trusted = hosts_->trusts(head);
    return handler(std::move(head), std::move(body));
  };
  server_.emplace(
      runtime_.loop(), *listener_, std::move(judging), limitsOf(config),
      [this, name = config.name](const std::string& line) { log_.warning(name, line); },
      tls_.get());
  server_->start();
  announce();
  inherited_.announced = true;
  survive();
  // What signals asked for meanwhile has been posted, and is done now.
  runtime_.loop().run();
  return ExitCode::done;
}

void Serving::announce() {
  if (inherited_.announced) {
    // Whoever waits for the line on standard output has read it from the program before.
    log_.note("ready", "Ready again on " + url());
  } else if (log_.format() == LogFormat::json) {
    JsonLine line("info", "ready");
    writeOut(line.text("url", url()).take());
  } else {
    writeOut("Ready on " + url() + "\n");
  }
  if (!listensOnAll()) return;
  for (const auto& address : ownAddresses()) log_.note("address", "Also on " + urlFor(address));
}

void Serving::sayWhatStays(const Config& before, const Config& now) {
  auto changed = [&](bool different, std::string_view what) {
    if (!different) return;
    log_.notice(std::string(what) + " takes effect at the next start");
  };
  changed(now.v8Flags != before.v8Flags, "\"lathe.v8_flags\"");
  changed(now.bodyMb != before.bodyMb, "\"lathe.body_mb\"");
  changed(options_.ips.empty() && now.ip != before.ip, "\"dev.ip\"");
  changed(!options_.port && now.port != before.port, "\"dev.port\"");
  changed(now.trustedHosts != before.trustedHosts, "\"lathe.trusted_hosts\"");
  changed(wantsHttps(now) != wantsHttps(before), "\"dev.local_protocol\"");
}

void Serving::stop(Clock::time_point deadline) {
  if (std::exchange(stopping_, true)) return;
  if (hooks_.stopping) hooks_.stopping();
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

std::string Serving::url() const {
  auto endpoints = listener_->endpoints();
  bool local = std::ranges::any_of(endpoints, [](const auto& endpoint) {
    return endpoint.address().is_loopback() || endpoint.address().is_unspecified();
  });
  boost::asio::ip::address first = endpoints.front().address();
  // 127.0.0.2 is this machine, but not what `localhost` leads to.
  bool other =
      first.is_v4() && first.is_loopback() && first != boost::asio::ip::address_v4::loopback();
  std::string host(kLocalhost);
  if (!local || other) host = first.is_v6() ? "[" + first.to_string() + "]" : first.to_string();
  return urlFor(host);
}

std::string Serving::urlFor(std::string_view host) const {
  return std::string(tls_ ? "https://" : "http://") + std::string(host) + ":" +
         std::to_string(listener_->port());
}

bool Serving::listensOnAll() const {
  return std::ranges::any_of(listener_->endpoints(), [](const auto& endpoint) {
    return endpoint.address().is_unspecified();
  });
}

}  // namespace lathe::cli
