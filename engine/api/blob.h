#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/io/http-message.h"
#include "engine/js/class.h"

namespace lathe::api {

class Blob;

// https://w3c.github.io/FileAPI/#typedefdef-blobpart
using BlobPart = std::variant<js::Ptr<Blob>, js::BufferSource, std::string>;

// https://w3c.github.io/FileAPI/#enumdef-endingtype
enum class Endings { transparent, native };

// https://w3c.github.io/FileAPI/#dfn-BlobPropertyBag
struct BlobPropertyBag {
  Endings endings = Endings::transparent;
  std::string type;

  static void members(js::Dictionary<BlobPropertyBag>& d);
};

// https://w3c.github.io/FileAPI/#blob-section
//
// A stretch of bytes that never change, with a type. Slices, bodies and clones share the bytes.
class Blob : public js::Object {
 public:
  static constexpr const char* kInterface = "Blob";

  Blob(io::SharedBytes bytes, std::string type);

  static js::Ptr<Blob> construct(js::Lock& js, std::optional<std::vector<BlobPart>> parts,
                                 BlobPropertyBag options);

  double size() const { return static_cast<double>(view_.size()); }
  const std::string& type() const { return type_; }
  js::Ptr<Blob> slice(std::optional<double> start, std::optional<double> end,
                      std::optional<std::string> contentType) const;
  v8::Local<v8::Promise> text(js::Lock& js) const;
  v8::Local<v8::Promise> arrayBuffer(js::Lock& js) const;
  v8::Local<v8::Promise> bytes(js::Lock& js) const;
  v8::Local<v8::Value> stream() const;

  // ---- For C++ ----

  // Valid as long as the blob is.
  std::string_view view() const { return view_; }
  // The same bytes for another holder; copied only when the blob is part of something longer.
  io::SharedBytes share() const;
  js::Ptr<Blob> copy() const { return js::Ptr<Blob>(new Blob(bytes_, view_, type_)); }

  static void describe(js::Class<Blob>& c, const Compatibility&);

 protected:
  std::size_t nativeBytes() const override { return kNativeBytes + type_.size(); }

  Blob(io::SharedBytes bytes, std::string_view view, std::string type)
      : bytes_(std::move(bytes)), view_(view), type_(std::move(type)) {}

  io::SharedBytes bytes_;
  std::string_view view_;
  std::string type_;
};

// The bytes of all parts, one after another. Throws RangeError when the isolate's memory limit
// refuses them. https://w3c.github.io/FileAPI/#process-blob-parts
io::SharedBytes joinBlobParts(js::Lock& js, const std::vector<BlobPart>& parts, Endings endings);

// `type` in lower case, or empty when it has characters that no type has.
std::string normalizeBlobType(std::string type);

}  // namespace lathe::api

template <>
struct lathe::js::Convert<lathe::api::Endings> {
  static constexpr const char* kName = "EndingType";
  static lathe::api::Endings fromJs(Lock& js, v8::Local<v8::Value> value);
};
