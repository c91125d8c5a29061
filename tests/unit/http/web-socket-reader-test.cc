#include "engine/http/web-socket-reader.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/http/web-socket-frames.h"

namespace lathe::http {
namespace {

std::string show(const WebSocketReader::Event& event) {
  if (auto* message = std::get_if<io::WebSocket::Message>(&event)) {
    const bool isText = message->kind == io::WebSocket::Message::Kind::text;
    return (isText ? "text(" : "binary(") + brief(message->bytes) + ")";
  }
  if (auto* close = std::get_if<io::WebSocket::Close>(&event)) {
    return "close(" + std::to_string(close->code) + " " + brief(close->reason) + ")";
  }
  if (auto* heard = std::get_if<WebSocketReader::Ping>(&event)) {
    return "ping(" + brief(heard->payload) + ")";
  }
  return "fail(" + std::to_string(std::get<WebSocketReader::Failure>(event).code) + ")";
}

// What a reader makes of bytes that arrive in these pieces.
class Reading {
 public:
  explicit Reading(WebSocketRole role = WebSocketRole::server,
                   std::size_t limit = io::WebSocket::kMessageBytesMax)
      : reader_(role, std::nullopt) {
    reader_.limitMessages(limit);
  }
  Reading& add(std::string piece) {
    std::span<char> input(piece);
    while (auto event = reader_.next(input)) said_ += (said_.empty() ? "" : " ") + show(*event);
    CHECK(input.empty());
    return *this;
  }
  const std::string& said() const { return said_; }

