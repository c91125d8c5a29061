#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// JSON with comments and trailing commas, as configurations are written in, read into values that
// know where they stand: every complaint about a configuration can point at its cause.
namespace lathe::cli {

// A place in a text. Lines and columns count from one, columns in characters.
struct Place {
  int line = 1;
  int column = 1;
  bool operator==(const Place&) const = default;
};

// What is no JSONC. `what()` says what was expected and what was found, without the place.
class JsoncError : public std::runtime_error {
 public:
  JsoncError(Place place, const std::string& message)
      : std::runtime_error(message), place_(place) {}
  Place place() const { return place_; }

 private:
  Place place_;
};

struct JsonMember;

// One value of a document, whole.
struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  // Where its first character stands.
  Place place;
  // The content of a string, as UTF-8 (a lone surrogate is U+FFFD); the spelling of a number, of
  // true, false and null.
  std::string text;
  std::vector<JsonValue> elements;
  std::vector<JsonMember> members;

  // The member called `key`, the last one if there are several, or null.
  const JsonMember* find(std::string_view key) const;
  // All members but those that a later one of the same key takes the place of, in their order.
  std::vector<const JsonMember*> lastMembers() const;
};

struct JsonMember {
  std::string key;
  // Where the key stands.
  Place place;
  JsonValue value;
};

// Reads one document: UTF-8, perhaps with a byte order mark, any kind of line break. Throws
// JsoncError, also for nesting deeper than kJsoncDepthMax.
JsonValue parseJsonc(std::string_view text);
inline constexpr int kJsoncDepthMax = 200;

}  // namespace lathe::cli
