#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "cli/storage-session.h"

namespace lathe::cli {

// Changes to many objects, several of them under way at a time: they share the waits for the disk.
// Those to one object happen in their order. Dropping it forgets the results, not the changes.
template <class T>
class StorageWindow {
 public:
  using Settled = std::function<void(io::Outcome<T>)>;

  // `session` outlives this.
  explicit StorageWindow(StorageSession& session) : session_(session) {}

  // Begins a change with `begin` when there is room for it. `settled` hears how it ended, from a
  // later call of something here, and what it throws comes out of that call.
  void add(const persist::ActorRef& actor, const std::function<io::Pending<T>()>& begin,
           Settled settled) {
    while (entries_.size() >= kSizeMax || changes(actor)) awaitOldest();
    entries_.push_back({actor, begin(), std::move(settled)});
  }

  // Waits for all.
  void finish() {
    while (!entries_.empty()) awaitOldest();
  }

 private:
  static constexpr std::size_t kSizeMax = 64;

  struct Entry {
    persist::ActorRef actor;
    io::Pending<T> pending;
    Settled settled;
  };

  bool changes(const persist::ActorRef& actor) const {
    return std::ranges::find(entries_, actor, &Entry::actor) != entries_.end();
  }

  void awaitOldest() {
    Entry oldest = std::move(entries_.front());
    entries_.pop_front();
    oldest.settled(session_.awaitOutcome(std::move(oldest.pending)));
  }

  StorageSession& session_;
  std::deque<Entry> entries_;
};

}  // namespace lathe::cli
