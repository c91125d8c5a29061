// Compatibility settings: which of the runtime's behaviours a worker has asked for, by a date and
// by flags. Everything a script sees is described for one `Compatibility`.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

// Every flag that lathe knows, named after the spelling that turns it on.
enum class Flag : uint16_t {
#define FLAG(enumerator, name, opposite, date, conduct, change) enumerator,
#include "engine/compatibility-flags.inc"
#undef FLAG
  Count
};

inline constexpr size_t kFlagCount = static_cast<size_t>(Flag::Count);

// What lathe does about a flag today.
enum class Conduct {
  Follows,    // behaves as the flag is set
  AlwaysOn,   // behaves as if it were on, whatever is asked
  AlwaysOff,  // behaves as if it were off, whatever is asked; often the thing itself is not here
              // yet
  Elsewhere,  // concerns Cloudflare's network and products; nothing on this machine could tell
};

// One row of the table.
struct FlagInfo {
  Flag flag;
  std::string_view name;
  std::string_view opposite;     // the spelling that turns it off; empty: there is none
  std::string_view defaultDate;  // "yyyy-mm-dd" from which it is on; empty: never by date alone
  Conduct conduct;
  std::string_view change;  // one sentence for people: what is so when it is on
};

// The whole table, in the order of the enumerators. Lives as long as the program.
std::span<const FlagInfo> compatibilityFlags();

// The newest date that lathe knows the defaults of.
inline constexpr std::string_view kNewestCompatibilityDate = "2026-11-17";

// A date or a flag that cannot be taken. `what()` is one sentence for the user, with the nearest
// name where there is one.
class CompatibilityError : public std::runtime_error {
 public:
  CompatibilityError(std::optional<size_t> flagIndex, const std::string& message)
      : std::runtime_error(message), flagIndex_(flagIndex) {}

  // Which of the given flags is to blame; nothing when it is the date.
  std::optional<size_t> flagIndex() const { return flagIndex_; }

 private:
  std::optional<size_t> flagIndex_;
};

// The resolved set for one date and one list of flags. A value: cheap to copy, to ask, to compare.
class Compatibility {
 public:
  // The newest date and no flags.
  Compatibility();

  // What `date` and `flags` ask for, with what has to be said about it. Without a date it is the
  // newest one, and a warning. Flags may be given in either spelling; one that the date implies
  // already is fine. Throws CompatibilityError for a malformed date, an unknown flag, and a flag
  // given together with its opposite.
  struct Resolved;
  static Resolved resolve(std::optional<std::string_view> date, std::span<const std::string> flags);

  bool has(Flag flag) const { return set_[static_cast<size_t>(flag)]; }

  // "yyyy-mm-dd", as it was asked for.
  const std::string& date() const { return date_; }

  // All names that turn something on, in the table's order, each with whether it is on: what
  // `Cloudflare.compatibilityFlags` shows. The views live as long as the program.
  struct Named {
    std::string_view name;
    bool on;
  };
  std::vector<Named> named() const;

  // Equal settings may share an isolate. Dates that lead to the same set are equal.
  bool operator==(const Compatibility& other) const { return set_ == other.set_; }

 private:
  struct Unresolved {};
  explicit Compatibility(Unresolved) {}

  std::string date_;
  std::bitset<kFlagCount> set_;
};

struct Compatibility::Resolved {
  Compatibility compatibility;
  std::vector<std::string> warnings;  // likely to surprise; one line each
  std::vector<std::string> notices;   // good to know: what was asked for and is not honoured yet
};

}  // namespace lathe
