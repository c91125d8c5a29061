#pragma once

#include <functional>

#include <boost/asio/any_io_executor.hpp>

#include "cli/storage-access.h"
#include "engine/worker/engine.h"

namespace lathe::cli {

// The storage in this process's own store. Outlives what it has begun; loop thread.
class LocalStorage final : public StorageAccess {
 public:
  // What is to be heeded where objects are alive.
  struct Living {
    // Ends the object's instance when it has nothing to do, and lets no other one begin before
    // `until` has settled. False when it is at work.
    std::function<bool(const persist::ActorRef& actor, io::Pending<void> until)> hold;
    // Hears of alarms that were set or, with nothing, deleted.
    std::function<void(const persist::ActorRef& actor, std::optional<persist::AlarmTime> time)>
        alarmChanged;
    // The WebSockets that outlive the object's instance.
    std::function<worker::Engine::ActorSockets(const persist::ActorRef& actor)> sockets;
  };

  // Without `living` nothing is alive. `store` has synchronous reads, and outlives this.
  LocalStorage(boost::asio::any_io_executor executor, persist::ActorStore& store,
               std::optional<Living> living = std::nullopt)
      : executor_(std::move(executor)), store_(store), living_(std::move(living)) {}

  io::Pending<std::vector<StoredClass>> classes() override;
  io::Pending<std::vector<StoredObject>> objects(std::string uniqueKey, std::string after,
                                                 std::size_t limit) override;
  io::Pending<StoredRecords> records(persist::ActorRef actor, persist::Range range) override;
  io::Pending<std::uint64_t> change(StoredChange change) override;
  io::Pending<void> erase(persist::ActorRef actor) override;
  io::Pending<void> forgetDeleted() override;

 private:
  io::net::awaitable<std::vector<StoredClass>> countClasses();
  io::net::awaitable<void> countObjects(std::string uniqueKey, std::uint64_t& count);
  // Nothing also when it cannot be read.
  std::optional<std::string> nameOf(const persist::ActorRef& actor);
  io::net::awaitable<std::vector<StoredObject>> nameObjects(std::string uniqueKey,
                                                            std::string after, std::size_t limit);
  io::net::awaitable<StoredRecords> readRecords(persist::ActorRef actor, persist::Range range);
  io::net::awaitable<std::uint64_t> commitChange(StoredChange change);
  io::net::awaitable<void> eraseObject(persist::ActorRef actor);
  io::net::awaitable<void> writeTableWithoutDeleted();
  // Keeps instances of the actor away until the resolver settles or goes. Throws ObjectBusy when it
  // has been at work for a while.
  io::net::awaitable<io::Resolver<void>> hold(persist::ActorRef actor);
  std::string tableText();

  boost::asio::any_io_executor executor_;
  persist::ActorStore& store_;
  std::optional<Living> living_;
};

}  // namespace lathe::cli
