#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/io/pending.h"

// Where the records of actors are kept for good. Keys, values and ids are bytes; what they mean is
// the callers' business.
//
// Calls are made on the loop thread, and what they return settles there. A failure is a StoreError.
namespace lathe::persist {

// One actor's records: the namespace's unique key, and the id as bytes. Both empty names the
// records of the store itself, of which only those of the kind `metadata` exist.
struct ActorRef {
  std::string space;
  std::string actor;
  auto operator<=>(const ActorRef&) const = default;
};

// What a record is. The numbers are part of the stored format.
enum class RecordKind : std::uint8_t {
  keyValue = 1,
  alarm = 2,             // at most one per actor; written by SetAlarm and DeleteAlarm only
  metadata = 3,          // what lathe itself notes about the actor, such as its name
  sqlPage = 4,           // reserved: pages of the actor's SQLite database
  socketAttachment = 5,  // reserved: attachments of hibernating sockets
};

// Immutable and shared, so that a value passes between threads and stays readable while it is
// replaced. Null means that there is none.
using Value = std::shared_ptr<const std::string>;

struct Pair {
  std::string key;
  Value value;
};

// Keys from `start` (inclusive) up to `end` (exclusive; none: no end), in bytewise order.
struct Range {
  std::string start;
  std::optional<std::string> end;
  std::optional<std::size_t> limit;
  // Descending; the limit then counts from the end.
  bool reverse = false;
};

// Milliseconds since 1970.
using AlarmTime = std::chrono::sys_time<std::chrono::milliseconds>;

// ---- Changes ----

struct Put {
  RecordKind kind = RecordKind::keyValue;
  std::vector<Pair> pairs;
};
struct Delete {
  RecordKind kind = RecordKind::keyValue;
  std::vector<std::string> keys;
  // Whether somebody wants to know how many of them existed.
  bool counted = false;
};
// Deletes every record of the kinds keyValue and sqlPage; alarm and metadata stay.
struct DeleteAll {};
struct SetAlarm {
  AlarmTime time;
};
struct DeleteAlarm {
  // Deletes nothing when the stored time is another one.
  std::optional<AlarmTime> onlyAt;
};
using Change = std::variant<Put, Delete, DeleteAll, SetAlarm, DeleteAlarm>;

// What is done to one actor at once, in this order: all of it or nothing.
struct Batch {
  ActorRef actor;
  std::vector<Change> changes;
};

// For every change of the batch: how many records it deleted. 0 for puts and uncounted deletes.
using BatchResult = std::vector<std::uint64_t>;

// ---- Errors ----

class StoreError : public std::runtime_error {
 public:
  enum class Reason {
    invalid,       // this batch cannot be stored; the text is for the script
    disconnected,  // the store was not reached; the same call may succeed when made again
    diskFull,
    failed,  // anything else; the text names the file and what the system said
  };
  StoreError(Reason reason, const std::string& text) : std::runtime_error(text), reason_(reason) {}
  Reason reason() const { return reason_; }

 private:
  Reason reason_;
};

// ---- The store ----

// Reads that answer at once, on the calling thread, from what is committed.
class SynchronousReads {
 public:
  virtual ~SynchronousReads() = default;
  virtual Value get(const ActorRef& actor, RecordKind kind, const std::string& key) = 0;
  virtual std::vector<Pair> list(const ActorRef& actor, RecordKind kind, const Range& range) = 0;
  virtual std::optional<AlarmTime> getAlarm(const ActorRef& actor) = 0;
};

class ActorStore {
 public:
  virtual ~ActorStore() = default;

  // Reads of what is committed when the read runs. A batch whose commit was begun after a read was
  // is not seen by it.
  virtual io::Pending<Value> get(const ActorRef& actor, RecordKind kind, std::string key) = 0;
  // Of those that exist, in ascending order of the keys. `keys` is sorted and without duplicates.
  virtual io::Pending<std::vector<Pair>> getMultiple(const ActorRef& actor, RecordKind kind,
                                                     std::vector<std::string> keys) = 0;
  virtual io::Pending<std::vector<Pair>> list(const ActorRef& actor, RecordKind kind,
                                              Range range) = 0;
  virtual io::Pending<std::optional<AlarmTime>> getAlarm(const ActorRef& actor) = 0;

  // Null when this store cannot.
  virtual SynchronousReads* synchronousReads() = 0;

  // Settles when all of it is durable. Batches of one actor are applied in the order of the calls;
  // those of several actors may share one commit of the store, and each can fail alone. Dropping
  // the Pending does not undo the batch.
  virtual io::Pending<BatchResult> commit(Batch batch) = 0;

  // ---- Enumeration, for alarms at start-up and for people ----

  struct Alarm {
    ActorRef actor;
    AlarmTime time;
  };
  // The alarms of all actors, the earliest first.
  virtual io::Pending<std::vector<Alarm>> alarms() = 0;
  // The unique keys under which there is any record, in bytewise order.
  virtual io::Pending<std::vector<std::string>> spaces() = 0;
  // Ids of actors with any record, in bytewise order, at most `limit`, beginning after `after`.
  virtual io::Pending<std::vector<std::string>> actors(std::string space, std::string after,
                                                       std::size_t limit) = 0;
  // Deletes every record of the actor, of whatever kind.
  virtual io::Pending<void> erase(ActorRef actor) = 0;
};

}  // namespace lathe::persist
