#pragma once

#include <cstdint>
#include <span>

#include "persist/lmdb-environment.h"

namespace lathe::persist {

// The version of what is in the file (docs/store-format.md). Goes up with every change that an
// older lathe would misread, together with a migration.
inline constexpr std::uint64_t kFormatVersion = 1;

// Brings a file from one version to the next.
struct FormatMigration {
  std::uint64_t from;
  void (*run)(LmdbTransaction& records);
};

// The format that this lathe writes, and how it gets there from older ones.
struct Format {
  std::uint64_t version = kFormatVersion;
  std::span<const FormatMigration> migrations;
};

// Makes a new file one of this format, and brings an older one to it, in one transaction. Throws
// StoreError for a file that is of a newer format or not lathe's, and leaves that as it is.
void prepareFormat(LmdbEnvironment& environment, const Format& format = {});

}  // namespace lathe::persist
