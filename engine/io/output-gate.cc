#include "engine/io/output-gate.h"

#include <deque>
#include <list>
#include <optional>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "engine/io/shared-pending.h"

namespace lathe::io {

namespace detail {

// The locks in the order in which they were taken, from the oldest that has not ended. A lock's
// ticket is its number since the gate was made.
class OutputLocks : public std::enable_shared_from_this<OutputLocks> {
 public:
  OutputLocks(net::any_io_executor executor, std::chrono::milliseconds timeLimit)
      : timer_(std::move(executor)), timeLimit_(timeLimit) {}

  std::uint64_t take() {
    locks_.push_back({Clock::now() + timeLimit_, false, nullptr});
    if (!timerRuns_) watch(locks_.back().deadline);
    return firstTicket_ + locks_.size() - 1;
  }

  // Ends a lock; a null error means that its write succeeded. The second end of a lock does
  // nothing.
  void end(std::uint64_t ticket, std::exception_ptr error) {
    if (ticket < firstTicket_) return;
    Held& lock = locks_[static_cast<std::size_t>(ticket - firstTicket_)];
    if (lock.ended) return;
    lock.ended = true;
    lock.error = error;
    if (error) onBroken_.reject(error);
    advance();
  }

  Pending<void> wait() {
    if (locks_.empty()) {
      return failure_ ? Pending<void>::failed(failure_) : Pending<void>::ready();
    }
    auto channel = makePending<void>();
    auto place = waiters_.insert(waiters_.end(),
                                 {firstTicket_ + locks_.size(), std::move(channel.resolver)});
    place->resolver.onDropped([self = weak_from_this(), place] {
      if (auto held = self.lock()) held->waiters_.erase(place);
    });
    return std::move(channel.pending);
  }

  Pending<void> onBroken() { return onBroken_.branch(); }
  bool isBroken() const { return onBroken_.settled(); }

  void close() {
    timer_.cancel();
    while (!waiters_.empty()) {
      Waiter next = std::move(waiters_.front());
      waiters_.pop_front();
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct Held {
    Clock::time_point deadline;
    bool ended;
    std::exception_ptr error;
  };
  struct Waiter {
    std::uint64_t untilTicket;  // waits for all locks with smaller numbers
    Resolver<void> resolver;
  };

  // Lets go of the locks at the front that have ended, and of those who waited for just these.
  void advance() {
    auto self = shared_from_this();
    while (!locks_.empty() && locks_.front().ended) {
      if (!failure_) failure_ = locks_.front().error;
      locks_.pop_front();
      const std::uint64_t reached = ++firstTicket_;
      // The failure as of this lock: what a continuation ends meanwhile belongs to later waiters.
      const std::exception_ptr failure = failure_;
      while (!waiters_.empty() && waiters_.front().untilTicket <= reached) {
        Waiter next = std::move(waiters_.front());
        waiters_.pop_front();
        failure ? next.resolver.reject(failure) : next.resolver.resolve();
      }
    }
    if (locks_.empty() && timerRuns_) timer_.cancel();
  }

  // One timer for all locks: it looks at the oldest, and waits on for what is left of its time.
  void watch(Clock::time_point deadline) {
    timerRuns_ = true;
    timer_.expires_at(deadline);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
      auto self = weak.lock();
      if (!self) return;
      self->timerRuns_ = false;
      self->endOverdue();
    });
  }

  void endOverdue() {
    const auto now = Clock::now();
    const std::uint64_t end = firstTicket_ + locks_.size();
    for (std::uint64_t ticket = firstTicket_; ticket < end; ++ticket) {
      if (ticket < firstTicket_) continue;  // went while an earlier one was ended
      const Held& lock = locks_[static_cast<std::size_t>(ticket - firstTicket_)];
      if (lock.ended) continue;
      if (lock.deadline > now) break;
      this->end(ticket, std::make_exception_ptr(OutputLockTimedOut()));
    }
    for (const Held& lock : locks_) {
      if (lock.ended) continue;
      if (!timerRuns_) watch(lock.deadline);
      break;
    }
  }

  net::basic_waitable_timer<Clock> timer_;
  std::chrono::milliseconds timeLimit_;
  bool timerRuns_ = false;
  std::deque<Held> locks_;
  std::uint64_t firstTicket_ = 0;
  std::list<Waiter> waiters_;
  std::exception_ptr failure_;  // of the first failed lock that has left locks_
  SharedPending<void> onBroken_;
};

}  // namespace detail

OutputGate::OutputGate(net::any_io_executor executor, std::chrono::milliseconds timeLimit)
    : locks_(std::make_shared<detail::OutputLocks>(std::move(executor), timeLimit)) {}

OutputGate::~OutputGate() { locks_->close(); }

OutputGate::Lock OutputGate::lock() { return Lock(locks_, locks_->take()); }

Pending<void> OutputGate::wait() { return locks_->wait(); }

Pending<void> OutputGate::onBroken() { return locks_->onBroken(); }

bool OutputGate::isBroken() const { return locks_->isBroken(); }

OutputGate::Lock& OutputGate::Lock::operator=(Lock&& other) noexcept {
  if (this == &other) return *this;
  Lock old = std::move(*this);
  locks_ = std::move(other.locks_);
  ticket_ = other.ticket_;
  return *this;
}

OutputGate::Lock::~Lock() { fail(std::make_exception_ptr(OutputLockCanceled())); }

void OutputGate::Lock::release() {
  if (auto locks = std::move(locks_)) locks->end(ticket_, nullptr);
}

void OutputGate::Lock::fail(std::exception_ptr error) {
  if (auto locks = std::move(locks_)) locks->end(ticket_, std::move(error));
}

}  // namespace lathe::io
