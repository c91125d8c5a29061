#include "engine/web/compression.h"

#include <array>
#include <cstdint>
#include <limits>
#include <new>

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>

namespace lathe::web {

namespace {

constexpr std::size_t kChunkBytes = 16 * 1024;
// Of zlib's window sizes: the largest, with a header of gzip's.
constexpr int kGzipWindowBits = 15 + 16;
constexpr int kGzipMemoryLevel = 8;
// A server has no time for the best: this one is faster than gzip's default, and smaller.
constexpr std::uint32_t kBrotliQuality = 5;

struct DeflateEnd {
  void operator()(z_stream* stream) const {
    ::deflateEnd(stream);
    delete stream;
  }
};
struct InflateEnd {
  void operator()(z_stream* stream) const {
    ::inflateEnd(stream);
    delete stream;
  }
};
struct EncoderEnd {
  void operator()(BrotliEncoderState* state) const { ::BrotliEncoderDestroyInstance(state); }
};
struct DecoderEnd {
  void operator()(BrotliDecoderState* state) const { ::BrotliDecoderDestroyInstance(state); }
};

std::uint8_t* inputOf(std::string_view text) {
  // Both libraries take input as pointers to what they do not change.
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
}

// zlib counts in 32 bits: gives `stream` the next part of `input`.
void feed(z_stream& stream, std::string_view& input) {
  if (stream.avail_in != 0) return;
  auto part = input.substr(0, std::numeric_limits<std::uint32_t>::max());
  input.remove_prefix(part.size());
  stream.next_in = inputOf(part);
  stream.avail_in = static_cast<uInt>(part.size());
}

}  // namespace

std::optional<ContentCoding> contentCoding(std::string_view contentEncoding) {
  if (contentEncoding == "gzip") return ContentCoding::gzip;
  if (contentEncoding == "br") return ContentCoding::brotli;
  return std::nullopt;
}

// ---- Compressing ----

struct Compressor::State {
  std::unique_ptr<z_stream, DeflateEnd> gzip;
  std::unique_ptr<BrotliEncoderState, EncoderEnd> brotli;

  std::string deflate(std::string_view input, int mode) {
    std::string output;
    std::array<std::uint8_t, kChunkBytes> chunk;
    do {
      feed(*gzip, input);
      gzip->next_out = chunk.data();
      gzip->avail_out = chunk.size();
      ::deflate(gzip.get(), input.empty() ? mode : Z_NO_FLUSH);
      output.append(reinterpret_cast<char*>(chunk.data()), chunk.size() - gzip->avail_out);
    } while (gzip->avail_out == 0 || gzip->avail_in != 0 || !input.empty());
    return output;
  }

  std::string encode(std::string_view input, BrotliEncoderOperation operation) {
    std::string output;
    std::size_t inputLeft = input.size();
    const std::uint8_t* next = inputOf(input);
    do {
      std::size_t room = 0;
      if (!::BrotliEncoderCompressStream(brotli.get(), operation, &inputLeft, &next, &room, nullptr,
                                         nullptr)) {
        throw std::bad_alloc();
      }
      std::size_t size = 0;
      const std::uint8_t* bytes = ::BrotliEncoderTakeOutput(brotli.get(), &size);
      output.append(reinterpret_cast<const char*>(bytes), size);
    } while (inputLeft != 0 || ::BrotliEncoderHasMoreOutput(brotli.get()));
    return output;
  }
};

Compressor::Compressor(ContentCoding coding) : state_(std::make_unique<State>()) {
  if (coding == ContentCoding::brotli) {
    state_->brotli.reset(::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr));
    if (!state_->brotli) throw std::bad_alloc();
    ::BrotliEncoderSetParameter(state_->brotli.get(), BROTLI_PARAM_QUALITY, kBrotliQuality);
    return;
  }
  auto stream = std::make_unique<z_stream>();
  if (::deflateInit2(stream.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits,
                     kGzipMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  state_->gzip.reset(stream.release());
}

Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::string Compressor::flush(std::string_view piece) {
  return state_->gzip ? state_->deflate(piece, Z_SYNC_FLUSH)
                      : state_->encode(piece, BROTLI_OPERATION_FLUSH);
}

std::string Compressor::finish(std::string_view piece) {
  return state_->gzip ? state_->deflate(piece, Z_FINISH)
                      : state_->encode(piece, BROTLI_OPERATION_FINISH);
}

// ---- Decompressing ----

struct Decompressor::State {
  std::unique_ptr<z_stream, InflateEnd> gzip;
  std::unique_ptr<BrotliDecoderState, DecoderEnd> brotli;
  bool begun = false;
  bool ended = false;

  std::optional<std::string> inflate(std::string_view input) {
    std::string output;
    std::array<std::uint8_t, kChunkBytes> chunk;
    do {
      feed(*gzip, input);
      // One member may follow another (RFC 1952 §2.2).
      if (ended && gzip->avail_in != 0) {
        if (::inflateReset(gzip.get()) != Z_OK) return std::nullopt;
        ended = false;
      }
      gzip->next_out = chunk.data();
      gzip->avail_out = chunk.size();
      int result = ::inflate(gzip.get(), Z_NO_FLUSH);
      output.append(reinterpret_cast<char*>(chunk.data()), chunk.size() - gzip->avail_out);
      if (result == Z_STREAM_END) {
        ended = true;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return std::nullopt;
      }
    } while (gzip->avail_in != 0 || !input.empty() || (gzip->avail_out == 0 && !ended));
    return output;
  }

  std::optional<std::string> decode(std::string_view input) {
    std::string output;
    std::size_t inputLeft = input.size();
    const std::uint8_t* next = inputOf(input);
    for (;;) {
      std::size_t room = 0;
      auto result =
          ::BrotliDecoderDecompressStream(brotli.get(), &inputLeft, &next, &room, nullptr, nullptr);
      std::size_t size = 0;
      const std::uint8_t* bytes = ::BrotliDecoderTakeOutput(brotli.get(), &size);
      output.append(reinterpret_cast<const char*>(bytes), size);
      if (result == BROTLI_DECODER_RESULT_ERROR) return std::nullopt;
      ended = result == BROTLI_DECODER_RESULT_SUCCESS;
      if (ended && inputLeft != 0) return std::nullopt;
      if (ended || (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT && inputLeft == 0)) {
        return output;
      }
    }
  }
};

Decompressor::Decompressor(ContentCoding coding) : state_(std::make_unique<State>()) {
  if (coding == ContentCoding::brotli) {
    state_->brotli.reset(::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    if (!state_->brotli) throw std::bad_alloc();
    return;
  }
  auto stream = std::make_unique<z_stream>();
  if (::inflateInit2(stream.get(), kGzipWindowBits) != Z_OK) throw std::bad_alloc();
  state_->gzip.reset(stream.release());
}

Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

std::optional<std::string> Decompressor::write(std::string_view piece) {
  if (piece.empty()) return std::string();
  state_->begun = true;
  return state_->gzip ? state_->inflate(piece) : state_->decode(piece);
}

bool Decompressor::complete() const { return state_->ended || !state_->begun; }

}  // namespace lathe::web
