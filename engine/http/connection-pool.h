#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/http/byte-stream.h"
#include "engine/http/date-line.h"
#include "engine/http/handler.h"
#include "engine/http/limits.h"
#include "engine/http/readiness.h"
#include "engine/http/write-turns.h"

namespace lathe::http {

// A client's connection as its pool sees it. Destroying it is how it is ended from outside.
class PooledConnection {
 public:
  // A point in time, in sweeps.
  using Moment = std::uint64_t;
  static constexpr Moment kNever = ~Moment{0};

  PooledConnection() = default;
  PooledConnection(const PooledConnection&) = delete;
  PooledConnection& operator=(const PooledConnection&) = delete;
  virtual ~PooledConnection() = default;

  // Begins to end, because the server does: whether nobody would miss it even now.
  virtual bool finish() = 0;
  // Whether its time is up at `now`, or its client has left.
  virtual bool isOver(Moment now) = 0;
  // Since when it waits for its client without anything under way, on the pool's count; nothing
  // when somebody would miss it.
  virtual std::optional<std::uint64_t> idleSince() const { return std::nullopt; }

 private:
  friend class ConnectionPool;
  std::size_t place_ = 0;
};

// Owns the connections of a server and watches their deadlines, all of them with one timer: to
// begin to wait costs a connection the store of one number.
class ConnectionPool {
 public:
  using Moment = PooledConnection::Moment;
  static constexpr Moment kNever = PooledConnection::kNever;

  ConnectionPool(boost::asio::io_context& loop, Handler handler, Limits limits, Report report);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  // Serves an accepted connection. `clientAddress` is the peer's, in text.
  void add(std::unique_ptr<ByteStream> stream, std::string clientAddress);

  // Ends the connections that are between two requests, and lets each of the others end after the
  // response that it is at, or with the peer's agreement.
  void finish();
  // Ends all of them, wherever they are. Not from inside a handler.
  void abort();

  // Ends a connection that waits for its client, the one that has waited longest, or several when
  // there are many. False when there is none.
  bool makeRoom();

  std::size_t size() const { return connections_.size(); }
  // Called whenever a connection has gone.
  void whenRemoved(std::function<void()> hook) { whenRemoved_ = std::move(hook); }

  // ---- for the connections ----
  boost::asio::io_context& loop() { return loop_; }
  const Handler& handler() const { return handler_; }
  const Limits& limits() const { return limits_; }
  DateLine& date() { return date_; }
  bool finishing() const { return finishing_; }
  void report(const std::string& line) const;
  // How many sweeps there were.
  Moment now() const { return sweeps_; }
  // A number that is greater each time.
  std::uint64_t count() { return ++count_; }
  // The first sweep at which at least `time` has passed.
  Moment after(std::chrono::milliseconds time) const;
  // Owns what a connection has become.
  void adopt(std::unique_ptr<PooledConnection> connection);
  // Destroys `connection`.
  void remove(PooledConnection& connection);
  // Where to put what is read and used up at once. Everybody's, until the next turn of the loop.
  std::span<char> scratch();
  Readiness& readiness() { return readiness_; }
  WriteTurns& writeTurns() { return writeTurns_; }

 private:
  static constexpr std::size_t kScratchBytes = 64 * 1024;

  void armSweep();
  void sweep();

  boost::asio::io_context& loop_;
  Handler handler_;
  Limits limits_;
  Report report_;
  DateLine date_;
  std::function<void()> whenRemoved_;
  Readiness readiness_;
  WriteTurns writeTurns_;
  // Each connection knows its place here, so that it can leave without a search.
  std::vector<std::unique_ptr<PooledConnection>> connections_;
  std::unique_ptr<char[]> scratch_;
  Moment sweeps_ = 0;
  std::uint64_t count_ = 0;
  bool sweepArmed_ = false;
  bool finishing_ = false;
  boost::asio::steady_timer timer_;
  // Expires with the pool: a sweep that was due already may come home later.
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace lathe::http
