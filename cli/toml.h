#pragma once

#include <string_view>

#include "cli/jsonc.h"

namespace lathe::cli {

// Reads a TOML document into the values that JSON is read into, each with its place, members in
// the order of the document. Dates and times become texts. Throws JsoncError, also for numbers that
// JSON does not have and for nesting deeper than kJsoncDepthMax.
JsonValue parseToml(std::string_view text);

}  // namespace lathe::cli
