#include "engine/http/listener.h"

#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/http/test-server.h"

namespace lathe::http {

namespace net = boost::asio;
using net::ip::tcp;

TEST_CASE("port 0 is one free port for all addresses") {
  net::io_context loop;
  Listener listener(loop, std::vector<ListenAddress>{{"localhost", 0}, {"127.0.0.2", 0}});
  const auto endpoints = listener.endpoints();
  REQUIRE(endpoints.size() >= 2);
  CHECK(listener.port() != 0);
  CHECK(endpoints.front().address().to_string() == "127.0.0.1");
  CHECK(endpoints.back().address().to_string() == "127.0.0.2");
  for (const auto& endpoint : endpoints) CHECK(endpoint.port() == listener.port());
}

TEST_CASE("localhost is ::1 too, where there is one") {
  net::io_context loop;
  boost::system::error_code error;
  tcp::acceptor probe(loop, tcp::v6());
  probe.bind({net::ip::address_v6::loopback(), 0}, error);
  Listener listener(loop, std::vector<ListenAddress>{{"localhost", 0}});
  CHECK(listener.endpoints().size() == (error ? 1 : 2));
}

TEST_CASE("a port in use is told with the process that owns it") {
  net::io_context loop;
  Listener owner(loop, std::vector<ListenAddress>{{"127.0.0.1", 0}});
  const auto port = std::to_string(owner.port());
  try {
    Listener second(loop, std::vector<ListenAddress>{{"127.0.0.1", owner.port()}});
    FAIL("the port was opened twice");
  } catch (const PortTaken& taken) {
    const std::string text = taken.what();
    CHECK(text.starts_with("127.0.0.1:" + port + " is already in use by process " +
                           std::to_string(::getpid()) + " ("));
    CHECK(text.ends_with("); stop it or choose another port"));
  }
}

TEST_CASE("where it is not possible to listen, the message says why") {
  net::io_context loop;
  const struct {
    ListenAddress address;
    std::string_view want;
  } cases[] = {
      {{"192.0.2.1", 0}, "cannot listen on 192.0.2.1:0: "},
      {{"no-such-host.invalid", 0},
       "cannot listen on \"no-such-host.invalid\": it is neither an IP address nor a known host "
       "name"},
      {{"", 0}, "cannot listen on \"\": it is neither an IP address nor a known host name"},
  };
  for (const auto& [address, want] : cases) {
    try {
      Listener listener(loop, std::vector<ListenAddress>{address});
      FAIL("listening on " << address.host);
    } catch (const PortTaken& taken) {
      FAIL(taken.what());
    } catch (const ListenError& error) {
      CHECK(std::string(error.what()).starts_with(want));
    }
  }
}

TEST_CASE("a listener can be adopted by its descriptors, with the connections that wait in it") {
  net::io_context loop;
  std::vector<int> descriptors;
  std::uint16_t port = 0;
  {
    Listener first(loop, std::vector<ListenAddress>{{"127.0.0.1", 0}});
    port = first.port();
    // As execve would keep them.
    for (int descriptor : first.nativeHandles()) descriptors.push_back(::dup(descriptor));
  }
  tcp::socket early(loop);
  early.connect({net::ip::address_v4::loopback(), port});

  Listener second(loop, descriptors);
  CHECK(second.port() == port);
  Server server(loop, second, [](io::RequestHead, std::unique_ptr<io::BodySource>) -> Answer {
    return textResponse("still here");
  });
  server.start();
  net::write(early, net::buffer(std::string("GET / HTTP/1.0\r\n\r\n")));
  std::string response;
  net::async_read(early, net::dynamic_buffer(response),
                  [&](const boost::system::error_code&, std::size_t) { loop.stop(); });
  loop.run();
  CHECK(response.ends_with("\r\n\r\nstill here"));
}

TEST_CASE("sockets go across exec only when asked") {
  net::io_context loop;
  Listener listener(loop, std::vector<ListenAddress>{{"127.0.0.1", 0}});
  const int descriptor = listener.nativeHandles().front();
  CHECK((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
  listener.setAcrossExec(Listener::AcrossExec::kept);
  CHECK((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0);
  listener.setAcrossExec(Listener::AcrossExec::closed);
  CHECK((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("what is no listening socket is not adopted") {
  net::io_context loop;
  tcp::acceptor unheard(loop, tcp::v4());
  for (int descriptor : {-1, 0, 100'000, unheard.native_handle()}) {
    CHECK_THROWS_AS(Listener(loop, std::vector<int>{descriptor}), ListenError);
  }
}

}  // namespace lathe::http
