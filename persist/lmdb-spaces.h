#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "persist/lmdb-transaction.h"

namespace lathe::persist {

// The file's table of namespaces: the unique key of each has a short number, given once and for
// good, and the keys of records begin with that. Number 0 is the store itself.
//
// Remembers what it has found. One belongs to one thread.
class LmdbSpaces {
 public:
  // Nothing when no record was ever written for it.
  std::optional<std::uint32_t> find(const LmdbTransaction& records, std::string_view space);
  // Gives it a number when it has none.
  std::uint32_t findOrAdd(LmdbTransaction& records, std::string_view space);
  // To be called when the file is another one, or a transaction that added one has failed.
  void forget() { known_.clear(); }

  // The whole table, by number.
  static std::map<std::uint32_t, std::string> all(const LmdbTransaction& records);

 private:
  std::map<std::string, std::uint32_t, std::less<>> known_;
};

}  // namespace lathe::persist
