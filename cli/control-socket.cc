#include "cli/control-socket.h"

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/control-socket-path.h"
#include "cli/socket-peer.h"

namespace lathe::cli {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using Local = net::local::stream_protocol;

// Of a request's body: a value has up to 2 MB, and several may come together.
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{64} << 20;

// How long to wait when the system has no descriptor left for a connection.
constexpr std::chrono::milliseconds kAcceptPause{100};

// Not taken along when the process starts anew.
void closeOnExec(int descriptor) { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

// The answer to what cannot be read as a request; nothing when it can, or nobody is there.
std::optional<ControlResponse> complaint(const boost::system::error_code& error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  bool tooLong = error == http::error::body_limit;
  ControlResponse response(tooLong ? http::status::payload_too_large : http::status::bad_request,
                           11);
  response.keep_alive(false);
  response.body() = R"({"error":"the request cannot be read: )" + error.message() +
                    R"(","kind":"invalid"})" + "\n";
  return response;
}

}  // namespace

// Lives as long as the socket or a coroutine that has not noticed its end yet.
struct ControlSocket::State {
  State(net::io_context& loop, Handler given) : acceptor(loop), handler(std::move(given)) {}
  Local::acceptor acceptor;
  Handler handler;
  std::map<std::size_t, Local::socket> connections;
  std::size_t nextNumber = 0;
};

ControlSocket::ControlSocket(net::io_context& loop, Handler handler)
    : path_(controlSocketPath()), state_(std::make_shared<State>(loop, std::move(handler))) {
  // One that an earlier process of the same number has left.
  ::unlink(path_.c_str());
  const mode_t before = ::umask(0177);
  boost::system::error_code error;
  state_->acceptor.open(Local(), error);
  if (!error) state_->acceptor.bind(Local::endpoint(path_), error);
  ::umask(before);
  if (!error) state_->acceptor.listen(net::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error(path_ + " cannot be opened: " + error.message());
  closeOnExec(state_->acceptor.native_handle());
  net::co_spawn(loop, accept(state_), net::detached);
}

ControlSocket::~ControlSocket() {
  ::unlink(path_.c_str());
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (auto& [number, connection] : state_->connections) connection.close(ignored);
  // What it refers to goes now; what still runs finds the connection closed.
  state_->handler = nullptr;
}

net::awaitable<void> ControlSocket::accept(std::shared_ptr<State> state) {
  while (state->acceptor.is_open()) {
    boost::system::error_code error;
    auto token = net::redirect_error(net::use_awaitable, error);
    Local::socket connection = co_await state->acceptor.async_accept(token);
    if (error && state->acceptor.is_open()) {
      net::steady_timer pause(state->acceptor.get_executor(), kAcceptPause);
      co_await pause.async_wait(token);
    }
    if (error || !isOfThisUser(connection.native_handle())) continue;
    closeOnExec(connection.native_handle());
    std::size_t number = state->nextNumber++;
    state->connections.emplace(number, std::move(connection));
    net::co_spawn(state->acceptor.get_executor(), converse(state, number), net::detached);
  }
}

net::awaitable<void> ControlSocket::converse(std::shared_ptr<State> state, std::size_t number) {
  Local::socket& connection = state->connections.at(number);
  boost::beast::flat_buffer buffer;
  boost::system::error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  while (state->handler) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kBodyBytesMax);
    co_await http::async_read(connection, buffer, parser, token);
    auto response = complaint(error);
    if (!state->handler || (error && !response)) break;
    if (!response) response = co_await answer(state, parser.release());
    response->set(http::field::content_type, "application/json");
    response->prepare_payload();
    co_await http::async_write(connection, *response, token);
    if (error || !response->keep_alive()) break;
  }
  state->connections.erase(number);
}

net::awaitable<ControlResponse> ControlSocket::answer(std::shared_ptr<State> state,
                                                      ControlRequest request) {
  unsigned version = request.version();
  bool keep = request.keep_alive();
  ControlResponse response = co_await state->handler(std::move(request));
  response.version(version);
  response.keep_alive(keep);
  co_return response;
}

}  // namespace lathe::cli
