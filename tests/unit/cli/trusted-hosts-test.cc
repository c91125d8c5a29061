#include "cli/trusted-hosts.h"

#include <doctest/doctest.h>

namespace lathe::cli {

TEST_CASE("localhost, addresses and configured names are trusted, and no other name is") {
  TrustedHosts hosts({"Desk.example", "0.0.0.0"});
  for (const char* trusted :
       {"localhost", "localhost:8787", "LocalHost:1", "localhost.", "localhost.:80",
        "shop.localhost", "a.b.localhost:8787", "127.0.0.1", "127.0.0.1:8787", "127.9.9.9",
        "192.168.1.5:8787", "[::1]", "[::1]:8787", "[fe80::1]:8787", "desk.example",
        "desk.example:8787", "DESK.EXAMPLE."}) {
    CAPTURE(trusted);
    CHECK(hosts.trusts(std::string_view(trusted)));
  }
  for (const char* other :
       {"", ":8787", "attacker.example", "attacker.example:8787", "localhost.attacker.example",
        "127.0.0.1.attacker.example", "127.0.0.1.nip.io", "notlocalhost", "xlocalhost:80",
        "desk.example.attacker.example", "sub.desk.example", "1.attacker.example", "localhost..",
        "[attacker.example]", "desk"}) {
    CAPTURE(other);
    CHECK_FALSE(hosts.trusts(std::string_view(other)));
  }
}

TEST_CASE("of a request every host that it names has to be trusted") {
  TrustedHosts hosts({});
  auto trusts = [&](const char* target, const char* host, const char* origin) {
    io::RequestHead head;
    head.message.target(target);
    if (host) head.message.set(boost::beast::http::field::host, host);
    head.origin = origin;
    return hosts.trusts(head);
  };
  CHECK(trusts("/", "localhost:1", "http://localhost:1"));
  CHECK_FALSE(trusts("/", "attacker.example", "http://attacker.example"));
  // HTTP/1.0 without a Host.
  CHECK(trusts("/", nullptr, "http://127.0.0.1:1"));
  CHECK(trusts("http://localhost:1/x", "localhost:1", ""));
  CHECK(trusts("http://localhost:1/x", nullptr, ""));
  CHECK_FALSE(trusts("http://attacker.example/x", "localhost:1", ""));
  CHECK_FALSE(trusts("http://localhost:1/x", "attacker.example", ""));
}

}  // namespace lathe::cli
