#pragma once

#include "cli/control-socket.h"
#include "cli/storage-access.h"

namespace lathe::cli {

// The control API's half of storage (docs/control-api.md): does what `request` asks for on
// `access`, which outlives the answer. What fails becomes a response with {"error", "kind"}.
boost::asio::awaitable<ControlResponse> answerStorageRequest(StorageAccess& access,
                                                             ControlRequest request);

}  // namespace lathe::cli
