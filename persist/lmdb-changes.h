#pragma once

#include "persist/actor-store.h"
#include "persist/lmdb-spaces.h"
#include "persist/lmdb-transaction.h"

// What changes the records within a write transaction. The alarm of an actor is a record, and a key
// in the index that is ordered by time: both are written here only, so that they agree.
namespace lathe::persist {

// `batch` is storable.
BatchResult applyBatch(LmdbTransaction& records, LmdbSpaces& spaces, const Batch& batch);

// Deletes all that there is of an actor.
void eraseActor(LmdbTransaction& records, LmdbSpaces& spaces, const ActorRef& actor);

// The time in the value of an alarm's record.
AlarmTime alarmTimeOf(std::string_view value);

}  // namespace lathe::persist
