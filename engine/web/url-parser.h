#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/web/url.h"

namespace lathe::web {

// `text` without its ASCII tabs and newlines. When there are some, the result lives in `storage`.
std::string_view withoutTabsAndNewlines(std::string_view text, std::string& storage);

// One run of the basic URL parser without a state override: Url::parse() makes one, calls parse()
// and throws it away. It writes the serialization from left to right, which is the order in which
// the standard's states meet the components, so there is no buffer beside the result.
class UrlParser {
 public:
  explicit UrlParser(const Url* base) : base_(base) {}

  std::optional<Url> parse(std::string_view input);

 private:
  // Each runs one state of the standard, and what follows from it, on the rest of the input. False
  // is failure.
  bool parseScheme(std::string_view input);
  bool parseNoScheme(std::string_view input);
  bool parseRelative(std::string_view input);
  bool parseRelativePath(std::string_view input);
  bool parseAuthority(std::string_view input);
  bool parseHostAndPort(std::string_view input);
  bool parseFile(std::string_view input);
  bool parseFileSlash(std::string_view input);
  bool parseFileHost(std::string_view input);
  bool parsePathStart(std::string_view input);
  bool parsePath(std::string_view input);
  bool parseOpaquePath(std::string_view input);
  bool parseQuery(std::string_view input);
  bool parseFragment(std::string_view input);
  bool parseQueryOrFragment(std::string_view input);

  void setScheme(std::string_view scheme);
  void copyAuthorityOfBase();  // all before the path; the schemes are the same
  void beginAuthority();       // an empty host, until more is known
  void markEmptyAuthority();
  void endPath();

  std::uint32_t position() const { return static_cast<std::uint32_t>(url_.href_.size()); }
  std::string& href() { return url_.href_; }

  const Url* base_;
  Url url_;
  SchemeType scheme_ = SchemeType::kNotSpecial;
};

}  // namespace lathe::web
