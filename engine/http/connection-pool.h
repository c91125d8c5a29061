#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/http/date-line.h"
#include "engine/http/handler.h"
#include "engine/http/limits.h"

namespace lathe::http {

class Connection;

// Owns the connections of a server and watches their deadlines, all of them with one timer: to
// begin to wait costs a connection the store of one number.
class ConnectionPool {
 public:
  // A point in time, in sweeps.
  using Moment = std::uint64_t;
  static constexpr Moment kNever = ~Moment{0};

  ConnectionPool(boost::asio::io_context& loop, Handler handler, Limits limits, Report report);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  // Serves an accepted socket, which it owns from now on. `clientAddress` is the peer's, in text.
  void add(int socket, int family, std::string clientAddress);

  // Ends the connections that are between two requests, and lets each of the others end after the
  // response that it is at.
  void finish();
  // Ends all of them, wherever they are. Not from inside a handler.
  void abort();

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
  // The first sweep at which at least `time` has passed.
  Moment after(std::chrono::milliseconds time) const;
  // Destroys `connection`.
  void remove(Connection& connection);

 private:
  void armSweep();
  void sweep();

  boost::asio::io_context& loop_;
  Handler handler_;
  Limits limits_;
  Report report_;
  DateLine date_;
  std::function<void()> whenRemoved_;
  // Each connection knows its place here, so that it can leave without a search.
  std::vector<std::unique_ptr<Connection>> connections_;
  Moment sweeps_ = 0;
  bool sweepArmed_ = false;
  bool finishing_ = false;
  boost::asio::steady_timer timer_;
  // Expires with the pool: a sweep that was due already may come home later.
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace lathe::http
