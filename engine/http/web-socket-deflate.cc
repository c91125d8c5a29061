#include "engine/http/web-socket-deflate.h"

#include <algorithm>
#include <array>
#include <new>
#include <span>
#include <utility>

#include <zlib.h>

namespace lathe::http {

namespace {

// A sync flush ends with an empty stored block, of which these bytes do not travel (§7.2.1).
constexpr std::string_view kFlushTail("\0\0\xff\xff", 4);

// Shorter messages are not worth the work: what travels is one packet either way.
constexpr std::size_t kCompressedBytesMin = 64;

// zlib takes 8 for 9, which the other side could not follow.
constexpr int kWindowBitsMin = 9;

std::span<Bytef> zlibBytesOf(std::string_view text) {
  // zlib's pointers are not const, but it does not write.
  return {reinterpret_cast<Bytef*>(const_cast<char*>(text.data())), text.size()};
}

}  // namespace

// ---- Compressing ----

struct MessageDeflater::Stream {
  explicit Stream(int windowBits) {
    // The fastest level: the network is mostly this machine.
    if (::deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, -windowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Stream() { ::deflateEnd(&z); }
  Stream(const Stream&) = delete;

  z_stream z{};
};

MessageDeflater::MessageDeflater(DeflateParameters::Side side) : side_(side) {}
MessageDeflater::~MessageDeflater() = default;
MessageDeflater::MessageDeflater(MessageDeflater&&) noexcept = default;

bool MessageDeflater::wants(std::size_t size) const {
  return size >= kCompressedBytesMin && side_.windowBits >= kWindowBitsMin;
}

std::string MessageDeflater::compress(std::string_view message) {
  // §7.2.3.6: zlib does not flush twice with nothing in between.
  if (message.empty()) return std::string(1, '\0');
  if (!stream_) stream_ = std::make_unique<Stream>(side_.windowBits);
  auto& z = stream_->z;
  const auto from = zlibBytesOf(message);
  std::string out(::deflateBound(&z, from.size()) + kFlushTail.size(), '\0');
  z.next_in = from.data();
  z.avail_in = static_cast<uInt>(from.size());
  std::size_t size = 0;
  do {
    if (size == out.size()) out.resize(out.size() * 2);
    z.next_out = reinterpret_cast<Bytef*>(out.data()) + size;
    z.avail_out = static_cast<uInt>(out.size() - size);
    ::deflate(&z, Z_SYNC_FLUSH);
    size = out.size() - z.avail_out;
  } while (z.avail_out == 0);
  if (side_.noContextTakeover) ::deflateReset(&z);
  out.resize(size - kFlushTail.size());
  return out;
}

// ---- Decompressing ----

struct MessageInflater::Stream {
  explicit Stream(int windowBits) {
    if (::inflateInit2(&z, -windowBits) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { ::inflateEnd(&z); }
  Stream(const Stream&) = delete;

  z_stream z{};
};

MessageInflater::MessageInflater(DeflateParameters::Side side) : side_(side) {}
MessageInflater::~MessageInflater() = default;
MessageInflater::MessageInflater(MessageInflater&&) noexcept = default;

MessageInflater::Result MessageInflater::add(std::string_view piece, std::string& message,
                                             std::size_t bytesMax) {
  if (!stream_) stream_ = std::make_unique<Stream>(std::max(side_.windowBits, kWindowBitsMin));
  auto& z = stream_->z;
  const auto from = zlibBytesOf(piece);
  z.next_in = from.data();
  z.avail_in = static_cast<uInt>(from.size());
  std::array<char, 16 * 1024> out;
  for (;;) {
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&z, Z_SYNC_FLUSH);
    const auto size = out.size() - z.avail_out;
    if (size > bytesMax - std::min(bytesMax, message.size())) return Result::tooLarge;
    message.append(out.data(), size);
    if (result == Z_STREAM_END) {
      // The other side may end a block for good within a message (§7.2.3.4).
      ::inflateReset(&z);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Result::malformed;
    }
    if (z.avail_in == 0 && z.avail_out != 0) return Result::ok;
  }
}

MessageInflater::Result MessageInflater::finish(std::string& message, std::size_t bytesMax) {
  const auto result = add(kFlushTail, message, bytesMax);
  if (result == Result::ok && side_.noContextTakeover) ::inflateReset(&stream_->z);
  return result;
}

}  // namespace lathe::http
