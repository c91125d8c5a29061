#pragma once

#include <string>
#include <string_view>

namespace lathe::web {

// UTF-8 decode without BOM (https://encoding.spec.whatwg.org/#utf-8-decode-without-bom), staying in
// UTF-8: each maximal piece that is not valid becomes U+FFFD. A byte order mark stays.
std::string replaceInvalidUtf8(std::string bytes);

// Whether `a` comes before `b` when both are compared as UTF-16 code units, as JavaScript does
// (https://infra.spec.whatwg.org/#code-unit-less-than). Both are valid UTF-8.
bool isCodeUnitLess(std::string_view a, std::string_view b);

}  // namespace lathe::web
