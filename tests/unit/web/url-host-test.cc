#include "engine/web/url-host.h"

#include <doctest/doctest.h>

namespace lathe::web {

namespace {

// The normal form of a host behind what was there before, or "failure".
std::string host(std::string_view input, HostSyntax syntax) {
  std::string out = "before ";
  const bool appended = appendHost(out, input, syntax);
  REQUIRE(out.starts_with("before "));
  out.erase(0, 7);
  if (!appended) {
    REQUIRE(out == "");  // failure leaves nothing behind
    return "failure";
  }
  return out;
}

struct Case {
  std::string_view input, want;
};

}  // namespace

TEST_CASE("a domain becomes lower-case ASCII") {
  const Case cases[] = {
      {"Example.ORG", "example.org"},
      {"example.org.", "example.org."},
      {"a..b", "a..b"},
      {"%65xample%2Eorg", "example.org"},
      {"under_score-", "under_score-"},
      {"bücher.example", "xn--bcher-kva.example"},
      {"B%C3%BCcher.example", "xn--bcher-kva.example"},
      {"faß.de", "xn--fa-hia.de"},
      {"Ⅳ.example", "iv.example"},
      {"a。b", "a.b"},
      {"xn--a", "xn--a"},  // no Punycode, but ASCII
      {"xn--a-", "xn--a-"},
      {"XN--BCHER-KVA.ß", "xn--bcher-kva.xn--zca"},
      {"", "failure"},
      {"a b", "failure"},
      {"a%00b", "failure"},
      {"a%", "failure"},
      {"a%25b", "failure"},
      {"a:b", "failure"},
      {"a\x7F", "failure"},
      {"a^b", "failure"},
      {"％４１", "failure"},  // full-width "%41": what comes out is not decoded again
      {"a／b.ß", "failure"},
      {"xn--a.ß", "failure"},
      {"xn--a-.ß", "failure"},
      {"xn--.ß", "failure"},
      {"\xC2\xAD", "failure"},
      {"\xF0\x9F", "failure"},
      {"%ED%A0%80", "failure"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(host(input, HostSyntax::kDomain) == want);
  }
}

TEST_CASE("a domain whose last label is a number is an IPv4 address or nothing") {
  const Case cases[] = {
      {"1.2.3.4", "1.2.3.4"},
      {"1.2.3.4.", "1.2.3.4"},
      {"127.1", "127.0.0.1"},
      {"1.2.772", "1.2.3.4"},
      {"0x7f.0.0.01", "127.0.0.1"},
      {"0X", "0.0.0.0"},
      {"4294967295", "255.255.255.255"},
      {"037777777777", "255.255.255.255"},
      {"１.２.３.４", "1.2.3.4"},
      {"1.2.3.4a", "1.2.3.4a"},
      {"0xg", "0xg"},
      {"1.x", "1.x"},
      {"4294967296", "failure"},
      {"0x100000000000000000000000000000001", "failure"},
      {"256.1", "failure"},
      {"1.16777216", "failure"},
      {"1.2.3.256", "failure"},
      {"1.2.3.4.5", "failure"},
      {"1..2", "failure"},
      {".1", "failure"},
      {"1.2..", "1.2.."},  // the last label is empty
      {"08", "failure"},
      {"1.08.1", "failure"},
      {"a.1", "failure"},
      {"a.0x", "failure"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(host(input, HostSyntax::kDomain) == want);
  }
}

TEST_CASE("brackets hold an IPv6 address in any URL") {
  const Case cases[] = {
      {"[::]", "[::]"},
      {"[::1]", "[::1]"},
      {"[1::]", "[1::]"},
      {"[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"},
      {"[2001:0DB8:0:0:0:0:0:0001]", "[2001:db8::1]"},
      {"[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"},
      {"[1:0:0:2:3:0:0:4]", "[1::2:3:0:0:4]"},  // of equal runs the first
      {"[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]"},
      {"[1::2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]"},
      {"[0:0:0:0:0:0:1:0]", "[::1:0]"},
      {"[::ffff:1.2.3.4]", "[::ffff:102:304]"},
      {"[]", "failure"},
      {"[:]", "failure"},
      {"[:1]", "failure"},
      {"[1:]", "failure"},
      {"[:::]", "failure"},
      {"[1::2::3]", "failure"},
      {"[1:2:3]", "failure"},
      {"[1:2:3:4:5:6:7:8:9]", "failure"},
      {"[1:2:3:4:5:6:7:8::]", "failure"},
      {"[12345::]", "failure"},
      {"[g::]", "failure"},
      {"[::1", "failure"},
      {"[::1]x", "failure"},
      {"[::%31]", "failure"},
      {"[fe80::1%eth0]", "failure"},
      {"[::1.2.3]", "failure"},
      {"[::1.2.3.4.5]", "failure"},
      {"[::1.2.3.256]", "failure"},
      {"[::1.2.3.04]", "failure"},
      {"[::.1.2.3]", "failure"},
      {"[::1.2.3.]", "failure"},
      {"[1:2:3:4:5:6:7:1.2.3.4]", "failure"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(host(input, HostSyntax::kDomain) == want);
    CHECK(host(input, HostSyntax::kOpaque) == want);
  }
}

TEST_CASE("an opaque host stays as it is but for what is not printable ASCII") {
  const Case cases[] = {
      {"", ""},
      {"Example", "Example"},
      {"1.2.3", "1.2.3"},
      {"a%2", "a%2"},
      {"é\x01\x7F", "%C3%A9%01%7F"},
      {"\"'`{}", "\"'`{}"},
      {"a b", "failure"},
      {"a:b", "failure"},
      {"a@b", "failure"},
      {"a]", "failure"},
      {"a|b", "failure"},
      {std::string_view("a\0b", 3), "failure"},
  };
  for (const auto& [input, want] : cases) {
    CAPTURE(input);
    CHECK(host(input, HostSyntax::kOpaque) == want);
  }
}

}  // namespace lathe::web
