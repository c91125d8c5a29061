#include "cli/storage-folder.h"

#include <stdexcept>

#include "cli/storage-local.h"
#include "persist/state-lock.h"

namespace lathe::cli {

StorageFolder::StorageFolder(boost::asio::io_context& loop, const std::filesystem::path& folder) {
  // Asking must leave no trace: a folder is not made only to find it empty.
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "actors.mdb", ignored)) {
    throw std::runtime_error("nothing is stored yet: there is no state in " + folder.string());
  }
  persist::LmdbStore::Options options;
  options.folder = folder;
  store_ = std::make_unique<persist::LmdbStore>(loop.get_executor(), options);
  access_ = std::make_unique<LocalStorage>(loop.get_executor(), *store_);
}

}  // namespace lathe::cli