 private:
  WebSocketReader reader_;
  std::string said_;
};

struct Row {
  std::string in;
  std::string out;
  const char* why = "";
};

// Each row as a whole, in two pieces split anywhere, and byte by byte.
void check(const std::vector<Row>& rows, const std::function<Reading()>& begin) {
  for (const auto& [in, out, why] : rows) {
    INFO(why, " -> ", out);
    CHECK(begin().add(in).said() == out);
    const auto step = in.size() <= 1000 ? 1 : in.size() / 97;
    for (std::size_t split = 1; split < in.size(); split += step) {
      const auto said = begin().add(in.substr(0, split)).add(in.substr(split)).said();
      if (said != out) FAIL_CHECK("split at ", split, ": ", said);
    }
    auto slow = begin();
    for (char byte : in) slow.add({byte});
    CHECK(slow.said() == out);
  }
}

void check(const std::vector<Row>& rows) {
  check(rows, [] { return Reading(); });
}

std::string fill(std::size_t size) { return std::string(size, '*'); }

}  // namespace

TEST_CASE("messages of every length form") {
  check({
      {text(""), "text()"},
      {text("Hello"), "text(Hello)"},
      {binary(""), "binary()"},
      {binary(std::string("\0\xff", 2)), std::string("binary(\0\xff)", 10)},
      {text(fill(125)), "text(125 bytes)"},
      {text(fill(126)), "text(126 bytes)"},
      {text(fill(65535)), "text(65535 bytes)"},
      {text(fill(65536)), "text(65536 bytes)"},
      {binary(fill(65536)), "binary(65536 bytes)"},
      {text("one") + text("two") + binary("three"), "text(one) text(two) binary(three)"},
      {"", ""},
  });
}

TEST_CASE("lengths that are not written as they have to be") {
  check({
      {TestFrame{.payload = "x", .lengthBits = 16}, "fail(1002)"},
      {TestFrame{.payload = fill(125), .lengthBits = 64}, "fail(1002)"},
      {TestFrame{.payload = fill(65535), .lengthBits = 64}, "fail(1002)"},
      {TestFrame{.payload = fill(126), .lengthBits = 16}, "text(126 bytes)"},
      {TestFrame{.lengthBits = 64, .length = 1ull << 63}, "fail(1002)"},
  });
}

TEST_CASE("fragments are put together, and control frames may come between them") {
  check({
      {first(1, "Hel") + last("lo"), "text(Hello)"},
      {first(2, "a") + middle("b") + middle("") + last("c"), "binary(abc)"},
      {first(1, "") + middle("") + last(""), "text()"},
      {first(1, "a") + ping("?") + last("b"), "ping(?) text(ab)"},
      {first(1, "a") + ping("1") + middle("b") + ping("2") + pong("3") + last("c"),
       "ping(1) ping(2) text(abc)"},
      {first(1, "a") + last("b") + text("c"), "text(ab) text(c)"},
      {first(1, "a") + closing(1000), "close(1000 )", "a Close cuts a message short"},
      {last("a"), "fail(1002)", "nothing to continue"},
      {middle("a"), "fail(1002)", "nothing to continue"},
      {text("a") + last("b"), "text(a) fail(1002)"},
      {first(1, "a") + text("b"), "fail(1002)", "a message within a message"},
      {first(1, "a") + first(2, "b"), "fail(1002)", "a message within a message"},
  });
}

TEST_CASE("control frames") {
  check({
      {ping(""), "ping()"},
      {ping("payload"), "ping(payload)"},
      {ping(fill(125)), "ping(125 bytes)"},
      {ping(fill(126)), "fail(1002)", "too long"},
      {ping(fill(65536)), "fail(1002)", "too long"},
      {ping(std::string("\xff\xfe", 2)), "ping(\xff\xfe)", "its payload is no text"},
      {pong("unasked") + text("x"), "text(x)"},
      {pong(fill(126)), "fail(1002)", "too long"},
      {first(9, "a"), "fail(1002)", "fragmented"},
      {first(10, "a"), "fail(1002)", "fragmented"},
      {first(8, ""), "fail(1002)", "fragmented"},
      {first(1, "a") + first(9, "b"), "fail(1002)", "fragmented"},
  });
}

TEST_CASE("reserved bits and opcodes") {
  std::vector<Row> rows;
  for (unsigned reserved = 1; reserved < 8; ++reserved) {
    for (unsigned opcode : {1, 2, 8, 9, 10}) {
      rows.push_back({TestFrame{.opcode = opcode, .reserved = reserved}, "fail(1002)"});
    }
    rows.push_back({first(1, "a") + TestFrame{.opcode = 0, .reserved = reserved}, "fail(1002)"});
  }
  for (unsigned opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    rows.push_back({TestFrame{.opcode = opcode}, "fail(1002)"});
    rows.push_back(
        {text("before") + TestFrame{.opcode = opcode, .payload = "x"}, "text(before) fail(1002)"});
  }
  check(rows);
}

TEST_CASE("a fault shows as soon as the first two bytes are there") {
  CHECK(Reading().add("\x81").said() == "");
  CHECK(Reading().add("\x81\x7f").said() == "fail(1002)");  // not masked
  CHECK(Reading().add("\x89\xfe").said() == "fail(1002)");  // too long for a ping
  CHECK(Reading().add("\xc1\xfe").said() == "fail(1002)");  // a reserved bit
}

TEST_CASE("the client's frames are masked, the server's are not") {
  TestFrame naked{.payload = "naked", .masked = false};
  check({{naked, "fail(1002)"}, {text("a") + naked, "text(a) fail(1002)"}});
  const auto client = [] { return Reading(WebSocketRole::client); };
  check({{naked, "text(naked)"}, {text("masked"), "fail(1002)"}}, client);
  TestFrame empty{.masked = false};
  check({{empty, "text()"}, {empty + naked, "text() text(naked)"}}, client);
}

TEST_CASE("text has to be UTF-8") {
  struct {
    const char* bytes;
    bool valid;
  } cases[] = {
      {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", true},
      {"\xf0\x90\x80\x80", true},
      {"\xf4\x8f\xbf\xbf", true},
      {"\xed\x9f\xbf\xee\x80\x80", true},
      {"\xef\xbf\xbe\xef\xbf\xbf", true},
      {"\x80", false},                  // continues nothing
      {"\xc0\xaf", false},              // overlong
      {"\xc1\xbf", false},              // overlong
      {"\xe0\x80\xaf", false},          // overlong
      {"\xf0\x80\x80\xaf", false},      // overlong
      {"\xed\xa0\x80", false},          // a surrogate
      {"\xed\xbf\xbf", false},          // a surrogate
      {"\xf4\x90\x80\x80", false},      // beyond Unicode
      {"\xf8\x88\x80\x80\x80", false},  // five bytes
      {"\xfe", false},
      {"\xff", false},
      {"\xce", false},          // ends too early
      {"\xf0\x90\x80", false},  // ends too early
      {"\xe1\xbd"
       "a",
       false},
      {"abc\xce\xba\xff"
       "def",
       false},
  };
  for (const auto& [bytes, valid] : cases) {
    const std::string payload(bytes);
    const auto good = "text(" + payload + ")";
    check({
        {text(payload), valid ? good : "fail(1007)"},
        {binary(payload), "binary(" + payload + ")"},
    });
    // In fragments, split anywhere.
    for (std::size_t split = 0; split <= payload.size(); ++split) {
      check({{first(1, payload.substr(0, split)) + last(payload.substr(split)),
              valid ? good : "fail(1007)"}});
    }
  }
}

TEST_CASE("invalid UTF-8 is told before the message has ended") {
  TestFrame begun{.payload = "abc\xff", .length = 1000};
  check({
      {begun, "fail(1007)"},
      {first(1, "abc\xed\xa0"), "fail(1007)"},
      {first(1, "abc\xed"), "", "may still become something"},
  });
}

TEST_CASE("a Close") {
  std::vector<Row> rows = {
      {TestFrame{.opcode = 8}, "close(1005 )"},
      {closing(1000, "bye"), "close(1000 bye)"},
      {closing(1000, fill(123)), "close(1000 123 bytes)"},
      {closing(1000, fill(124)), "fail(1002)", "too long"},
      {TestFrame{.opcode = 8, .payload = "x"}, "fail(1002)", "half a code"},
      {closing(1000, "\xce\xba"), "close(1000 \xce\xba)"},
      {closing(1000, "\xce"), "fail(1007)"},
      {closing(1000) + text("ignored") + TestFrame{.opcode = 7}, "close(1000 )"},
  };
  for (unsigned code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                        3000, 3999, 4000, 4999}) {
    rows.push_back({closing(code), "close(" + std::to_string(code) + " )"});
  }
  for (unsigned code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    rows.push_back({closing(code), "fail(1002)"});
  }
  check(rows);
}

TEST_CASE("messages above the limit are refused on the strength of their announcement") {
  TestFrame announced{.payload = "x", .length = 11};
  check(
      {
          {text(fill(10)), "text(**********)"},
          {text(fill(11)), "fail(1009)"},
          {announced, "fail(1009)"},
          {first(1, fill(5)) + last(fill(5)), "text(**********)"},
          {first(1, fill(5)) + last(fill(6)), "fail(1009)"},
          {first(2, fill(10)) + middle("") + last("*"), "fail(1009)"},
          {ping(fill(60)), "ping(" + fill(60) + ")", "a ping is no message"},
          {TestFrame{.lengthBits = 64, .length = 1ull << 62}, "fail(1009)"},
      },
      [] { return Reading(WebSocketRole::server, 10); });
}

TEST_CASE("whatever arrives in whatever pieces ends in events, the same ones every time") {
  std::mt19937 random(20260727);
  const auto below = [&random](unsigned bound) { return random() % bound; };
  for (int round = 0; round < 3000; ++round) {
    std::string in;
    for (auto frames = 1 + below(6); frames-- > 0;) {
      static constexpr unsigned kOpcodes[] = {0, 0, 1, 1, 2, 8, 9, 10, 3, 15};
      TestFrame frame{.opcode = kOpcodes[below(10)], .payload = std::string(below(200), 'a')};
      frame.final = below(3) != 0;
      frame.masked = below(20) != 0;
      if (below(20) == 0) frame.reserved = below(8);
      if (below(30) == 0) frame.length = below(70000);
      if (below(4) == 0) frame.payload += static_cast<char>(below(256));
      in += frame;
    }
    for (auto mutations = below(4); mutations-- > 0;) {
      in[below(static_cast<unsigned>(in.size()))] = static_cast<char>(below(256));
    }
    CAPTURE(round);
    const auto whole = Reading().add(in).said();
    Reading pieces;
    for (std::size_t at = 0; at < in.size();) {
      const auto size = 1 + below(40);
      pieces.add(in.substr(at, size));
      at += size;
    }
    CHECK(pieces.said() == whole);
  }
}

}  // namespace lathe::http
