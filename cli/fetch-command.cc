#include "cli/fetch-command.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <boost/beast/http/status.hpp>

#include "cli/build-run.h"
#include "cli/output.h"
#include "cli/runtime.h"
#include "cli/serve-command.h"
#include "engine/io/http-message.h"

namespace lathe::cli {

namespace {

constexpr unsigned kFirstErrorStatus = 400;

std::string originOf(const Config& config) {
  std::uint16_t port = config.port.value_or(0);
  return "http://localhost:" + std::to_string(port == 0 ? kDefaultPort : port);
}

std::string headOf(const io::Response& response) {
  std::string reason = response.statusText;
  if (reason.empty()) {
    reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
  }
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + reason + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  return head + "\r\n";
}

void writeBody(Runtime& runtime, io::Response& response) {
  if (auto* bytes = std::get_if<io::SharedBytes>(&response.body)) {
    writeOut(**bytes);
  } else if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&response.body)) {
    for (;;) {
      std::string piece = runtime.await((*source)->read());
      if (piece.empty() || !writeOut(piece)) return;
    }
  }
}

}  // namespace

ExitCode fetch(const FetchOptions& options, TerminalLog& log) {
  Config config = loadConfigAlone(options.project);
  FetchRequest request = makeRequest(options.request, originOf(config));
  runBuild(config, log);
  bool wantsBody = request.head.message.method() != boost::beast::http::verb::head;

  Runtime runtime(log, {config}, options.objects);
  runtime.load({config});
  auto answer = runtime.engine().handleRequest(std::move(request.head), std::move(request.body));
  auto* later = std::get_if<io::Pending<io::Response>>(&answer);
  io::Response response =
      later ? runtime.await(std::move(*later)) : std::move(std::get<io::Response>(answer));

  ExitCode code = response.status >= kFirstErrorStatus ? ExitCode::httpError : ExitCode::done;
  if (options.showHead) writeOut(headOf(response));
  if (wantsBody) {
    try {
      writeBody(runtime, response);
    } catch (const std::exception& error) {
      log.error(std::string("the body broke off: ") + error.what());
      code = ExitCode::failed;
    }
  }
  response = {};
  runtime.await(runtime.engine().drain());
  return code;
}

}  // namespace lathe::cli
