#pragma once

namespace lathe::http {

// Whether the program at the other end of a TCP connection has closed it for good.
//
// On the wire `close()` looks like `shutdown(SHUT_WR)`: one FIN, and only an attempt to send tells
// them apart. But a client on this machine has its socket in this kernel, and the kernel knows
// whether any process still holds it. For a client elsewhere the answer is no until it resets the
// connection.
bool peerIsGone(int socket);

// Whether something has come on a socket that nobody has taken out of the kernel yet.
bool hasUnread(int socket);

}  // namespace lathe::http
