#pragma once

#include <cstddef>
#include <cstdint>

namespace lathe::web {

// Runs of ASCII, taken many characters at a time: most of all text, in every encoding.

// How many bytes at the start of `from[0, size)` are ASCII.
std::size_t asciiRunLength(const std::uint8_t* from, std::size_t size);

// Copies the ASCII at the start of `from[0, size)` to `to`, widened or narrowed, and returns how
// many characters that was. `to` has room for `size` of them.
std::size_t copyAsciiRun(const std::uint8_t* from, std::size_t size, char16_t* to);
std::size_t copyAsciiRun(const char16_t* from, std::size_t size, std::uint8_t* to);

}  // namespace lathe::web
