#include "persist/lmdb-format.h"

#include <algorithm>
#include <optional>
#include <string>

#include "persist/actor-store.h"
#include "persist/record-key.h"

namespace lathe::persist {
namespace {

RecordKey versionKey() { return fileKey("lathe-format"); }

[[noreturn]] void refuse(const LmdbEnvironment& environment, const std::string& why) {
  throw StoreError(StoreError::Reason::failed, environment.file().string() + why);
}

// Nothing for a file in which nothing is.
std::optional<std::uint64_t> versionOf(LmdbEnvironment& environment) {
  auto snapshot = environment.read();
  if (const auto stored = snapshot.records().get(versionKey())) {
    if (auto version = numberOf(*stored)) return version;
  } else if (LmdbCursor cursor(snapshot.records()); !cursor.seek(std::string_view("\0", 1))) {
    return std::nullopt;
  }
  refuse(environment, " is not a state file of lathe");
}

}  // namespace

void prepareFormat(LmdbEnvironment& environment, const Format& format) {
  const auto stored = versionOf(environment);
  if (stored == format.version) return;
  if (stored > format.version) {
    refuse(environment, " was written by a newer lathe (format " + std::to_string(*stored) +
                            "; this one knows formats up to " + std::to_string(format.version) +
                            ")");
  }
  environment.change([&](LmdbTransaction& records) {
    for (auto version = stored.value_or(format.version); version < format.version; ++version) {
      const auto step = std::ranges::find(format.migrations, version, &FormatMigration::from);
      if (step == format.migrations.end()) {
        refuse(environment, " is of format " + std::to_string(version) +
                                ", which this lathe can no longer read");
      }
      step->run(records);
    }
    records.put(versionKey(), numberValue(format.version));
  });
}

}  // namespace lathe::persist
