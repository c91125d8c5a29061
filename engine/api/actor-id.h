#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lathe::api {

// A text that is no id, or none of the namespace that was asked; the message is for the script.
class ActorIdError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What names an actor within its namespace: 16 bytes that are random or made from a name, then 16
// bytes that prove that they belong to the namespace, so that a mistyped id or another namespace's
// is found out. Both come from the namespace's unique key (Durable Objects §7.1), so ids are the
// same after a restart.
class ActorId {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kNameBytesKnownInside = 1024;

  static ActorId newUnique(std::string_view uniqueKey);
  static ActorId fromName(std::string_view uniqueKey, std::string_view name);
  // `text` is 64 hexadecimal digits, in either case. Throws ActorIdError.
  static ActorId fromString(std::string_view uniqueKey, std::string_view text);

  // One that was kept as `bytes()`, with the name that it had.
  static ActorId fromBytes(std::string_view bytes, std::optional<std::string> name);

  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  // 64 lower-case hexadecimal digits.
  std::string toString() const;
  // What it was made from, when that was a name.
  const std::optional<std::string>& name() const { return name_; }

  // The same as the object itself is told it: without a name of more than 1024 bytes.
  ActorId asKnownInside() const;

  // The name does not count: an id read back from its text has none.
  bool operator==(const ActorId& other) const { return bytes_ == other.bytes_; }

 private:
  using Half = std::array<std::uint8_t, kBytes / 2>;
  ActorId() = default;
  ActorId(std::string_view uniqueKey, const Half& first);

  std::array<std::uint8_t, kBytes> bytes_{};
  std::optional<std::string> name_;
};

}  // namespace lathe::api
