#include "engine/api/whole-body.h"

namespace lathe::api {
namespace {

// One read after another, each continued from the previous one's end; it lives in the hook that the
// result's consumer holds, so dropping the result stops it.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  explicit Reading(std::unique_ptr<io::BodySource> source) : source_(std::move(source)) {
    if (auto length = source_->length()) bytes_.reserve(std::min<std::uint64_t>(*length, 1 << 20));
  }

  io::Pending<io::SharedBytes> begin() {
    auto channel = io::makePending<io::SharedBytes>();
    resolver_ = std::move(channel.resolver);
    resolver_.onDropped([self = shared_from_this()]() mutable { self.reset(); });
    next();
    return std::move(channel.pending);
  }

 private:
  void next() {
    // A loop as long as pieces are there at once, so that a long buffered body does not nest calls.
    for (;;) {
      piece_ = source_->read();
      if (!piece_.settled()) break;
      if (!accept(piece_.takeOutcome())) return;
    }
    piece_.then([weak = weak_from_this()](io::Outcome<std::string> outcome) {
      if (auto self = weak.lock(); self && self->accept(std::move(outcome))) self->next();
    });
  }

  // Whether there is more to read.
  bool accept(io::Outcome<std::string> outcome) {
    // Settling lets go of the hook that keeps this alive.
    auto self = shared_from_this();
    if (outcome.failed()) {
      resolver_.reject(outcome.error());
      return false;
    }
    std::string piece = outcome.take();
    if (piece.empty()) {
      resolver_.resolve(std::make_shared<const std::string>(std::move(bytes_)));
      return false;
    }
    bytes_.empty() ? bytes_.swap(piece) : static_cast<void>(bytes_.append(piece));
    return true;
  }

  std::unique_ptr<io::BodySource> source_;
  std::string bytes_;
  io::Pending<std::string> piece_;
  io::Resolver<io::SharedBytes> resolver_;
};

}  // namespace

io::Pending<io::SharedBytes> readWhole(std::unique_ptr<io::BodySource> source) {
  return std::make_shared<Reading>(std::move(source))->begin();
}

}  // namespace lathe::api
