#pragma once

#include <string>
#include <string_view>

#include "engine/web/url-scheme.h"

// A URL's path (https://url.spec.whatwg.org/#url-path) that is not opaque, kept as the text it
// serializes to: each segment with a '/' in front of it. The empty list is the empty string, so
// text and list say the same. Where a function takes `out` and `pathStart`, the path is the end of
// `out`.
namespace lathe::web {

// Whether the text is, or begins with, a letter and ':' or '|' as Windows names its drives.
bool isWindowsDriveLetter(std::string_view text);
bool isNormalizedWindowsDriveLetter(std::string_view text);
bool startsWithWindowsDriveLetter(std::string_view text);

// The path state (https://url.spec.whatwg.org/#path-state) run over all of `segments`, which is
// without the slash that leads to it. "." and ".." are resolved against what is already there.
void appendPath(std::string& out, std::size_t pathStart, std::string_view segments,
                SchemeType scheme);

// Drops the last segment (https://url.spec.whatwg.org/#shorten-a-urls-path), except a file URL's
// drive letter.
void shortenPath(std::string& out, std::size_t pathStart, SchemeType scheme);

}  // namespace lathe::web
