#include "engine/io/coded-source.h"

#include <optional>
#include <utility>

namespace lathe::io {

namespace {

// A source that makes other pieces of those of another source. `Coder` has
// `std::optional<std::string> next(std::string)`: what a piece becomes, an empty one being the end;
// nothing: the next piece is needed first.
template <class Coder>
class CodedSource final : public BodySource {
 public:
  CodedSource(std::unique_ptr<BodySource> source, web::ContentCoding coding)
      : source_(std::move(source)), coder_(coding) {}

  std::optional<std::uint64_t> length() const override { return std::nullopt; }

  Pending<std::string> read() override {
    if (ended_) return Pending<std::string>::ready("");
    // A loop as long as pieces are there at once.
    for (;;) {
      piece_ = source_->read();
      if (!piece_.settled()) break;
      try {
        if (auto made = accept(piece_.takeOutcome().take())) {
          return Pending<std::string>::ready(std::move(*made));
        }
      } catch (...) {
        return Pending<std::string>::failed(std::current_exception());
      }
    }
    auto channel = makePending<std::string>();
    resolver_ = std::move(channel.resolver);
    wait();
    return std::move(channel.pending);
  }

 private:
  std::optional<std::string> accept(std::string piece) {
    ended_ = piece.empty();
    return coder_.next(std::move(piece));
  }

  void wait() {
    piece_.then([this](Outcome<std::string> outcome) {
      try {
        auto made = accept(outcome.take());
        while (!made) {
          piece_ = source_->read();
          if (!piece_.settled()) return wait();
          made = accept(piece_.takeOutcome().take());
        }
        resolver_.resolve(std::move(*made));
      } catch (...) {
        resolver_.reject(std::current_exception());
      }
    });
  }

  std::unique_ptr<BodySource> source_;
  Coder coder_;
  bool ended_ = false;
  Pending<std::string> piece_;
  Resolver<std::string> resolver_;
};

class Compressing {
 public:
  explicit Compressing(web::ContentCoding coding) : compressor_(coding) {}

  std::optional<std::string> next(std::string piece) {
    if (!piece.empty()) {
      begun_ = true;
      return compressor_.flush(piece);
    }
    return begun_ ? compressor_.finish("") : std::string();
  }

 private:
  web::Compressor compressor_;
  bool begun_ = false;
};

class Decompressing {
 public:
  explicit Decompressing(web::ContentCoding coding) : decompressor_(coding) {}

  std::optional<std::string> next(std::string piece) {
    if (piece.empty()) {
      if (!decompressor_.complete()) fail("ends too early");
      return std::string();
    }
    auto made = decompressor_.write(piece);
    if (!made) fail("is broken");
    // An empty piece would be the end.
    if (made->empty()) return std::nullopt;
    return made;
  }

 private:
  [[noreturn]] static void fail(const char* how) {
    throw BodyError(
        BodyError::Kind::malformed,
        std::string("The compressed body that its Content-Encoding tells of ") + how + ".");
  }

  web::Decompressor decompressor_;
};

}  // namespace

std::unique_ptr<BodySource> compressed(std::unique_ptr<BodySource> source,
                                       web::ContentCoding coding) {
  return std::make_unique<CodedSource<Compressing>>(std::move(source), coding);
}

std::unique_ptr<BodySource> decompressed(std::unique_ptr<BodySource> source,
                                         web::ContentCoding coding) {
  return std::make_unique<CodedSource<Decompressing>>(std::move(source), coding);
}

}  // namespace lathe::io
