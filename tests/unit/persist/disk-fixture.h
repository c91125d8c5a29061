#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "persist/lmdb-store.h"
#include "tests/unit/cli/temporary-folder.h"
#include "tests/unit/persist/store-fixture.h"

namespace lathe::persist {

inline const ActorRef kActor{"rooms", "a"};
inline const ActorRef kOther{"rooms", "b"};

// A folder, and the store in it, which can be closed and opened again.
struct DiskTest {
  cli::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path() / "state";
  std::filesystem::path file = folder / "actors.mdb";
  LmdbStore::Options options{.folder = folder};
  StoreLoop loop;
  std::unique_ptr<LmdbStore> store;

  void open() {
    store.reset();
    store = std::make_unique<LmdbStore>(loop.executor(), options);
  }
  // Why it can not be opened; empty when it can.
  std::string refusal() {
    try {
      open();
    } catch (const StoreError& error) {
      return error.what();
    }
    return "";
  }
  void put(const Texts& texts, const ActorRef& actor = kActor) {
    loop.await(store->commit({actor, {putOf(texts)}}));
  }
  std::optional<StoreError> failure(const Texts& texts) {
    return loop.failure(store->commit({kActor, {putOf(texts)}}));
  }
  Texts list(const ActorRef& actor = kActor) {
    return textsOf(store->synchronousReads()->list(actor, RecordKind::keyValue, {}));
  }
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace lathe::persist
