#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/web/bytes.h"

namespace lathe::web {

// The bytes that `text` stands for. ASCII whitespace is skipped anywhere and padding may be
// missing; nothing when it is not base64 even so. What atob() and `data:` URLs take.
// https://infra.spec.whatwg.org/#forgiving-base64-decode
std::optional<std::string> forgivingBase64Decode(std::string_view text);
std::optional<std::string> forgivingBase64Decode(std::u16string_view text);

// Base64 with padding, on one line. What btoa() gives.
// https://infra.spec.whatwg.org/#forgiving-base64-encode
std::string forgivingBase64Encode(Bytes bytes);

}  // namespace lathe::web
