#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "engine/http/byte-stream.h"
#include "engine/http/connection-pool.h"
#include "engine/http/tcp-stream.h"
#include "engine/http/tls-stream.h"
#include "engine/http/web-socket-extensions.h"
#include "engine/io/web-socket-dialer.h"

namespace lathe::http {

// One attempt to open a WebSocket towards a server (RFC 6455 §4.1): looks its name up, connects,
// asks, and judges the answer. The pool owns it; it goes when there is a connection, or none.
class WebSocketAttempt final : public PooledConnection, private ByteStream::Listener {
 public:
  using Request = io::WebSocketDialer::Request;
  using Opened = io::WebSocketDialer::Opened;

  static io::Pending<Opened> begin(ConnectionPool& pool, TlsClientContext& tls, Request request);

  WebSocketAttempt(ConnectionPool& pool, TlsClientContext& tls, Request request);
  ~WebSocketAttempt() override;

  // ---- for the pool ----
  bool finish() override { return true; }
  bool isOver(Moment now) override;

 private:
  using Tcp = boost::asio::ip::tcp;
  using Socket = boost::asio::basic_stream_socket<Tcp, boost::asio::io_context::executor_type>;
  using Error = boost::system::error_code;
  using Response = boost::beast::http::response_parser<boost::beast::http::empty_body>;

  // False when the URL is none that can be dialled; `failure_` says why.
  bool takeUrl();
  // In the order in which they happen.
  void resolve();
  void connectNext();
  void ask();
  void sendRequest();
  void readable() override;
  void writable() override { sendRequest(); }
  void judge();

  // What is wrong with the response, if anything.
  std::optional<std::string> objection();
  void fail(const std::string& why);

  ConnectionPool& pool_;
  TlsClientContext& tls_;
  const Request request_;
  // Of the URL: the host without brackets, and as it stands there with its port, if that is told.
  bool secure_ = false;
  std::string host_;
  std::string authority_;
  std::string target_;
  // What the URL's name and password are in the field Authorization; empty without.
  std::string credentials_;
  std::uint16_t port_ = 0;

  std::string failure_;
  std::optional<io::Resolver<Opened>> result_;
  // What callbacks hold instead of a pointer: null once the attempt is over.
  std::shared_ptr<WebSocketAttempt*> self_;
  Moment deadline_;

  Tcp::resolver resolver_;
  std::vector<Tcp::endpoint> endpoints_;
  std::size_t nextEndpoint_ = 0;
  Socket socket_;
  std::unique_ptr<ByteStream> stream_;

  std::string key_;
  std::string output_;
  std::string input_;
  std::optional<Response> response_;
  std::string protocol_;
  std::string extensions_;
  std::optional<DeflateParameters> deflate_;
};

}  // namespace lathe::http
