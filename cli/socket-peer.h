#pragma once

namespace lathe::cli {

// Whether a process of this user is at the other end of a connected unix socket (or was, when the
// two were connected: who made it, not who has it now).
bool isOfThisUser(int socket);

}  // namespace lathe::cli
