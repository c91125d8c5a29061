#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lathe::cli {

// A place in a module; lines and columns count from 1.
struct SourcePlace {
  std::string module;
  std::size_t line = 0;
  std::size_t column = 0;
};

// The text of a module, by its name; nothing when it is not known any more.
using SourceText = std::function<std::optional<std::string>(const std::string& module)>;

// The first place that an error's text names: what it begins with ("worker.js:3:5: …"), else the
// topmost line of its stack that is in a module for which `isModule` holds.
std::optional<SourcePlace> firstPlace(std::string_view text,
                                      const std::function<bool(const std::string&)>& isModule);

// The line of `source` at a place, with those around it, numbers before them and a mark below the
// column: lines without a break after the last. Empty when the source has no such place. With
// `colors` for a terminal.
std::string codeFrame(std::string_view source, std::size_t line, std::size_t column, bool colors);

// The frame of the first place that `text` names in a module whose source is known; else empty.
std::string codeFrameFor(std::string_view text, const SourceText& sourceOf, bool colors);

// `text` with that frame behind the message, before the stack. As it is when there is none.
std::string withCodeFrame(std::string_view text, const SourceText& sourceOf, bool colors);

}  // namespace lathe::cli
