#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "persist/actor-store.h"
#include "persist/lmdb-transaction.h"

// What there is in a state file, over all of its actors (see ActorStore's functions of these
// names).
namespace lathe::persist {

std::vector<ActorStore::Alarm> alarmsIn(const LmdbTransaction& records);
std::vector<std::string> spacesIn(const LmdbTransaction& records);
std::vector<std::string> actorsIn(const LmdbTransaction& records, const std::string& space,
                                  const std::string& after, std::size_t limit);

}  // namespace lathe::persist
