#pragma once

#include <string>
#include <string_view>

#include "cli/jsonc.h"

// JSON values as text: for programs, and for people.
namespace lathe::cli {

// The value as plain JSON in one line. Numbers keep their spelling; of members with the same key
// the last one stays.
std::string toJson(const JsonValue& value);

// `text` as a JSON string with its quotes, without a control character in it. What is no UTF-8
// becomes U+FFFD.
std::string jsonQuoted(std::string_view text);

// The same for a complaint: a long text is cut short.
std::string shortlyQuoted(std::string_view text);

// What is there, in words for a complaint: `the number 3`, `the text "x"`, `a list`, `null`.
std::string inWords(const JsonValue& value);

}  // namespace lathe::cli
