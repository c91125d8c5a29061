#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

namespace lathe::io {

// The timers of one I/O context: one armed Asio timer for the earliest of them. Callbacks run in
// the order of their due times, equal ones in the order of creation, and the next is armed when the
// previous has run, so they never overtake each other (Durable Objects §2.14).
class Timers {
 public:
  using Clock = std::chrono::steady_clock;
  using Callback = std::function<void()>;
  static constexpr std::size_t kActiveMax = 10'000;
  static constexpr double kDelayMsMax = 3'153'600'000'000;

  explicit Timers(boost::asio::any_io_executor executor);
  ~Timers() { *alive_ = false; }

  enum class Repeat { once, interval };

  // `delayMs` as a script gave it: NaN and negative values are 0, fractions are cut.
  // `callback` runs on the loop; it must survive destroying this object while it runs.
  void add(std::uint32_t id, double delayMs, Repeat repeat, Callback callback);
  // Forgets a timer; an unknown id is ignored.
  void clear(std::uint32_t id);
  // A timer that does not keep its context's events counted as pending.
  void setCounted(std::uint32_t id, bool counted);

  std::size_t active() const { return timers_.size(); }
  std::uint64_t finished() const { return finished_; }
  // How many of them count as pending work.
  std::size_t counted() const { return counted_; }

 private:
  struct Key {
    Clock::time_point due;
    std::uint64_t order;
    auto operator<=>(const Key&) const = default;
  };
  struct Timer {
    Key key;
    Clock::duration delay;
    Repeat repeat;
    bool counted;
    std::shared_ptr<Callback> callback;
  };

  void arm();
  void fire();

  boost::asio::steady_timer clock_;
  std::map<Key, std::uint32_t> queue_;
  std::unordered_map<std::uint32_t, Timer> timers_;
  std::uint64_t order_ = 0;
  std::uint64_t finished_ = 0;
  std::size_t counted_ = 0;
  bool firing_ = false;
  // Tells a running `fire` that this object has gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lathe::io
