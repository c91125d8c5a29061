#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config-file.h"
#include "cli/jsonc.h"

namespace lathe::cli {

// A value of a configuration together with where it stands, in the file and among the keys. Asking
// it for a type that it does not have throws a ConfigError that tells what is there and what is
// expected. Refers to the ConfigFile, which outlives it.
class ConfigNode {
 public:
  explicit ConfigNode(const ConfigFile& file) : ConfigNode(file, file.root, file.root.place, "") {}

  // The member called `key`, if there is one; for objects only.
  std::optional<ConfigNode> member(std::string_view key) const;
  // The same, and an error when it is missing.
  ConfigNode required(std::string_view key) const;
  std::vector<ConfigNode> members() const;
  std::vector<ConfigNode> elements() const;

  // Without NUL characters. `example` is put into the complaint, such as `"2026-08-01"`; empty:
  // none.
  const std::string& text(std::string_view example = {}) const;
  // A text with at least one character.
  const std::string& name() const;
  std::int64_t integer(std::int64_t min, std::int64_t max) const;
  bool boolean() const;
  std::vector<std::string> texts() const;

  // Itself, after a check that it is an object.
  const ConfigNode& object() const;

  // Null, an empty list, or an object of nothing else: written down, but asking for nothing.
  bool empty() const;

  // The last part of where it stands among the keys.
  const std::string& key() const { return key_; }
  // All of it, such as `lathe.modules[0].type`.
  const std::string& path() const { return path_; }
  // Where the value stands, and where its key does.
  Place place() const { return value_->place; }
  Place keyPlace() const { return keyPlace_; }
  const JsonValue& value() const { return *value_; }
  const ConfigFile& file() const { return *file_; }

  // Throws ConfigError: `"path" should be EXPECTED; found what is there`.
  [[noreturn]] void failExpecting(const std::string& expected) const;
  // Throws ConfigError at the value's place.
  [[noreturn]] void fail(const std::string& message) const { file_->fail(place(), message); }

 private:
  ConfigNode(const ConfigFile& file, const JsonValue& value, Place keyPlace, std::string path,
             std::string key = {})
      : file_(&file),
        value_(&value),
        keyPlace_(keyPlace),
        path_(std::move(path)),
        key_(std::move(key)) {}

  ConfigNode below(const JsonMember& member) const;

  const ConfigFile* file_;
  const JsonValue* value_;
  Place keyPlace_;
  std::string path_;
  std::string key_;
};

// The word of `allowed` that the text in `node` is. Throws ConfigError with the nearest one.
std::string_view oneOf(const ConfigNode& node, std::span<const std::string_view> allowed);

// Throws ConfigError, with the nearest name, for a member of `node` that is none of `known`.
void refuseUnknownKeys(const ConfigNode& node, std::span<const std::string_view> known);

}  // namespace lathe::cli
