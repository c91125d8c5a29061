#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/io/pending.h"
#include "persist/actor-store.h"

// What people can do with that which Durable Objects have stored, whoever has the state folder at
// the moment: `lathe storage` itself, or a server that it asks. Ids, keys and values are bytes.
namespace lathe::cli {

struct StoredClass {
  std::string worker;
  std::string className;
  std::string uniqueKey;
  bool sqlite = false;
  // Of a deleted class, whose objects are set aside: the migration that deleted it.
  std::string deletedBy;
  // How many objects have any record.
  std::uint64_t objects = 0;
  // Why they are not all counted, in a state that is damaged; else empty.
  std::string uncounted = {};
};

struct StoredObject {
  std::string id;
  // As far as it was ever kept.
  std::optional<std::string> name;
  // WebSockets that it has accepted with ctx.acceptWebSocket(), and whether it sleeps meanwhile.
  std::size_t sockets = 0;
  bool hibernating = false;
};

struct StoredRecords {
  std::vector<persist::Pair> pairs;
  std::optional<persist::AlarmTime> alarm;
};

// What is done to one object at once.
struct StoredChange {
  persist::ActorRef actor;
  // Kept with the object, so that it can be told later what its id was made from.
  std::optional<std::string> name;
  std::vector<persist::Pair> puts;
  std::vector<std::string> deletes;
  std::optional<persist::AlarmTime> alarm;
};

// The object is at work in the server and cannot be changed now.
class ObjectBusy : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Calls are made on the loop thread. Failures are ObjectBusy and persist::StoreError; of the latter
// those with the reason `invalid` say what is wrong with a key or a value.
class StorageAccess {
 public:
  virtual ~StorageAccess() = default;

  // Those in use and then those that are deleted, each with the number of its objects.
  virtual io::Pending<std::vector<StoredClass>> classes() = 0;
  // In the order of the ids, at most `limit`, beginning after `after`.
  virtual io::Pending<std::vector<StoredObject>> objects(std::string uniqueKey, std::string after,
                                                         std::size_t limit) = 0;
  virtual io::Pending<StoredRecords> records(persist::ActorRef actor, persist::Range range) = 0;
  // Settles when it is durable; says how many of the keys to delete there were.
  virtual io::Pending<std::uint64_t> change(StoredChange change) = 0;
  // Deletes all there is of the object.
  virtual io::Pending<void> erase(persist::ActorRef actor) = 0;
  // Takes the deleted classes off the table, once their objects are erased.
  virtual io::Pending<void> forgetDeleted() = 0;
};

}  // namespace lathe::cli
