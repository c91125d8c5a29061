#include "cli/modules/esbuild-packet.h"

#include <utility>

namespace lathe::cli {

namespace {

// The byte in front of each value.
enum class Tag : std::uint8_t { null, boolean, integer, text, bytes, list, object };

// No answer is nested deeper; what is deeper is no answer.
constexpr int kDepthMax = 100;

void put32(std::string& out, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift);
}

std::uint32_t get32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return number;
}

void putBytes(std::string& out, std::string_view bytes) {
  put32(out, static_cast<std::uint32_t>(bytes.size()));
  out += bytes;
}

void put(std::string& out, const EsbuildValue& value) {
  auto tag = [&](Tag kind) { out += static_cast<char>(kind); };
  if (value.is_boolean()) {
    tag(Tag::boolean);
    out += static_cast<char>(value.get<bool>());
  } else if (value.is_number()) {
    tag(Tag::integer);
    put32(out, static_cast<std::uint32_t>(value.get<std::int32_t>()));
  } else if (value.is_string()) {
    tag(Tag::text);
    putBytes(out, value.get_ref<const std::string&>());
  } else if (value.is_binary()) {
    tag(Tag::bytes);
    const auto& bytes = value.get_binary();
    putBytes(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else if (value.is_array()) {
    tag(Tag::list);
    put32(out, static_cast<std::uint32_t>(value.size()));
    for (const EsbuildValue& element : value) put(out, element);
  } else if (value.is_object()) {
    tag(Tag::object);
    put32(out, static_cast<std::uint32_t>(value.size()));
    for (const auto& [key, member] : value.items()) {
      putBytes(out, key);
      put(out, member);
    }
  } else {
    tag(Tag::null);
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t number() { return get32(take(4)); }

  EsbuildValue value(int depth = 0) {
    if (depth > kDepthMax) throw EsbuildPacketError("a packet of esbuild's is nested too deep");
    switch (static_cast<Tag>(take(1)[0])) {
      case Tag::null:
        return nullptr;
      case Tag::boolean:
        return take(1)[0] != 0;
      case Tag::integer:
        return static_cast<std::int32_t>(number());
      case Tag::text:
        return std::string(bytes());
      case Tag::bytes:
        return esbuildBytes(bytes());
      case Tag::list: {
        EsbuildValue list = EsbuildValue::array();
        for (std::uint32_t count = number(); count > 0; --count) list.push_back(value(depth + 1));
        return list;
      }
      case Tag::object: {
        EsbuildValue object = EsbuildValue::object();
        for (std::uint32_t count = number(); count > 0; --count) {
          std::string key(bytes());
          object[key] = value(depth + 1);
        }
        return object;
      }
    }
    throw EsbuildPacketError("a packet of esbuild's has a value of an unknown kind");
  }

  bool atEnd() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t count) {
    if (rest_.size() < count) throw EsbuildPacketError("a packet of esbuild's ends too early");
    std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::string_view bytes() { return take(number()); }

  std::string_view rest_;
};

}  // namespace

EsbuildValue esbuildBytes(std::string_view bytes) {
  auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return EsbuildValue::binary(std::vector<std::uint8_t>(begin, begin + bytes.size()));
}

std::string takeBytes(EsbuildValue& value) {
  if (value.is_string()) return std::move(value.get_ref<std::string&>());
  if (!value.is_binary()) return {};
  const auto& bytes = value.get_binary();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string encodePacket(const EsbuildPacket& packet) {
  std::string out(4, '\0');
  put32(out, packet.id << 1 | (packet.isRequest ? 0U : 1U));
  put(out, packet.value);
  std::string length;
  put32(length, static_cast<std::uint32_t>(out.size() - 4));
  out.replace(0, 4, length);
  return out;
}

EsbuildPacket decodePacket(std::string_view bytes) {
  Reader reader(bytes);
  std::uint32_t head = reader.number();
  EsbuildPacket packet{head >> 1, (head & 1) == 0, reader.value()};
  if (!reader.atEnd()) throw EsbuildPacketError("a packet of esbuild's is longer than its value");
  return packet;
}

bool EsbuildPackets::next(std::string_view& packet) {
  std::string_view rest = std::string_view(bytes_).substr(at_);
  if (rest.size() >= 4) {
    std::size_t length = get32(rest);
    if (rest.size() - 4 >= length) {
      packet = rest.substr(4, length);
      at_ += 4 + length;
      return true;
    }
  }
  bytes_.erase(0, at_);
  at_ = 0;
  return false;
}

}  // namespace lathe::cli
