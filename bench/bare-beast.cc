// What Beast alone does with one thread: the yardstick for the request path of lathe. Nothing here
// is more than its documentation shows, and the response has the headers that lathe's has.
//
//   bare-beast PORT

#include <cstdlib>
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::ip::tcp;

namespace {

net::awaitable<void> serve(tcp::socket socket) {
  socket.set_option(tcp::no_delay(true));
  beast::flat_buffer buffer;
  try {
    for (;;) {
      http::request<http::string_body> request;
      co_await http::async_read(socket, buffer, request, net::use_awaitable);
      http::response<http::string_body> response(http::status::ok, request.version());
      response.set(http::field::content_type, "text/plain;charset=UTF-8");
      response.set(http::field::date, "Sun, 06 Nov 1994 08:49:37 GMT");
      response.keep_alive(request.keep_alive());
      response.body() = "Hello World";
      response.prepare_payload();
      co_await http::async_write(socket, response, net::use_awaitable);
      if (!response.keep_alive()) break;
    }
  } catch (const boost::system::system_error&) {
    // The client has gone.
  }
}

net::awaitable<void> listen(unsigned short port) {
  tcp::acceptor acceptor(co_await net::this_coro::executor,
                         {net::ip::address_v4::loopback(), port});
  for (;;) {
    auto socket = co_await acceptor.async_accept(net::use_awaitable);
    net::co_spawn(acceptor.get_executor(), serve(std::move(socket)), net::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bare-beast PORT\n";
    return 2;
  }
  net::io_context loop(1);
  net::co_spawn(loop, listen(static_cast<unsigned short>(std::atoi(argv[1]))), net::detached);
  loop.run();
}
