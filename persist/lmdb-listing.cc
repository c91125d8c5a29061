#include "persist/lmdb-listing.h"

#include <algorithm>

#include "persist/lmdb-records.h"

namespace lathe::persist {

bool LmdbListing::read(const Piece& piece) {
  const bool bounded = range_.limit && *range_.limit <= piece.pairs;
  const std::size_t most = bounded ? *range_.limit : piece.pairs;
  const std::size_t before = pairs_.size();
  std::size_t bytes = 0;
  bool all = true;  // unless it is broken off
  if (most > 0) {
    LmdbRecords(snapshot_.records(), actor_, kind_)
        .visit(range_, [&](std::string_view key, std::string_view value) {
          if (pairs_.size() - before == most || bytes >= piece.bytes) {
            all = false;
            return false;
          }
          bytes += key.size() + value.size();
          pairs_.push_back({std::string(key), std::make_shared<const std::string>(value)});
          return true;
        });
  }
  const std::size_t count = pairs_.size() - before;
  if (range_.limit) *range_.limit -= count;
  if (all || range_.limit == 0) return true;
  const std::string& last = pairs_.back().key;
  if (range_.reverse) {
    range_.end = last;
  } else {
    range_.start = last + '\0';
  }
  return false;
}

}  // namespace lathe::persist
