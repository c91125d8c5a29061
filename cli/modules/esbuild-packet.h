#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace lathe::cli {

// A value of esbuild's service protocol: null, a truth value, an integer of 32 bits, a text, bytes
// (nlohmann's binary), a list or an object.
using EsbuildValue = nlohmann::json;

// Bytes as a value, and back.
EsbuildValue esbuildBytes(std::string_view bytes);
// The content of a text or of bytes; empty for any other value.
std::string takeBytes(EsbuildValue& value);

// One message of either side. A request and its answer share the id; each side counts its own.
struct EsbuildPacket {
  std::uint32_t id = 0;
  bool isRequest = false;
  EsbuildValue value;
};

// Bytes that are no packet.
class EsbuildPacketError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The packet as it goes over the wire, with its length in front.
std::string encodePacket(const EsbuildPacket& packet);
// Reads a packet from its bytes, without the length. Throws EsbuildPacketError.
EsbuildPacket decodePacket(std::string_view bytes);

// Takes the bytes that come apart into packets.
class EsbuildPackets {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }
  // The bytes of the next packet that is there whole, in place until the next call of add(); false
  // when there is none.
  bool next(std::string_view& packet);

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace lathe::cli
