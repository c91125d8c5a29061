#include "engine/http/write-turns.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <boost/asio/post.hpp>

namespace lathe::http {

void WriteTurns::join(Writer& writer) {
  if (std::exchange(writer.joined_, true)) return;
  joined_.push_back(&writer);
  if (std::exchange(posted_, true)) return;
  boost::asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) run();
  });
}

void WriteTurns::leave(Writer& writer) {
  if (!std::exchange(writer.joined_, false)) return;
  std::ranges::replace(joined_, &writer, nullptr);
  std::ranges::replace(running_, &writer, nullptr);
}

void WriteTurns::run() {
  posted_ = false;
  running_.swap(joined_);
  for (std::size_t i = 0; i < running_.size(); ++i) {
    auto* writer = std::exchange(running_[i], nullptr);
    if (!writer) continue;
    writer->joined_ = false;
    writer->writeTurn();
  }
  running_.clear();
}

}  // namespace lathe::http
