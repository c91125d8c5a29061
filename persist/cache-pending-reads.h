#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/io/pending.h"
#include "persist/cache-entry.h"
#include "persist/cache-failure.h"

namespace lathe::persist {

// The reads of one actor that are under way, numbered in the order of their beginning. A read that
// did not reach the store is made once again; any other failure concerns its caller only.
class PendingReads {
 public:
  using Number = std::uint64_t;

  class Watcher {
   public:
    virtual ~Watcher() = default;
    // A read has ended, or is not wanted any more, and what it said is noted: so many bytes, in the
    // measure of the limits. An exception given here becomes the read's result.
    virtual std::exception_ptr readEnded(std::size_t bytes) = 0;
  };

  explicit PendingReads(Watcher& watcher) : watcher_(watcher) {}
  PendingReads(const PendingReads&) = delete;
  PendingReads& operator=(const PendingReads&) = delete;

  // Calls `send` now, and `receive` with what the store has answered, for the caller's result.
  // Dropping the result cancels the read.
  template <class Answer, class Result>
  io::Pending<Result> begin(std::function<io::Pending<Answer>()> send,
                            std::function<Result(Answer)> receive) {
    auto channel = io::makePending<Result>();
    auto place = reads_.insert(reads_.end(), nullptr);
    auto owned = std::make_unique<TypedRead<Answer, Result>>(*this, place);
    auto* read = owned.get();
    *place = std::move(owned);
    read->send = std::move(send);
    read->receive = std::move(receive);
    read->resolver = std::move(channel.resolver);
    read->resolver.onDropped([this, read] {
      auto cancelled = take(*read);
      watcher_.readEnded(0);
    });
    ask(read);
    return std::move(channel.pending);
  }

  // The number that the next read gets.
  Number next() const { return next_; }
  // Whether all reads with smaller numbers have ended.
  bool endedBefore(Number number) const {
    return reads_.empty() || reads_.front()->number >= number;
  }

  // Ends all of them with `error`.
  void failAll(const std::exception_ptr& error) {
    while (!reads_.empty()) take(*reads_.front())->fail(error);
  }

 private:
  struct Read;
  using Reads = std::list<std::unique_ptr<Read>>;

  struct Read {
    Read(Number itsNumber, Reads::iterator itsPlace) : number(itsNumber), place(itsPlace) {}
    virtual ~Read() = default;
    virtual void fail(const std::exception_ptr& error) = 0;
    const Number number;
    const Reads::iterator place;
  };

  template <class Answer, class Result>
  struct TypedRead final : Read {
    TypedRead(PendingReads& all, Reads::iterator itsPlace) : Read(all.next_++, itsPlace) {}
    void fail(const std::exception_ptr& error) override {
      answer = {};
      auto ended = std::move(resolver);
      ended.reject(error);
    }
    std::function<io::Pending<Answer>()> send;
    std::function<Result(Answer)> receive;
    io::Pending<Answer> answer;
    io::Resolver<Result> resolver;
    bool again = false;
  };

  static std::size_t bytesOf(const Value& value) { return value ? value->size() : 0; }
  static std::size_t bytesOf(const std::vector<Pair>& pairs) {
    std::size_t bytes = 0;
    for (const Pair& pair : pairs) {
      bytes += sizeof(CacheEntry) + pair.key.size() + bytesOf(pair.value);
    }
    return bytes;
  }
  static std::size_t bytesOf(const std::optional<AlarmTime>&) { return 0; }

  std::unique_ptr<Read> take(Read& read) {
    auto taken = std::move(*read.place);
    reads_.erase(read.place);
    return taken;
  }

  template <class Answer, class Result>
  void ask(TypedRead<Answer, Result>* read) {
    io::Pending<Answer> answer;
    try {
      answer = read->send();
    } catch (...) {
      answer = io::Pending<Answer>::failed(std::current_exception());
    }
    if (answer.settled()) {
      finish(read, answer.takeOutcome());
      return;
    }
    read->answer = std::move(answer);
    read->answer.then(
        [this, read](io::Outcome<Answer> outcome) { finish(read, std::move(outcome)); });
  }

  template <class Answer, class Result>
  void finish(TypedRead<Answer, Result>* read, io::Outcome<Answer> outcome) {
    std::size_t bytes = 0;
    auto result = [&]() -> io::Outcome<Result> {
      try {
        Answer answer = outcome.take();
        bytes = bytesOf(answer);
        return read->receive(std::move(answer));
      } catch (...) {
        return std::current_exception();
      }
    }();
    if (result.failed() && !read->again && isDisconnected(result.error())) {
      read->again = true;
      ask(read);
      return;
    }
    auto taken = take(*read);
    auto resolver = std::move(read->resolver);
    // From here on the cache may be gone.
    if (auto error = watcher_.readEnded(bytes)) result = io::Outcome<Result>(error);
    resolver.settle(std::move(result));
  }

  Watcher& watcher_;
  Number next_ = 0;
  Reads reads_;
};

}  // namespace lathe::persist
