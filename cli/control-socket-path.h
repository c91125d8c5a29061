#pragma once

#include <string>

namespace lathe::cli {

// Where this process's control socket belongs: $XDG_RUNTIME_DIR/lathe/PID.sock, or
// /tmp/lathe-UID/PID.sock where there is no such folder or the path would be too long. The folder
// is there afterwards, and what killed processes have left in it is gone. Throws std::runtime_error
// when the folder is not this user's alone.
std::string controlSocketPath();

}  // namespace lathe::cli
