#include "engine/http/web-socket-deflate.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/http/web-socket-reader.h"
#include "tests/unit/http/web-socket-frames.h"

namespace lathe::http {
namespace {

constexpr std::size_t kPlenty = 64 * 1024 * 1024;

std::string chosen(std::string_view offers) {
  const auto parameters = chooseDeflate(offers);
  return parameters ? formatDeflate(*parameters) : "none";
}

std::string accepted(std::string_view response) {
  const auto parameters = acceptDeflate(response);
  return parameters ? formatDeflate(*parameters) : "none";
}

// What a client's decompressor makes of all the pieces of a message.
std::string inflated(MessageInflater& inflater, std::string_view bytes, std::size_t limit = kPlenty,
                     std::size_t pieceSize = kPlenty) {
  using Result = MessageInflater::Result;
  std::string message;
  auto result = Result::ok;
  for (std::size_t at = 0; at < bytes.size() && result == Result::ok; at += pieceSize) {
    result = inflater.add(bytes.substr(at, pieceSize), message, limit);
  }
  if (result == Result::ok) result = inflater.finish(message, limit);
  if (result == Result::ok) return message;
  CHECK(message.size() <= limit);
  return result == Result::tooLarge ? "(too large)" : "(malformed)";
}

}  // namespace

TEST_CASE("a server takes the first offer of permessage-deflate that it can live with") {
  struct {
    const char* offers;
    const char* choice;
  } cases[] = {
      {"permessage-deflate", "permessage-deflate"},
      {"Permessage-Deflate ; client_max_window_bits", "permessage-deflate"},
      {"permessage-deflate; client_max_window_bits=10",
       "permessage-deflate; client_max_window_bits=10"},
      {"permessage-deflate; client_max_window_bits=\"10\"",
       "permessage-deflate; client_max_window_bits=10"},
      {"permessage-deflate; server_max_window_bits=9",
       "permessage-deflate; server_max_window_bits=9"},
      {"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
      {"x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"},
      {"permessage-deflate; server_max_window_bits=8, permessage-deflate", "permessage-deflate"},
      {"permessage-deflate; unheard_of, permessage-deflate; client_max_window_bits=12",
       "permessage-deflate; client_max_window_bits=12"},
      {", ,permessage-deflate", "permessage-deflate"},
      {"", "none"},
      {"bbf-usp-protocol", "none"},
      {"permessage-deflate; server_max_window_bits=8", "none"},
      {"permessage-deflate; server_max_window_bits", "none"},
      {"permessage-deflate; server_max_window_bits=16", "none"},
      {"permessage-deflate; client_max_window_bits=7", "none"},
      {"permessage-deflate; client_max_window_bits=010", "none"},
      {"permessage-deflate; client_max_window_bits=ten", "none"},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits=9", "none"},
      {"permessage-deflate; server_no_context_takeover=1", "none"},
      {"permessage-deflate; unheard_of", "none"},
      {"permessage-deflate;", "none"},
      {"permessage-deflate; client_max_window_bits=\"10", "none"},
      {"permessage-deflate nonsense", "none"},
  };
  for (const auto& [offers, choice] : cases) {
    INFO(offers);
    CHECK(chosen(offers) == choice);
  }
}

TEST_CASE("a client accepts what is an answer to its offer") {
  struct {
    const char* response;
    const char* verdict;
  } cases[] = {
      {"permessage-deflate", "permessage-deflate"},
      {"permessage-deflate; server_max_window_bits=8; client_max_window_bits=8",
       "permessage-deflate; server_max_window_bits=8; client_max_window_bits=8"},
      {"permessage-deflate; server_no_context_takeover",
       "permessage-deflate; server_no_context_takeover"},
      {"permessage-deflate; client_max_window_bits", "none"},
      {"permessage-deflate, permessage-deflate", "none"},
      {"permessage-deflate; unheard_of", "none"},
      {"something-else", "none"},
      {"", "none"},
  };
  for (const auto& [response, verdict] : cases) {
    INFO(response);
    CHECK(accepted(response) == verdict);
  }
}

TEST_CASE("what was compressed comes out as it was, whatever has been agreed upon") {
  std::mt19937 random(7);
  for (int windowBits : {9, 11, 15}) {
    for (bool noContextTakeover : {false, true}) {
      const DeflateParameters::Side side{windowBits, noContextTakeover};
      MessageDeflater deflater(side);
      MessageInflater inflater(side);
      for (std::size_t size : {0, 1, 64, 125, 126, 5000, 70000, 300000}) {
        CAPTURE(windowBits);
        CAPTURE(size);
        std::string message(size, ' ');
        for (auto& byte : message) byte = static_cast<char>('a' + random() % (size % 2 ? 2 : 200));
        const auto compressed = deflater.compress(message);
        CHECK(inflated(inflater, compressed, kPlenty, 1 + random() % 5000) == message);
      }
    }
  }
}

TEST_CASE("a message refers to those before it unless that was agreed against") {
  const std::string message = "A text of which nothing is repeated within itself, quick 0123456789";
  for (bool noContextTakeover : {false, true}) {
    MessageDeflater deflater({15, noContextTakeover});
    const auto before = deflater.compress(message).size();
    const auto after = deflater.compress(message).size();
    CHECK((after == before) == noContextTakeover);
    CHECK((after < before / 4) == !noContextTakeover);
  }
}

TEST_CASE("short messages are not compressed, nor is anything with a window that zlib has not") {
  CHECK(MessageDeflater({15, false}).wants(1000));
  CHECK_FALSE(MessageDeflater({15, false}).wants(10));
  CHECK_FALSE(MessageDeflater({8, false}).wants(1000));
}

TEST_CASE("the examples of RFC 7692 §7.2.3") {
  MessageInflater inflater({15, false});
  CHECK(inflated(inflater, "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0')) == "Hello");
  // The same again, shorter by reference to the first.
  CHECK(inflated(inflater, std::string("\xf2\x00\x11\x00\x00", 5)) == "Hello");
  // A block that is not compressed.
  CHECK(inflated(inflater, std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)) ==
        "Hello");
  // A final block.
  CHECK(inflated(inflater, std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)) == "Hello");
  // Two blocks.
  CHECK(inflated(inflater, std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
                                       13)) == "Hello");
}

TEST_CASE("what is no compressed message is malformed") {
  struct {
    std::string bytes;
  } cases[] = {{"\xff\xff\xff"}, {"\x07"}, {std::string("\x01\x05\x00\x00\x00", 5)}};
  for (const auto& [bytes] : cases) {
    MessageInflater inflater({15, false});
    CHECK(inflated(inflater, bytes) == "(malformed)");
  }
}

TEST_CASE("a bomb is stopped at the limit, not after it has gone off") {
  MessageDeflater deflater({15, false});
  const auto bomb = deflater.compress(std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 1'000'000);
  MessageInflater stopped({15, false});
  CHECK(inflated(stopped, bomb, 1'000'000) == "(too large)");
  MessageInflater exact({15, false});
  CHECK(inflated(exact, bomb, 50'000'000).size() == 50'000'000);
  MessageInflater oneShort({15, false});
  CHECK(inflated(oneShort, bomb, 49'999'999) == "(too large)");
}

TEST_CASE("a reader takes compressed messages in whatever frames and pieces they come") {
  MessageDeflater deflater({15, false});
  const std::string message(1000, 'x');
  const auto compressed = deflater.compress(message);
  const auto again = deflater.compress(message);
  REQUIRE(compressed.size() > 4);
  const auto said = [&](const std::string& bytes, std::size_t limit, std::size_t pieceSize) {
    WebSocketReader reader(WebSocketRole::server, MessageInflater({15, false}));
    reader.limitMessages(limit);
    std::string result;
    for (std::size_t at = 0; at < bytes.size(); at += pieceSize) {
      auto piece = bytes.substr(at, pieceSize);
      std::span<char> input(piece);
      while (auto event = reader.next(input)) {
        if (auto* got = std::get_if<io::WebSocket::Message>(&*event)) {
          result += got->bytes == message ? "message " : got->bytes + " ";
        } else if (auto* failure = std::get_if<WebSocketReader::Failure>(&*event)) {
          result += std::to_string(failure->code) + " ";
        } else {
          result += "control ";
        }
      }
    }
    return result;
  };
  const TestFrame whole{.payload = compressed, .reserved = 4};
  const TestFrame second{.payload = again, .reserved = 4};
  TestFrame head = first(1, compressed.substr(0, 3));
  head.reserved = 4;
  const auto fragments =
      head + ping("") + middle("") + last(compressed.substr(3)) + second + text("plain");
  TestFrame marked = last(compressed.substr(3));
  marked.reserved = 4;
  struct {
    std::string in;
    std::string out;
    std::size_t limit = kPlenty;
  } cases[] = {
      {std::string(whole), "message "},
      {whole + second, "message message "},
      {fragments, "control message message plain "},
      {text("plain") + whole, "plain message "},
      {TestFrame{.reserved = 4}, " "},
      {TestFrame{.payload = "\xff\xff", .reserved = 4}, "1007 "},
      {TestFrame{.payload = deflater.compress(std::string(70, '\xff')), .reserved = 4}, "1007 "},
      {head + marked, "1002 "},
      {TestFrame{.opcode = 9, .reserved = 4}, "1002 "},
      {std::string(whole), "1009 ", 999},
      {std::string(whole), "message ", 1000},
  };
  for (const auto& [in, out, limit] : cases) {
    CHECK(said(in, limit, kPlenty) == out);
    CHECK(said(in, limit, 1) == out);
    CHECK(said(in, limit, 3) == out);
  }
}

}  // namespace lathe::http
