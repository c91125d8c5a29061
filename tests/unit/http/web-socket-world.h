#pragma once

#include <memory>
#include <string>

#include "engine/http/limits.h"
#include "engine/io/web-socket.h"
#include "tests/unit/http/test-server.h"

namespace lathe::http {

// Who holds an end of a WebSocket and writes down what it hears. On the loop.
class Talker {
 public:
  enum class Habit { listens, echoes, ignores };

  Talker(std::unique_ptr<io::WebSocket> end, Habit habit);

  void listen();
  // Gives the end up.
  void drop();

  std::unique_ptr<io::WebSocket> socket;
  std::string heard;

 private:
  bool hear(io::Outcome<io::WebSocket::Received> outcome);

  const Habit habit_;
  io::Pending<io::WebSocket::Received> receiving_;
};

// A server that accepts a WebSocket for every request, and knows the last.
class World {
 public:
  explicit World(Talker::Habit habit = Talker::Habit::echoes, Limits limits = {},
                 bool compression = false);

  io::Response accept();

  std::string heard();
  template <class Work>
  void withSocket(Work work) {
    server.onLoop([&] { work(*talker->socket); });
  }

  std::size_t limit = 0;  // of messages, when it is not zero
  std::string protocol;   // that the next response chooses, if any
  std::shared_ptr<Talker> talker;
  std::shared_ptr<void> delivery;

 private:
  const Talker::Habit habit_;
  const bool compression_;

 public:
  // Last, so that its thread ends first.
  TestServer server;
};

io::WebSocket::Message message(std::string bytes);
std::string fill(std::size_t size);

// Limits that are over in a moment.
Limits impatient();

}  // namespace lathe::http
