#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace lathe::cli {

using ControlRequest = boost::beast::http::request<boost::beast::http::string_body>;
using ControlResponse = boost::beast::http::response<boost::beast::http::string_body>;

// Where a running lathe answers the other commands of the same user: HTTP/1.1 on a unix socket in
// $XDG_RUNTIME_DIR/lathe or, without that, in /tmp/lathe-UID, that only this user can open (mode
// 0600), and others are not answered even so. It ends, and its file goes, with this object. Loop
// thread.
class ControlSocket {
 public:
  // Gives the whole response; must not throw.
  using Handler = std::function<boost::asio::awaitable<ControlResponse>(ControlRequest)>;

  // Throws std::runtime_error when the socket cannot be opened.
  ControlSocket(boost::asio::io_context& loop, Handler handler);
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  ~ControlSocket();

  const std::string& path() const { return path_; }

 private:
  struct State;
  static boost::asio::awaitable<void> accept(std::shared_ptr<State> state);
  static boost::asio::awaitable<void> converse(std::shared_ptr<State> state, std::size_t number);
  static boost::asio::awaitable<ControlResponse> answer(std::shared_ptr<State> state,
                                                        ControlRequest request);

  std::string path_;
  std::shared_ptr<State> state_;
};

}  // namespace lathe::cli
