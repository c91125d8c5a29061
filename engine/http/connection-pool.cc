#include "engine/http/connection-pool.h"

#include <algorithm>
#include <utility>

#include "engine/http/connection.h"

namespace lathe::http {

namespace {

// One in so many of those that wait goes at a time: to look at all of them for each newcomer would
// make a flood dear.
constexpr std::size_t kRoomShare = 64;

}  // namespace

ConnectionPool::ConnectionPool(boost::asio::io_context& loop, Handler handler, Limits limits,
                               Report report)
    : loop_(loop),
      handler_(std::move(handler)),
      limits_(limits),
      report_(std::move(report)),
      readiness_(loop),
      writeTurns_(loop),
      timer_(loop) {}

ConnectionPool::~ConnectionPool() {
  whenRemoved_ = nullptr;
  abort();
}

void ConnectionPool::add(std::unique_ptr<ByteStream> stream, std::string clientAddress) {
  auto owned = std::make_unique<Connection>(*this, std::move(stream), std::move(clientAddress));
  auto& connection = *owned;
  adopt(std::move(owned));
  connection.begin();
}

void ConnectionPool::adopt(std::unique_ptr<PooledConnection> connection) {
  connection->place_ = connections_.size();
  connections_.push_back(std::move(connection));
  armSweep();
}

void ConnectionPool::remove(PooledConnection& connection) {
  const auto place = connection.place_;
  std::swap(connections_[place], connections_.back());
  connections_[place]->place_ = place;
  // Out of the list before it is destroyed: what it drops may look at the pool.
  auto removed = std::move(connections_.back());
  connections_.pop_back();
  removed.reset();
  if (whenRemoved_) whenRemoved_();
}

void ConnectionPool::finish() {
  finishing_ = true;
  // From the back, because `remove` fills the gap from there.
  for (auto i = connections_.size(); i-- > 0;) {
    if (i < connections_.size() && connections_[i]->finish()) remove(*connections_[i]);
  }
}

void ConnectionPool::abort() {
  while (!connections_.empty()) remove(*connections_.back());
}

bool ConnectionPool::makeRoom() {
  std::vector<std::pair<std::uint64_t, PooledConnection*>> idle;
  for (const auto& connection : connections_) {
    if (const auto since = connection->idleSince()) idle.emplace_back(*since, connection.get());
  }
  if (idle.empty()) return false;
  const auto last = idle.begin() + static_cast<std::ptrdiff_t>(idle.size() / kRoomShare);
  std::ranges::nth_element(idle, last);
  idle.erase(std::next(last), idle.end());
  for (const auto& [since, connection] : idle) remove(*connection);
  return true;
}

std::span<char> ConnectionPool::scratch() {
  if (!scratch_) scratch_ = std::make_unique_for_overwrite<char[]>(kScratchBytes);
  return {scratch_.get(), kScratchBytes};
}

void ConnectionPool::report(const std::string& line) const {
  if (report_) report_(line);
}

ConnectionPool::Moment ConnectionPool::after(std::chrono::milliseconds time) const {
  // The next sweep may be due at once, hence one more than the quotient rounded up.
  return sweeps_ + static_cast<Moment>(time / limits_.sweepInterval) +
         (time % limits_.sweepInterval != time.zero() ? 2 : 1);
}

void ConnectionPool::armSweep() {
  if (sweepArmed_) return;
  sweepArmed_ = true;
  timer_.expires_after(limits_.sweepInterval);
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (error || alive.expired()) return;
    sweepArmed_ = false;
    sweep();
  });
}

void ConnectionPool::sweep() {
  ++sweeps_;
  for (auto i = connections_.size(); i-- > 0;) {
    // What a connection drops may have removed others.
    if (i < connections_.size() && connections_[i]->isOver(sweeps_)) remove(*connections_[i]);
  }
  if (!connections_.empty()) armSweep();
}

}  // namespace lathe::http
