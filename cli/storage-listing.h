#pragma once

#include "cli/storage-session.h"

namespace lathe::cli {

// `lathe storage ls`: classes, the objects of one, or the keys of one object.
void listStorage(StorageSession& session);

}  // namespace lathe::cli
