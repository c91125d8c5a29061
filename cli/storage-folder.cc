#include "cli/storage-folder.h"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "cli/storage-local.h"
#include "cli/storage-remote.h"
#include "persist/state-lock.h"

namespace lathe::cli {
namespace {

// How long to try when the owner cannot be asked: it may be about to open its socket, or to end.
constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::milliseconds kPauseBetweenTries{50};

}  // namespace

StorageFolder::StorageFolder(boost::asio::io_context& loop, const std::filesystem::path& folder) {
  // Asking must leave no trace: a folder is not made only to find it empty.
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "actors.mdb", ignored)) {
    throw std::runtime_error("nothing is stored yet: there is no state in " + folder.string());
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto owner = persist::StateLock::ownerOf(folder);
    try {
      owner && !owner->socket.empty() ? ask(loop, *owner) : open(loop, folder);
      return;
    } catch (const persist::StoreError&) {
      bool owned = owner || persist::StateLock::ownerOf(folder);
      if (!owned || std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(kPauseBetweenTries);
  }
}

void StorageFolder::ask(boost::asio::io_context& loop, const persist::StateOwner& owner) {
  access_ = std::make_unique<RemoteStorage>(loop.get_executor(), owner);
}

void StorageFolder::open(boost::asio::io_context& loop, const std::filesystem::path& folder) {
  persist::LmdbStore::Options options;
  options.folder = folder;
  store_ = std::make_unique<persist::LmdbStore>(loop.get_executor(), options);
  access_ = std::make_unique<LocalStorage>(loop.get_executor(), *store_);
}

}  // namespace lathe::cli
