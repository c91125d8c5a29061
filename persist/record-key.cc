#include "persist/record-key.h"

namespace lathe::persist {
namespace {

constexpr std::uint8_t kFile = 1;
constexpr std::uint8_t kSpace = 2;
constexpr std::uint8_t kAlarm = 3;
constexpr std::uint8_t kRecord = 4;
// Added to a kind: the rest of a key that was too long.
constexpr std::uint8_t kNode = 0x80;

constexpr std::size_t kNumberBytes = 4;
constexpr std::size_t kLongNumberBytes = 8;

// Makes negative times sort before the others.
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

std::uint64_t readNumber(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// The id at the beginning of `bytes`.
std::optional<std::string> readActor(std::string_view bytes) {
  std::string id;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    if (bytes[i] != '\0') {
      id += bytes[i];
    } else if (bytes[++i] == '\0') {
      return id;
    } else {
      id += '\0';
    }
  }
  return std::nullopt;
}

}  // namespace

RecordKey& RecordKey::number(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(value >> shift));
  return *this;
}

RecordKey& RecordKey::longNumber(std::uint64_t value) {
  return number(static_cast<std::uint32_t>(value >> 32)).number(static_cast<std::uint32_t>(value));
}

RecordKey& RecordKey::actor(std::string_view id) {
  for (char each : id) {
    byte(static_cast<std::uint8_t>(each));
    if (each == '\0') byte(0xff);
  }
  return byte(0).byte(0);
}

RecordKey RecordKey::afterAll() const {
  RecordKey next = *this;
  while (static_cast<std::uint8_t>(next.bytes_[next.size_ - 1]) == 0xff) --next.size_;
  ++next.bytes_[next.size_ - 1];
  return next;
}

RecordKey fileKey(std::string_view name) { return RecordKey().byte(kFile).bytes(name); }

RecordKey spaceKey(std::string_view space) { return RecordKey().byte(kSpace).bytes(space); }

RecordKey alarmKey(AlarmTime time, std::uint32_t space, std::string_view actor) {
  const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  return RecordKey().byte(kAlarm).longNumber(milliseconds ^ kSign).number(space).actor(actor);
}

RecordKey alarmsPrefix() { return RecordKey().byte(kAlarm); }

RecordKey spacePrefix(std::uint32_t space) { return RecordKey().byte(kRecord).number(space); }

RecordKey actorPrefix(std::uint32_t space, std::string_view actor) {
  return spacePrefix(space).actor(actor);
}

RecordKey kindPrefix(const RecordKey& actor, RecordKind kind) {
  return RecordKey(actor).byte(static_cast<std::uint8_t>(kind));
}

RecordKey nodesPrefix(const RecordKey& actor, RecordKind kind) {
  return RecordKey(actor).byte(static_cast<std::uint8_t>(kind) | kNode);
}

RecordKey nodePrefix(const RecordKey& actor, RecordKind kind, std::uint64_t node) {
  return nodesPrefix(actor, kind).longNumber(node);
}

std::optional<std::string> spaceOf(std::string_view key) {
  if (key.empty() || key[0] != kSpace) return std::nullopt;
  return std::string(key.substr(1));
}

std::optional<AlarmKey> alarmOf(std::string_view key) {
  constexpr std::size_t kActorAt = 1 + kLongNumberBytes + kNumberBytes;
  if (key.size() < kActorAt || key[0] != kAlarm) return std::nullopt;
  auto actor = readActor(key.substr(kActorAt));
  if (!actor) return std::nullopt;
  const std::uint64_t time = readNumber(key.substr(1, kLongNumberBytes)) ^ kSign;
  const std::uint64_t space = readNumber(key.substr(1 + kLongNumberBytes, kNumberBytes));
  return AlarmKey{AlarmTime(std::chrono::milliseconds(static_cast<std::int64_t>(time))),
                  static_cast<std::uint32_t>(space), std::move(*actor)};
}

std::optional<RecordOwner> ownerOf(std::string_view key) {
  constexpr std::size_t kActorAt = 1 + kNumberBytes;
  if (key.size() < kActorAt || key[0] != kRecord) return std::nullopt;
  auto actor = readActor(key.substr(kActorAt));
  if (!actor) return std::nullopt;
  return RecordOwner{static_cast<std::uint32_t>(readNumber(key.substr(1, kNumberBytes))),
                     std::move(*actor)};
}

std::string numberValue(std::uint64_t value) {
  return std::string(RecordKey().longNumber(value).view());
}

std::optional<std::uint64_t> numberOf(std::string_view value) {
  if (value.size() != kLongNumberBytes) return std::nullopt;
  return readNumber(value);
}

}  // namespace lathe::persist
