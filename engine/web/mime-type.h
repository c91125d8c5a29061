#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lathe::web {

// A MIME type as the MIME Sniffing Standard parses it.
// https://mimesniff.spec.whatwg.org/#mime-type-representation
//
// Its strings are Latin-1: a parameter's value may hold any character up to U+00FF, and nothing
// beyond can be part of a MIME type.
struct MimeType {
  std::string type;  // lower case, as are subtype and the parameters' names
  std::string subtype;
  std::vector<std::pair<std::string, std::string>> parameters;  // in order, each name once

  // "type/subtype"
  std::string essence() const;

  // The value of a parameter, its name given in lower case. The pointer lives as long as the
  // parameters are not changed.
  const std::string* parameter(std::string_view name) const;

  // Sets a parameter's value, in its old place or at the end.
  void setParameter(std::string_view name, std::string value);

  // https://mimesniff.spec.whatwg.org/#serialize-a-mime-type
  std::string serialize() const;
};

// The MIME type that `text` is, in Latin-1 (the bytes of a header as they are) or UTF-16. Nothing
// when type or subtype are not right; parameters that are not are left out.
// https://mimesniff.spec.whatwg.org/#parse-a-mime-type
std::optional<MimeType> parseMimeType(std::string_view text);
std::optional<MimeType> parseMimeType(std::u16string_view text);

// The MIME type of a message with these Content-Type headers, one string a header: the last that
// can be parsed and is not */*, with the charset of an earlier one of the same essence where it has
// none. https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
std::optional<MimeType> extractMimeType(std::span<const std::string> contentTypes);

}  // namespace lathe::web
