#pragma once

#include <functional>
#include <list>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "engine/io/pending.h"

namespace lathe::worker {

// Steps to take from the loop, when no JavaScript runs any more; and what only has to be let go
// then is kept by a step that does nothing. Unlike what is posted to the loop itself, steps go with
// the engine, so they may hold workers. Loop thread.
class Afterwards {
 public:
  explicit Afterwards(boost::asio::io_context& loop)
      : loop_(loop), steps_(std::make_shared<std::list<std::function<void()>>>()) {}
  Afterwards(const Afterwards&) = delete;
  Afterwards& operator=(const Afterwards&) = delete;

  void add(std::function<void()> step) {
    steps_->push_back(std::move(step));
    boost::asio::post(loop_, [weak = std::weak_ptr(steps_)] {
      auto steps = weak.lock();
      if (!steps || steps->empty()) return;
      std::list<std::function<void()>> first;
      first.splice(first.begin(), *steps, steps->begin());
      first.front()();
    });
  }

  // Keeps `what` until `until` has settled.
  void keepUntil(std::shared_ptr<void> what, io::Pending<void> until) {
    kept_.push_back({std::move(what), std::move(until)});
    auto place = std::prev(kept_.end());
    place->until.then(
        [this, place](io::Outcome<void>) { add([this, place] { kept_.erase(place); }); });
  }

  // Lets go of steps not taken, of what is kept, and of what they in turn leave behind.
  void close() {
    while (!steps_->empty() || !kept_.empty()) {
      auto left = std::exchange(*steps_, {});
      auto kept = std::exchange(kept_, {});
    }
  }

 private:
  struct Kept {
    std::shared_ptr<void> what;
    io::Pending<void> until;
  };

  boost::asio::io_context& loop_;
  std::list<Kept> kept_;
  std::shared_ptr<std::list<std::function<void()>>> steps_;
};

}  // namespace lathe::worker
