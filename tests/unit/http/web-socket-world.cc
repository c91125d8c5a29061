#include "tests/unit/http/web-socket-world.h"

#include <chrono>
#include <utility>

#include "engine/io/web-socket-pair.h"
#include "tests/unit/http/web-socket-frames.h"

namespace lathe::http {

using io::WebSocket;

Talker::Talker(std::unique_ptr<WebSocket> end, Habit habit)
    : socket(std::move(end)), habit_(habit) {
  if (habit_ != Habit::ignores) listen();
}

void Talker::listen() {
  for (;;) {
    receiving_ = socket->receive();
    if (!receiving_.settled()) {
      receiving_.then([this](io::Outcome<WebSocket::Received> outcome) {
        if (hear(std::move(outcome))) listen();
      });
      return;
    }
    if (!hear(receiving_.takeOutcome())) return;
  }
}

void Talker::drop() {
  receiving_ = {};
  socket.reset();
}

bool Talker::hear(io::Outcome<WebSocket::Received> outcome) {
  if (outcome.failed()) {
    try {
      outcome.take();
    } catch (const io::WebSocketError& error) {
      heard += error.kind() == io::WebSocketError::Kind::protocol ? "[protocol]" : "[gone]";
    }
    return false;
  }
  auto received = outcome.take();
  if (auto* got = std::get_if<WebSocket::Message>(&received)) {
    heard += brief(got->bytes) + " ";
    if (habit_ == Habit::echoes) socket->send(std::move(*got));
    return true;
  }
  auto& close = std::get<WebSocket::Close>(received);
  heard += "close(" + std::to_string(close.code) + ")";
  if (habit_ == Habit::echoes) socket->close(std::move(close));
  return true;
}

World::World(Talker::Habit habit, Limits limits, bool compression)
    : habit_(habit),
      compression_(compression),
      server([this](io::RequestHead, std::unique_ptr<io::BodySource>) { return accept(); },
             limits) {}

io::Response World::accept() {
  auto pair = io::makeWebSocketPair();
  talker = std::make_shared<Talker>(std::move(pair.second), habit_);
  if (limit != 0) talker->socket->limitMessages(limit);
  io::Response response;
  response.status = 101;
  if (!protocol.empty()) response.headers.emplace_back("Sec-WebSocket-Protocol", protocol);
  response.webSocket = std::make_unique<io::WebSocketUpgrade>();
  response.webSocket->socket = std::move(pair.first);
  response.webSocket->compression = compression_;
  response.webSocket->keptAlive = talker;
  response.delivery = delivery = std::make_shared<int>();
  return response;
}

std::string World::heard() {
  return server.onLoop([this] { return talker->heard; });
}

WebSocket::Message message(std::string bytes) {
  return {WebSocket::Message::Kind::text, std::move(bytes)};
}

std::string fill(std::size_t size) { return std::string(size, '*'); }

Limits impatient() {
  Limits limits;
  limits.sweepInterval = std::chrono::milliseconds(5);
  limits.closeTimeout = std::chrono::milliseconds(20);
  limits.lingerTimeout = std::chrono::milliseconds(20);
  limits.connectTimeout = std::chrono::milliseconds(20);
  return limits;
}

}  // namespace lathe::http
