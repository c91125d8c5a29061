#pragma once

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace lathe::http {

// Has those write who have something to say outside of their own events, such as the hundred
// sockets of a room in which one message has come. They do so one after the other when the loop has
// done what was due before, each once for all that it has to say, and at the price of one visit to
// the loop for all of them. Loop thread.
class WriteTurns {
 public:
  class Writer {
   public:
    // Once for each `join`, from the loop. May destroy any writer.
    virtual void writeTurn() = 0;

   protected:
    ~Writer() = default;

   private:
    friend class WriteTurns;
    bool joined_ = false;
  };

  explicit WriteTurns(boost::asio::io_context& loop) : loop_(loop) {}
  WriteTurns(const WriteTurns&) = delete;
  WriteTurns& operator=(const WriteTurns&) = delete;

  // To join again before one's turn has come changes nothing.
  void join(Writer& writer);
  // Before the writer is destroyed.
  void leave(Writer& writer);

 private:
  void run();

  boost::asio::io_context& loop_;
  bool posted_ = false;
  // Null where somebody has left.
  std::vector<Writer*> joined_;
  // Those of them whose turn it is; who joins meanwhile comes after the loop has been round.
  std::vector<Writer*> running_;
  // Expires with the turns: what was posted may come home later.
  std::shared_ptr<void> alive_ = std::make_shared<char>();
};

}  // namespace lathe::http
