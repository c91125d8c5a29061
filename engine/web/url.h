#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/web/url-scheme.h"

namespace lathe::web {

// A URL record (https://url.spec.whatwg.org/#concept-url), kept as its serialization and the places
// where its components begin and end. Parsing a usual URL allocates once, and the getters nothing.
//
// Text comes in as UTF-8 without surrogates and goes out as ASCII. A view that a getter returned
// ends with the next call of a setter, and when the Url is moved or destroyed. Not for several
// threads at once, as any plain value.
class Url {
 public:
  // A longer input is no URL, and a setter ignores a longer value. Percent-encoding makes three
  // bytes of one, and even all components of that length must fit the 32-bit offsets below.
  static constexpr std::size_t kInputBytesMax = 64 << 20;

  // The basic URL parser (https://url.spec.whatwg.org/#concept-basic-url-parser). Nothing where the
  // standard says failure. `base`, if any, is needed during the call only.
  static std::optional<Url> parse(std::string_view input, const Url* base = nullptr);

  // The getters of the URL class, named as there (https://url.spec.whatwg.org/#url-class).
  std::string_view href() const { return href_; }
  std::string origin() const;  // "null" for an opaque origin
  std::string_view protocol() const { return slice(0, schemeEnd_ + 1); }
  std::string_view username() const;
  std::string_view password() const;
  std::string_view host() const { return slice(hostStart_, authorityEnd()); }
  std::string_view hostname() const { return slice(hostStart_, hostEnd_); }
  std::string_view port() const;
  std::string_view pathname() const { return slice(pathStart_, queryStart_); }
  std::string_view search() const;
  std::string_view hash() const;

  // The setters. All but setHref() ignore a value they cannot use, as in JavaScript. setHref()
  // returns false then (JavaScript throws a TypeError), with the URL as it was.
  bool setHref(std::string_view value);
  void setProtocol(std::string_view value);
  void setUsername(std::string_view value);
  void setPassword(std::string_view value);
  void setHost(std::string_view value);
  void setHostname(std::string_view value);
  void setPort(std::string_view value);
  void setPathname(std::string_view value);
  void setSearch(std::string_view value);
  void setHash(std::string_view value);

  // What the record holds beyond the class. Absent (null) and empty differ here: "a:?" has a query.
  std::string_view scheme() const { return slice(0, schemeEnd_); }
  SchemeType schemeType() const { return schemeTypeOf(scheme()); }
  bool hasHost() const { return hostStart_ > schemeEnd_ + 1; }
  bool hasOpaquePath() const;
  bool includesCredentials() const { return hasHost() && hostStart_ > schemeEnd_ + 3; }
  std::optional<std::string_view> query() const;
  std::optional<std::string_view> fragment() const;
  std::string_view hrefWithoutFragment() const { return slice(0, fragmentStart_); }

  // Puts `query` in place as it is, which is how a URLSearchParams writes back to its URL
  // (https://url.spec.whatwg.org/#concept-urlsearchparams-update). It is serialized already, ASCII.
  void setSerializedQuery(std::optional<std::string_view> query);

  // Equal as https://url.spec.whatwg.org/#concept-url-equals, fragments included.
  friend bool operator==(const Url& a, const Url& b) { return a.href_ == b.href_; }

 private:
  friend class UrlParser;

  // The components by themselves, pointing into whatever holds their text. `port` is decimal, empty
  // for null.
  struct Components {
    std::string_view scheme;
    std::string_view username;
    std::string_view password;
    std::optional<std::string_view> host;
    std::string_view port;
    std::string_view path;
    std::optional<std::string_view> query;
    std::optional<std::string_view> fragment;
  };

  // What setHost() and setHostname() differ in.
  enum class PortRule : std::uint8_t { kAllowed, kForbidden };

  Url() = default;

  Components components() const;
  // The URL serializer. The components may point into the present serialization.
  void assign(const Components& components);
  void setHostAndPort(std::string_view value, PortRule portRule);
  bool cannotHaveCredentialsOrPort() const;

  std::string_view slice(std::size_t from, std::size_t to) const {
    return std::string_view(href_).substr(from, to - from);
  }
  // Where the path begins, but for the "/." that may stand before it when there is no host.
  std::uint32_t authorityEnd() const { return hasHost() ? pathStart_ : hostEnd_; }

  //   https://user:secret@example.org:8080/path?query#fragment
  //        |      |       |          |    |    |     |
  //        |      |       hostStart_ |    |    |     fragmentStart_   the '#', or the end
  //        |      usernameEnd_       |    |    queryStart_            the '?', or fragmentStart_
  //        schemeEnd_                |    pathStart_
  //                                  hostEnd_
  //
  // Without credentials usernameEnd_ is hostStart_. Without a host the three in the middle are all
  // schemeEnd_ + 1, and "/." stands before a path that begins with "//".
  std::string href_;
  std::uint32_t schemeEnd_ = 0;
  std::uint32_t usernameEnd_ = 0;
  std::uint32_t hostStart_ = 0;
  std::uint32_t hostEnd_ = 0;
  std::uint32_t pathStart_ = 0;
  std::uint32_t queryStart_ = 0;
  std::uint32_t fragmentStart_ = 0;
};

}  // namespace lathe::web
