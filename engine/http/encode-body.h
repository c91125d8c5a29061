#pragma once

#include "engine/io/http-message.h"

namespace lathe::http {

// Compresses the body of `response` as its Content-Encoding says, unless the script has done so. Of
// one that answers HEAD only the length becomes unknown: nobody is going to read it.
void encodeBody(io::Response& response, bool isHead);

}  // namespace lathe::http
