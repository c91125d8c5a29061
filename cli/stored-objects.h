#pragma once

#include <string>

#include "cli/storage-access.h"

namespace lathe::cli {

// What is stored, for somebody who takes a quick look: each class with the number of its objects
// and the names of the first few. Lines without a break after the last. `access` outlives it.
io::Pending<std::string> storedObjectsText(boost::asio::any_io_executor executor,
                                           StorageAccess& access);

}  // namespace lathe::cli
