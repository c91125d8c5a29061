#pragma once

#include <filesystem>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "cli/storage-access.h"
#include "persist/lmdb-store.h"

namespace lathe::cli {

// The way to what a state folder holds: its file when nobody has it, else the process that does.
class StorageFolder {
 public:
  // Throws std::runtime_error when nothing was ever stored there, and persist::StoreError when the
  // folder is in use by a process that does not answer.
  StorageFolder(boost::asio::io_context& loop, const std::filesystem::path& folder);

  StorageAccess& access() { return *access_; }

 private:
  void ask(boost::asio::io_context& loop, const persist::StateOwner& owner);
  void open(boost::asio::io_context& loop, const std::filesystem::path& folder);

  std::unique_ptr<persist::LmdbStore> store_;
  std::unique_ptr<StorageAccess> access_;
};

}  // namespace lathe::cli
