#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cli/config.h"
#include "engine/worker/worker-source.h"
#include "persist/lmdb-store.h"

namespace lathe::cli {

// What the command line says about where Durable Objects keep what they store.
struct ObjectStoreChoice {
  // Instead of `.lathe/state` beside the first configuration.
  std::string persistTo = {};
  // In memory only.
  bool ephemeral = false;
  // On the disk, but in a folder that goes with the process.
  bool temporary = false;
  // When the configuration says nothing.
  ObjectStorage byDefault = ObjectStorage::disk;
};

// The store of the Durable Objects of this process, opened when the first class needs one, and
// which class has which objects in it. Loop thread.
class ObjectStore {
 public:
  ObjectStore(boost::asio::io_context& loop, ObjectStoreChoice choice)
      : loop_(loop), choice_(std::move(choice)) {}
  ObjectStore(const ObjectStore&) = delete;
  ObjectStore& operator=(const ObjectStore&) = delete;
  ~ObjectStore();

  // Opens the store when there is none and the configurations have need of it, brings the table of
  // classes in line with them, and completes the classes of `sources`, which stand in the same
  // order. Throws persist::StoreError.
  void prepare(const std::vector<Config>& configs, std::vector<worker::WorkerSource>& sources);

  // Null as long as nothing needs it.
  persist::ActorStore* store() const { return store_.get(); }
  // The same when it is on the disk; else null.
  persist::LmdbStore* diskStore() const { return dynamic_cast<persist::LmdbStore*>(store_.get()); }

 private:
  void open(const Config& first);
  std::filesystem::path folder(const Config& first);

  boost::asio::io_context& loop_;
  ObjectStoreChoice choice_;
  std::filesystem::path temporaryFolder_;
  std::unique_ptr<persist::ActorStore> store_;
  io::Pending<persist::BatchResult> tableWritten_;
};

}  // namespace lathe::cli
