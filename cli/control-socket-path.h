#pragma once

#include <string>

namespace lathe::cli {

// Where this process's control socket belongs: $XDG_RUNTIME_DIR/lathe/PID.sock, or
// /tmp/lathe-UID/PID.sock where there is no such folder, it is not this user's alone, or the path
// would be too long. The folder is there afterwards, and what killed processes have left in it is
// gone. Throws std::runtime_error when the one in /tmp is not this user's alone either.
std::string controlSocketPath();

}  // namespace lathe::cli
