#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "persist/actor-store.h"

// The keys of the state file: LMDB's keys, of at most 511 bytes, compared byte by byte. Stored on
// disk: append, never renumber. docs/store-format.md tells the same to people.
//
//   key     = %x01 name                          ; what the file says of itself
//           / %x02 space                         ; value: the number of this unique key
//           / %x03 time number actor             ; an alarm, in the order of time
//           / %x04 number actor kind tail        ; a record
//           / %x04 number actor (kind + %x80) node tail
//   number  = 4OCTET                             ; big-endian; 0: the store itself
//   time    = 8OCTET                             ; milliseconds since 1970, big-endian, + 2^63
//   actor   = *(%x01-FF / %x00 %xFF) %x00 %x00   ; so that ids stay in byte order
//   kind    = OCTET
//   node    = 8OCTET                             ; big-endian
//   tail    = 0*256OCTET                         ; the end of the caller's key. Value: the record's
//           / 256OCTET %x00                      ; there is more of the key. Value: a node
//
// The caller's keys reach 2048 bytes. One of more than 256 is cut: its first 256 bytes lead to a
// node, under which the rest is kept in the same way. All keys with these 256 bytes share the node,
// and the entry that leads to it sorts where they belong.
namespace lathe::persist {

class RecordKey {
 public:
  static constexpr std::size_t kBytesMax = 511;

  RecordKey() {}
  // Copies no more than there is: keys are made for every call.
  RecordKey(const RecordKey& other) { bytes(other.view()); }
  RecordKey& operator=(const RecordKey& other) {
    size_ = 0;
    return bytes(other.view());
  }

  RecordKey& byte(std::uint8_t value) {
    bytes_[size_++] = static_cast<char>(value);
    return *this;
  }
  RecordKey& number(std::uint32_t value);
  RecordKey& longNumber(std::uint64_t value);
  RecordKey& bytes(std::string_view value) {
    value.copy(bytes_.data() + size_, value.size());
    size_ += value.size();
    return *this;
  }
  // Keeps the first `size` bytes.
  RecordKey& cut(std::size_t size) {
    size_ = size;
    return *this;
  }
  // An actor's id, in the form that keeps the order of ids of different lengths.
  RecordKey& actor(std::string_view id);

  std::size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.data(), size_}; }
  operator std::string_view() const { return view(); }

  // The first key after all those that begin with this one, which is not all 0xff.
  RecordKey afterAll() const;

 private:
  std::array<char, kBytesMax> bytes_;
  std::size_t size_ = 0;
};

// How much of a caller's key one of LMDB's takes.
inline constexpr std::size_t kTailBytesMax = 256;

RecordKey fileKey(std::string_view name);
RecordKey spaceKey(std::string_view space);
RecordKey alarmKey(AlarmTime time, std::uint32_t space, std::string_view actor);
// What all alarms begin with.
RecordKey alarmsPrefix();
// What all records of a namespace, of an actor, of a kind, and of a node begin with.
RecordKey spacePrefix(std::uint32_t space);
RecordKey actorPrefix(std::uint32_t space, std::string_view actor);
RecordKey kindPrefix(const RecordKey& actor, RecordKind kind);
RecordKey nodesPrefix(const RecordKey& actor, RecordKind kind);
RecordKey nodePrefix(const RecordKey& actor, RecordKind kind, std::uint64_t node);

// ---- Back again. Nothing for what was not made by the function above that belongs to it ----

std::optional<std::string> spaceOf(std::string_view key);

struct AlarmKey {
  AlarmTime time;
  std::uint32_t space;
  std::string actor;
};
std::optional<AlarmKey> alarmOf(std::string_view key);

// Whose record it is.
struct RecordOwner {
  std::uint32_t space;
  std::string actor;
};
std::optional<RecordOwner> ownerOf(std::string_view key);

// Numbers as values.
std::string numberValue(std::uint64_t value);
std::optional<std::uint64_t> numberOf(std::string_view value);

}  // namespace lathe::persist
