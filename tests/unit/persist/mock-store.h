#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "persist/actor-cache.h"
#include "tests/unit/persist/store-fixture.h"

namespace lathe::persist {

// A store that does nothing but tell the test what it is asked, as a line of text, and answer as
// the test wants:
//
//   get foo | getMultiple bar,baz | list foo..qux limit 3 reverse | getAlarm
//   delete# corge,grault; delete bar; put foo=1,baz=2; setAlarm 5; deleteAlarm; deleteAlarm 5
//   deleteAll; put metadata name=it
//
// `delete#` is a counted one.
class MockStore final : public ActorStore {
 public:
  class Request {
   public:
    std::string text;
    // The pairs of a read, none for a missing key.
    void give(const Texts& found) const { give_(found); }
    void giveAlarm(std::optional<std::int64_t> milliseconds) const { giveAlarm_(milliseconds); }
    // A batch is stored; what its counted changes have deleted, in their order.
    void done(const std::vector<std::uint64_t>& counts = {}) const { done_(counts); }
    void fail(StoreError::Reason reason, const std::string& why = "why not") const {
      fail_(std::make_exception_ptr(StoreError(reason, why)));
    }
    void disconnect() const { fail(StoreError::Reason::disconnected); }
    bool wanted() const { return wanted_(); }

   private:
    friend class MockStore;
    std::function<void(const Texts&)> give_;
    std::function<void(std::optional<std::int64_t>)> giveAlarm_;
    std::function<void(const std::vector<std::uint64_t>&)> done_;
    std::function<void(std::exception_ptr)> fail_;
    std::function<bool()> wanted_;
  };

  // Those that the test has not looked at yet, the oldest first.
  std::deque<Request> requests;

  io::Pending<Value> get(const ActorRef&, RecordKind, std::string key) override;
  io::Pending<std::vector<Pair>> getMultiple(const ActorRef&, RecordKind,
                                             std::vector<std::string> keys) override;
  io::Pending<std::vector<Pair>> list(const ActorRef&, RecordKind, Range range) override;
  io::Pending<std::optional<AlarmTime>> getAlarm(const ActorRef&) override;
  SynchronousReads* synchronousReads() override { return nullptr; }
  io::Pending<BatchResult> commit(Batch batch) override;

  // No cache asks for these: std::logic_error.
  io::Pending<std::vector<Alarm>> alarms() override;
  io::Pending<std::vector<std::string>> spaces() override;
  io::Pending<std::vector<std::string>> actors(std::string, std::string, std::size_t) override;
  io::Pending<void> erase(ActorRef) override;

 private:
  template <class T>
  io::Pending<T> ask(std::string text,
                     std::function<void(Request&, std::shared_ptr<io::Resolver<T>>)> wire);
};

// A result, there or not yet, as text: "pending", "failed: why", else the value ("none" when there
// is none; pairs as "bar=1 foo=2").
class Result {
 public:
  // There at once.
  static Result now(std::string text);
  // `describe` gives the text of the value.
  template <class T>
  static Result later(io::Pending<T> pending, std::function<std::string(io::Outcome<T>&)> describe);

  bool operator==(std::string_view text) const { return *text_ == text; }
  const std::string& text() const { return *text_; }
  // Drops it: nobody wants it any more.
  void drop() { pending_.reset(); }

 private:
  std::shared_ptr<std::string> text_ = std::make_shared<std::string>("pending");
  std::shared_ptr<void> pending_;
};
std::ostream& operator<<(std::ostream& out, const Result& result);

// The operations of a cache or a transaction, in short words.
struct In {
  ActorStorage& storage;
  Result get(const std::string& key, ReadOptions options = {});
  Result get(const std::vector<std::string>& keys, ReadOptions options = {});
  Result list(Range range, ReadOptions options = {});
  Result getAlarm(ReadOptions options = {});
  // "none" when there is no back-pressure.
  Result put(const Texts& texts, WriteOptions options = {});
  Result setAlarm(std::optional<std::int64_t> milliseconds, WriteOptions options = {});
  Result erase(const std::vector<std::string>& keys, WriteOptions options = {});
};

// A cache over a MockStore, and the owner that it has, with words short enough for scenarios.
class CacheTest : public CacheOwner {
 public:
  struct Options {
    CacheLru::Limits limits{};
    bool neverFlush = false;
    std::vector<Pair> metadata = {};
  };
  CacheTest() : CacheTest(Options()) {}
  explicit CacheTest(Options options);

  Result get(const std::string& key, ReadOptions options = {}) { return own().get(key, options); }
  Result get(const std::vector<std::string>& keys, ReadOptions options = {}) {
    return own().get(keys, options);
  }
  Result list(Range range, ReadOptions options = {}) { return own().list(range, options); }
  Result getAlarm(ReadOptions options = {}) { return own().getAlarm(options); }
  Result put(const Texts& texts, WriteOptions options = {}) { return own().put(texts, options); }
  Result setAlarm(std::optional<std::int64_t> milliseconds, WriteOptions options = {}) {
    return own().setAlarm(milliseconds, options);
  }
  Result erase(const std::vector<std::string>& keys, WriteOptions options = {}) {
    return own().erase(keys, options);
  }
  Result deleteAll(ActorCache::AlarmToo alarm = ActorCache::AlarmToo::no,
                   WriteOptions options = {});
  // "none" when there is nothing to wait for.
  Result sync();
  Result beforeEntry();

  // The next request, which must be this one. Lets the loop turn when there is none yet.
  MockStore::Request expect(const std::string& text);
  // Nothing (more) is asked of the store.
  void quiet();
  void turn();
  // Has the cache know these, or their absence ("none").
  void know(const Texts& texts);
  // "open", "shut" or the error that has broken it.
  std::string gate() const;

  void holdOutput(io::Pending<void> flush) override;
  void alarmStored(std::optional<AlarmTime> time) override { stored.push_back(time); }

  boost::asio::io_context loop;
  MockStore store;
  CacheLru lru;
  std::optional<ActorCache> cache;
  std::vector<std::optional<AlarmTime>> stored;

 private:
  In own() { return In{*cache}; }

  std::vector<Result> holds_;
};

// Ranges of keys.
inline Range within(std::string start, std::string end, std::optional<std::size_t> limit = {}) {
  return {std::move(start), std::move(end), limit, false};
}
inline Range from(std::string start, std::optional<std::size_t> limit = {}) {
  return {std::move(start), std::nullopt, limit, false};
}
inline Range reversed(Range range) {
  range.reverse = true;
  return range;
}

constexpr WriteOptions kUnconfirmed{.allowUnconfirmed = true, .noCache = false};
constexpr WriteOptions kWriteNoCache{.allowUnconfirmed = false, .noCache = true};
constexpr ReadOptions kReadNoCache{.noCache = true};

}  // namespace lathe::persist
