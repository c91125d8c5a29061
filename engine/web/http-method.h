#pragma once

#include <string_view>

namespace lathe::web {

// Whether it is one of the methods that Workers know, as it is written: others are neither served
// nor sent by them.
bool isHttpMethod(std::string_view method);

}  // namespace lathe::web
