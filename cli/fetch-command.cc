#include "cli/fetch-command.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <boost/beast/http/status.hpp>
#include <unistd.h>

#include "cli/build-run.h"
#include "cli/output.h"
#include "cli/runtime.h"
#include "cli/serve-command.h"
#include "engine/io/http-message.h"
#include "engine/shown-text.h"

namespace lathe::cli {

namespace {

constexpr unsigned kFirstErrorStatus = 400;

std::string originOf(const Config& config) {
  std::uint16_t port = config.port.value_or(0);
  return "http://localhost:" + std::to_string(port == 0 ? kDefaultPort : port);
}

// What is written to standard output: bytes as they are, but for a terminal, which gets them as
// text of others.
class Output {
 public:
  std::string shown(const std::string& text) const { return terminal_ ? shownText(text) : text; }

  // False when nobody reads any more.
  bool write(std::string piece) {
    if (!terminal_) return writeOut(piece);
    piece.insert(0, std::exchange(cut_, {}));
    // A character that goes on in the next piece waits for that.
    std::size_t whole = piece.size();
    for (std::size_t back = 1; back <= 3 && back <= piece.size(); ++back) {
      auto byte = static_cast<unsigned char>(piece[piece.size() - back]);
      if (byte < 0xC0) continue;
      if (characterLength(std::string_view(piece).substr(piece.size() - back)) == 0) whole -= back;
      break;
    }
    cut_ = piece.substr(whole);
    piece.resize(whole);
    return writeOut(shownText(piece));
  }

  ~Output() { writeOut(shownText(cut_)); }

 private:
  const bool terminal_ = ::isatty(STDOUT_FILENO) == 1;
  std::string cut_;
};

std::string headOf(const io::Response& response, const Output& output) {
  std::string reason = response.statusText;
  if (reason.empty()) {
    reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
  }
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + output.shown(reason) + "\r\n";
  for (const auto& [name, value] : response.headers) {
    head += output.shown(name) + ": " + output.shown(value) + "\r\n";
  }
  return head + "\r\n";
}

void writeBody(Runtime& runtime, io::Response& response, Output& output) {
  if (auto* bytes = std::get_if<io::SharedBytes>(&response.body)) {
    output.write(**bytes);
  } else if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&response.body)) {
    for (;;) {
      std::string piece = runtime.await((*source)->read());
      if (piece.empty() || !output.write(std::move(piece))) return;
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
  Output output;
  if (options.showHead) writeOut(headOf(response, output));
  if (wantsBody) {
    try {
      writeBody(runtime, response, output);
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
