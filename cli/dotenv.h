#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The files `.dev.vars` and `.env`: lines of NAME=value.
//
//   file   = { line }
//   line   = [ "export" ] NAME ( "=" | ": " ) [ value ] [ "#" comment ]
//   value  = "…" | '…' | `…` | the rest of the line up to a "#", without blanks around it
//
// A name consists of letters, digits, `_`, `-` and `.`. What is in quotes may have several lines;
// in double quotes `\n` and `\r` are line breaks, and nothing else is an escape. A quote that does
// not end, or has more than a comment behind it, is an ordinary character.
namespace lathe::cli {

struct DotenvEntry {
  std::string name;
  std::string value;
  // Where the name stands; lines count from one.
  int line = 1;
};

struct DotenvFile {
  // In the order of the file; of a name that is there twice, the last one counts.
  std::vector<DotenvEntry> entries;
  // The lines that are neither an entry nor empty nor a comment. They are passed over.
  std::vector<int> strangeLines;
};

// Reads UTF-8, perhaps with a byte order mark, any kind of line break.
DotenvFile parseDotenv(std::string_view text);

// The longest value once its variables are replaced. A few lines that each name the one before
// twice could fill any memory.
inline constexpr std::size_t kDotenvValueBytesMax = std::size_t{1} << 20;

// The value of a variable, which stays where it is; nothing when there is none.
using DotenvLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

// `value` with each `$NAME` and `${NAME}` replaced by what `lookUp` gives, else by nothing.
// `${NAME:-other}` and `${NAME-other}` are `other` when the variable is absent or empty;
// `${NAME:+other}` and `${NAME+other}` are it when it is not. What stands for `other` may have
// variables again, what was looked up is taken as it is. `\$` is a dollar sign. Nothing when that
// would be longer than `bytesMax`.
std::optional<std::string> expandDotenv(std::string_view value, const DotenvLookup& lookUp,
                                        std::size_t bytesMax = kDotenvValueBytesMax);

}  // namespace lathe::cli
