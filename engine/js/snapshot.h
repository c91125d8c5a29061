#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// The V8 startup snapshot that the build makes and embeds: the interfaces' templates as isolate
// data in the order of Bindings::interfaces, and one context in which the built-in JavaScript has
// run.
//
//   snapshot = length of V8's version (1 byte), V8's version, rest
//   rest     = length of the source (decimal), line feed, source, V8's own blob
namespace lathe::js {

struct Bindings;

// Index of the built-ins' hooks object among the context's data.
inline constexpr std::size_t kHooksIndex = 0;

// What stacks call the built-in JavaScript.
inline constexpr std::string_view kBuiltinsName = "lathe:builtins";

// Makes a snapshot. `builtins` is JavaScript that defines `latheBuiltins.install(global, native)`;
// what that returns becomes the hooks. Throws std::runtime_error when the script fails. A
// js::Platform must exist. Once per process.
std::string makeSnapshot(class Platform& platform, const Bindings& bindings,
                         const std::string& builtins);

// The rest of a snapshot. Throws std::runtime_error when another V8 made it than the one that was
// loaded (a security update is enough): V8 itself would abort.
std::string_view openSnapshot(std::string_view snapshot);

struct SnapshotParts {
  std::string_view source;  // of the built-in JavaScript, to which the blob refers
  std::string_view blob;
};
// What openSnapshot gave.
SnapshotParts partsOf(std::string_view rest);

}  // namespace lathe::js
