#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "engine/http/server.h"

namespace lathe::http {

// A server on 127.0.0.1 with a loop thread of its own; the test talks to it from outside.
class TestServer {
 public:
  explicit TestServer(Handler handler, Limits limits = {});
  ~TestServer();

  boost::asio::io_context& loop() { return loop_; }
  std::uint16_t port() const { return port_; }
  std::vector<std::string> reports();

  // Runs `work` on the loop thread and waits for its end.
  template <class Work>
  auto onLoop(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    boost::asio::post(loop_, [&task] { task(); });
    return result.get();
  }

  std::size_t connections();
  // Begins a graceful stop; the future is ready at its end.
  std::future<void> stop(std::chrono::milliseconds grace);

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_;
  std::mutex mutex_;
  std::vector<std::string> reports_;
  std::thread thread_;
};

// A client that decides about every byte it sends. It waits at most ten seconds for anything.
class TestClient {
 public:
  explicit TestClient(const TestServer& server);
  ~TestClient();
  TestClient(TestClient&& other) noexcept;
  TestClient(const TestClient&) = delete;

  // False when the server has closed the connection.
  bool send(std::string_view bytes);
  void finishSending();
  // Gone with a RST instead of a FIN.
  void reset();
  void close();

  // Exactly `count` bytes, or what came before the end.
  std::string read(std::size_t count);
  // Up to and including `end`, or what came before the end.
  std::string readUntil(std::string_view end);
  // Everything until the server closes.
  std::string readAll();
  // Whether nothing comes for a while.
  bool isSilent(std::chrono::milliseconds time);

 private:
  int socket_;
};

// Without the `Date` line, which is checked to be there exactly once a response, and with "|" for
// each line break, so that a case is one line.
std::string plain(std::string response);

// What the server sends for `request` from a client that then stops sending.
std::string responseTo(const TestServer& server, std::string_view request);

// Waits until `condition` holds, at most ten seconds.
bool eventually(const std::function<bool()>& condition);

// ---- Handlers ----

io::Response textResponse(std::string text);

// Answers with the method, target, origin and body of the request: "POST /x http://h [body]".
Answer echo(io::RequestHead head, std::unique_ptr<io::BodySource> body);

// Gives its pieces one by one, each in a later turn of the loop; then ends, or fails when told so.
class PieceSource final : public io::BodySource {
 public:
  enum class Ending { clean, failure, never };
  PieceSource(boost::asio::io_context& loop, std::vector<std::string> pieces,
              std::optional<std::uint64_t> length = {}, Ending ending = Ending::clean)
      : loop_(loop), pieces_(std::move(pieces)), length_(length), ending_(ending) {}

  std::optional<std::uint64_t> length() const override { return length_; }
  io::Pending<std::string> read() override;

 private:
  boost::asio::io_context& loop_;
  std::vector<std::string> pieces_;
  std::optional<std::uint64_t> length_;
  Ending ending_;
  std::size_t next_ = 0;
  io::Resolver<std::string> unsettled_;
};

}  // namespace lathe::http
