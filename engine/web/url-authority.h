#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/web/url-scheme.h"

// How the text between "//" and the path comes apart. The parser and the setters share these.
namespace lathe::web {

// `input` up to, and without, what ends an authority: '/', '?', '#', and '\' in special URLs.
std::string_view authorityOf(std::string_view input, SchemeType scheme);

// The index of the first ':' in `hostAndPort` that is not inside brackets, or npos.
std::size_t findPortColon(std::string_view hostAndPort);

// The port that `digits` write, as a URL of this scheme holds it: shortest decimal, empty for the
// default port. Nothing when they are not all digits, or none, or more than 65535.
std::optional<std::string> portText(std::string_view digits, SchemeType scheme);

}  // namespace lathe::web
