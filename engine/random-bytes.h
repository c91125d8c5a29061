#pragma once

#include <span>

namespace lathe {

// Fills `bytes` from the system's source of random numbers, which is fit for keys. Throws
// std::system_error when that gives none. Any thread.
void fillWithRandomBytes(std::span<unsigned char> bytes);

}  // namespace lathe
