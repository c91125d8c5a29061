#pragma once

#include "cli/storage-session.h"

// What is stored as text, one JSON object a line, that can be stored again elsewhere:
//
//   {"worker", "class", "id", "name", "key", "value", "shown"}   a record; `value` is base64 of its
//                                                                stored form, `shown` for people
//   {"worker", "class", "id", "name", "alarm"}                   in milliseconds since 1970
//
// `name` is missing when it is not known.
namespace lathe::cli {

// `lathe storage dump`, to standard output.
void dumpStorage(StorageSession& session);

// `lathe storage import`, from a file or, called `-`, from standard input. Records that are there
// already are replaced, others stay. Objects with a name find their place also when the ids of this
// state are others. Throws std::runtime_error with the number of a line that is wrong; those before
// it are stored then. When what fails is to store a line, some of those behind it may be stored.
void importStorage(StorageSession& session);

}  // namespace lathe::cli
