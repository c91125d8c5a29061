#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "cli/storage-command.h"
#include "cli/storage-folder.h"
#include "cli/storage-value.h"

namespace lathe::cli {

// One run of `lathe storage`: the state it works on, and how it waits and tells.
class StorageSession {
 public:
  // Throws as `storage` does.
  explicit StorageSession(const StorageOptions& options);
  StorageSession(const StorageSession&) = delete;
  StorageSession& operator=(const StorageSession&) = delete;
  ~StorageSession() { progressDone(); }

  const StorageOptions& options() const { return options_; }
  StorageValues& values() { return values_; }
  StorageAccess& access() { return folder_.access(); }
  const std::vector<StoredClass>& classes() const { return classes_; }

  // Runs the loop until `pending` settles.
  template <class T>
  io::Outcome<T> awaitOutcome(io::Pending<T> pending) {
    std::optional<io::Outcome<T>> outcome;
    pending.then([&outcome](io::Outcome<T> settled) { outcome.emplace(std::move(settled)); });
    while (!outcome) loop_.run_one();
    return std::move(*outcome);
  }
  // The same; gives the value or throws the error.
  template <class T>
  T await(io::Pending<T> pending) {
    return awaitOutcome(std::move(pending)).take();
  }

  // The class of the first word.
  const StoredClass& chosenClass() const;
  // The object of the second word; one that has nothing stored is unknown.
  StoredObject chosenObject();
  persist::ActorRef refOf(const StoredClass& in, const StoredObject& object) const {
    return {in.uniqueKey, object.id};
  }

  // What of the state could not be read; empty when all could. Both of these go on behind what is
  // damaged, as far as they can.
  const std::string& damage() const { return damage_; }

  // Calls `visit` for each object of the class, in the order of the ids, until it gives false.
  void forEachObject(const StoredClass& in, const std::function<bool(const StoredObject&)>& visit);
  // The same for the records whose keys begin with `prefix`, and tells the object's alarm. Those
  // behind what is damaged come in the order from the end.
  std::optional<persist::AlarmTime> forEachRecord(
      const persist::ActorRef& actor, const std::string& prefix,
      const std::function<bool(const persist::Pair&)>& visit);

  // Says on a terminal how far something long has come, in one line that replaces itself. What is
  // quick says nothing.
  void progress(const std::string& text);
  // Takes that line away.
  void progressDone();

 private:
  // Takes a failed read for damage, or throws it again. Called within a handler.
  void noteDamage();
  // Where ids can be read again that come after `id`, which they cannot; nothing when nowhere.
  std::optional<std::string> beyondDamage(const StoredClass& in, const std::string& id);

  const StorageOptions& options_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  StorageFolder folder_;
  StorageValues values_;
  std::vector<StoredClass> classes_;
  std::chrono::steady_clock::time_point nextProgress_;
  bool progressShown_ = false;
  std::string damage_;
};

}  // namespace lathe::cli
