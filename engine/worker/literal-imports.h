#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lathe::worker {

// The specifiers that the text of a script names in `import("…")` and `require("…")`: what can be
// known of these before it runs, as a bundler would know it. A specifier with escapes in it is not
// among them; one that stands in a comment or in another text is.
std::vector<std::string> literalImports(std::string_view script);

}  // namespace lathe::worker
