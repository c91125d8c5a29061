#pragma once

#include <string_view>

namespace lathe::cli {

// The script in the pages that `lathe dev` has a hand in: it hears from DevPages when to load the
// page again, and shows errors over it. Its tag says what the page was made from: with
// `data-version` by which version of the worker, with `data-serial` (an error page) after which
// load.
extern const std::string_view kDevClient;

}  // namespace lathe::cli
