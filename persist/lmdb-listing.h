#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "persist/actor-store.h"
#include "persist/lmdb-environment.h"
#include "persist/record-key.h"

namespace lathe::persist {

// A list that is read piece by piece, and may be gone on with on another thread: all of it is what
// was committed when it was begun.
class LmdbListing {
 public:
  LmdbListing(LmdbSnapshot snapshot, const RecordKey& actor, RecordKind kind, Range range)
      : snapshot_(std::move(snapshot)), actor_(actor), kind_(kind), range_(std::move(range)) {}

  // Reads on, about that far. Whether that was all.
  struct Piece {
    std::size_t pairs;
    std::size_t bytes;
  };
  bool read(const Piece& piece);

  std::vector<Pair> take() { return std::move(pairs_); }

 private:
  LmdbSnapshot snapshot_;
  RecordKey actor_;
  RecordKind kind_;
  Range range_;  // what is left of it
  std::vector<Pair> pairs_;
};

}  // namespace lathe::persist
