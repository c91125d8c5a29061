#pragma once

#include <string_view>

namespace lathe::cli {

// Writes all of `text` to a descriptor, in one piece where the system takes it so, and waits for a
// slow reader. False when nobody reads any more, or it fails otherwise.
bool writeAll(int descriptor, std::string_view text);

// The same for standard output, which nobody has to be told about: a reader may leave when it has
// seen enough.
bool writeOut(std::string_view text);

}  // namespace lathe::cli
