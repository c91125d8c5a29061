#include "engine/api/blob.h"

#include <algorithm>
#include <cmath>

#include "engine/api/utf8-decode.h"
#include "engine/web/ascii.h"

namespace lathe::api {
namespace {

v8::Local<v8::Promise> resolved(js::Lock& js, v8::Local<v8::Value> value) {
  auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
  js::check(resolver->Resolve(js.context(), value));
  return resolver->GetPromise();
}

// https://w3c.github.io/FileAPI/#convert-line-endings-to-native: here the native one is "\n".
std::string withNativeEndings(std::string_view text) {
  std::string converted;
  converted.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      converted += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      converted += '\n';
    }
  }
  return converted;
}

// Where `position` (from the end when negative) falls, rounded as Web IDL's [Clamp] says.
std::size_t clamped(double position, std::size_t size) {
  double limit = static_cast<double>(size);
  if (std::isnan(position)) return 0;
  position = std::nearbyint(position);
  if (position < 0) position = std::max(limit + position, 0.0);
  return static_cast<std::size_t>(std::min(position, limit));
}

}  // namespace

void BlobPropertyBag::members(js::Dictionary<BlobPropertyBag>& d) {
  d.member<&BlobPropertyBag::endings>("endings");
  d.member<&BlobPropertyBag::type>("type");
}

io::SharedBytes joinBlobParts(js::Lock& js, const std::vector<BlobPart>& parts, Endings endings) {
  std::string joined;
  for (const auto& part : parts) {
    if (const auto* blob = std::get_if<js::Ptr<Blob>>(&part)) {
      joined += (*blob)->view();
    } else if (const auto* buffer = std::get_if<js::BufferSource>(&part)) {
      // Looked at anew: converting a later part may have moved the buffer.
      joined += js::bufferSource(buffer->object)->text();
    } else {
      const auto& text = std::get<std::string>(part);
      joined += endings == Endings::native ? withNativeEndings(text) : text;
    }
  }
  return js::counted(js, std::move(joined));
}

std::string normalizeBlobType(std::string type) {
  for (char& c : type) {
    if (c < 0x20 || c > 0x7e) return {};
    c = web::asciiLowercase(c);
  }
  return type;
}

Blob::Blob(io::SharedBytes bytes, std::string type)
    : bytes_(std::move(bytes)), view_(*bytes_), type_(std::move(type)) {}

js::Ptr<Blob> Blob::construct(js::Lock& js, std::optional<std::vector<BlobPart>> parts,
                              BlobPropertyBag options) {
  return js::make<Blob>(joinBlobParts(js, parts.value_or(std::vector<BlobPart>()), options.endings),
                        normalizeBlobType(std::move(options.type)));
}

// https://w3c.github.io/FileAPI/#slice-blob
js::Ptr<Blob> Blob::slice(std::optional<double> start, std::optional<double> end,
                          std::optional<std::string> contentType) const {
  std::size_t from = start ? clamped(*start, view_.size()) : 0;
  std::size_t to = end ? clamped(*end, view_.size()) : view_.size();
  return js::Ptr<Blob>(new Blob(bytes_, view_.substr(from, to > from ? to - from : 0),
                                normalizeBlobType(contentType.value_or(""))));
}

v8::Local<v8::Promise> Blob::text(js::Lock& js) const {
  return resolved(js, utf8Decode(js, view_));
}

v8::Local<v8::Promise> Blob::arrayBuffer(js::Lock& js) const {
  return resolved(js, js::arrayBuffer(js, view_));
}

v8::Local<v8::Promise> Blob::bytes(js::Lock& js) const {
  return resolved(js, js::uint8Array(js, view_));
}

v8::Local<v8::Value> Blob::stream() const {
  throw js::notImplemented("ReadableStream (Blob.stream(); use text(), arrayBuffer() or bytes())");
}

io::SharedBytes Blob::share() const {
  if (view_.size() == bytes_->size()) return bytes_;
  return std::make_shared<const std::string>(view_);
}

void Blob::describe(js::Class<Blob>& c, const Compatibility&) {
  c.name(kInterface).constructor<&Blob::construct>();
  c.attribute<&Blob::size>("size");
  c.attribute<&Blob::type>("type");
  c.method<&Blob::slice>("slice");
  c.method<&Blob::stream>("stream");
  c.method<&Blob::text>("text");
  c.method<&Blob::arrayBuffer>("arrayBuffer");
  c.method<&Blob::bytes>("bytes");
}

}  // namespace lathe::api

namespace lathe::js {

api::Endings Convert<api::Endings>::fromJs(Lock& js, v8::Local<v8::Value> value) {
  auto text = Convert<std::string>::fromJs(js, value);
  if (text == "transparent") return api::Endings::transparent;
  if (text == "native") return api::Endings::native;
  throw typeError("is not a valid value of the enumeration EndingType: '" + text + "'.");
}

}  // namespace lathe::js
