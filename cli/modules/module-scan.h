#pragma once

#include <functional>
#include <string_view>

namespace lathe::cli {

// How a specifier is written: `require` may be anybody's function, the others are the language's.
enum class ScannedKind { import, require };

// Calls `found` for each text that `source`, which is JavaScript, imports: `import "x"`,
// `… from "x"`, `import("x")` and `require("x")`. Comments and texts are passed over. It looks at
// words and not at the grammar, so it may see more than there is, and misses what is behind a
// regular expression that looks like a comment. Stops when `found` gives false.
void scanImports(std::string_view source,
                 const std::function<bool(std::string_view specifier, ScannedKind kind)>& found);

}  // namespace lathe::cli
