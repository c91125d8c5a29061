#include "engine/api/actor-id.h"

#include <algorithm>
#include <span>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "engine/random-bytes.h"

namespace lathe::api {
namespace {

using Half = std::array<std::uint8_t, ActorId::kBytes / 2>;

// The first half of HMAC-SHA256 under the hash of the namespace's key.
Half macOf(std::string_view uniqueKey, std::span<const std::uint8_t> data) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> key, mac;
  SHA256(reinterpret_cast<const std::uint8_t*>(uniqueKey.data()), uniqueKey.size(), key.data());
  unsigned length = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
            mac.data(), &length)) {
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  }
  Half half;
  std::copy_n(mac.begin(), half.size(), half.begin());
  return half;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ActorId::ActorId(std::string_view uniqueKey, const Half& first) {
  auto mac = macOf(uniqueKey, first);
  std::copy(first.begin(), first.end(), bytes_.begin());
  std::copy(mac.begin(), mac.end(), bytes_.begin() + first.size());
}

ActorId ActorId::newUnique(std::string_view uniqueKey) {
  Half random;
  fillWithRandomBytes(random);
  return {uniqueKey, random};
}

ActorId ActorId::fromName(std::string_view uniqueKey, std::string_view name) {
  auto* bytes = reinterpret_cast<const std::uint8_t*>(name.data());
  ActorId id(uniqueKey, macOf(uniqueKey, {bytes, name.size()}));
  id.name_ = name;
  return id;
}

ActorId ActorId::fromString(std::string_view uniqueKey, std::string_view text) {
  std::array<std::uint8_t, kBytes> bytes;
  bool valid = text.size() == 2 * kBytes;
  for (std::size_t i = 0; valid && i < kBytes; ++i) {
    int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    valid = high >= 0 && low >= 0;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  if (!valid) throw ActorIdError("Invalid Durable Object ID: must be 64 hex digits");
  Half first;
  std::copy_n(bytes.begin(), first.size(), first.begin());
  ActorId id(uniqueKey, first);
  if (CRYPTO_memcmp(id.bytes_.data(), bytes.data(), kBytes) != 0) {
    throw ActorIdError("Durable Object ID is not valid for this namespace.");
  }
  return id;
}

ActorId ActorId::fromBytes(std::string_view bytes, std::optional<std::string> name) {
  if (bytes.size() != kBytes) throw ActorIdError("Invalid Durable Object ID: must be 32 bytes");
  ActorId id;
  std::copy(bytes.begin(), bytes.end(), id.bytes_.begin());
  id.name_ = std::move(name);
  return id;
}

ActorId ActorId::asKnownInside() const {
  ActorId id = *this;
  if (id.name_ && id.name_->size() > kNameBytesKnownInside) id.name_.reset();
  return id;
}

std::string ActorId::toString() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * kBytes);
  for (auto byte : bytes_) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace lathe::api
