#pragma once

namespace lathe {

// Makes OpenSSL's functions callable: to be called before any of them is, cheap when that has been
// done. Any thread. Throws std::runtime_error when this machine has no OpenSSL.
//
// It takes a quarter of the time of a start to load, and most workers never need it. So the program
// is linked with it, and then comes without it (tools/elf/load-later.cc).
void requireOpenSsl();

}  // namespace lathe
