#pragma once

// How a program of ours comes to run inside Node's executable, which is where V8, OpenSSL and zlib
// are. The host is a copy of that executable whose first library is liblathe.so; that library's
// __libc_start_main stands before the C library's, so the process runs latheMain in place of Node's
// main(). Nothing of Node itself runs, and neither do the host's static initialisers: V8 needs none
// of them, and to leave them out saves a millisecond of every start.

// The program's main(). Each liblathe.so defines one; the process exits with what it returns.
int latheMain(int count, char** arguments);

namespace lathe::host {

// Runs the host's static initialisers, once: before the first call into a part of the host that has
// some (ada). Any thread.
void initialize();

}  // namespace lathe::host
