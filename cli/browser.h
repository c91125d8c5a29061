#pragma once

#include <string>

namespace lathe::cli {

// Opens a page in the desktop's browser, without waiting for it. False when this machine has no
// program that would know how.
bool openBrowser(const std::string& url);

}  // namespace lathe::cli
