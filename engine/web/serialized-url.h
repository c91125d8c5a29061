#pragma once

#include <string_view>

namespace lathe::web {

// Whether `text` is for certain a URL that Url::parse() would give back byte by byte: an http or
// https URL with a host, and without a fragment. Usual request URLs are, and parsing those would be
// in vain. "No" means nothing: the parser may find the same of more.
bool isSerializedHttpUrl(std::string_view text);

}  // namespace lathe::web
