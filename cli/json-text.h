#pragma once

#include <string>
#include <string_view>

#include "cli/jsonc.h"

// JSON values as text: for programs, and for people.
namespace lathe::cli {

// The value as plain JSON in one line. Numbers keep their spelling; of members with the same key
// the last one stays.
std::string toJson(const JsonValue& value);

// `text`, which is UTF-8, as a JSON string with its quotes.
std::string jsonQuoted(std::string_view text);

// The same for a complaint: a long text is cut short.
std::string shortlyQuoted(std::string_view text);

// What is there, in words for a complaint: `the number 3`, `the text "x"`, `a list`, `null`.
std::string inWords(const JsonValue& value);

}  // namespace lathe::cli
