#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/js/iterable.h"
#include "engine/web/url-search-params.h"

namespace lathe::api {

class Url;

// What `new URLSearchParams(init)` accepts. Another URLSearchParams counts as the sequence that its
// iterator yields.
using UrlSearchParamsInit = std::variant<std::vector<std::vector<std::string>>,
                                         js::Record<std::string, std::string>, std::string>;

// https://url.spec.whatwg.org/#interface-urlsearchparams
//
// One that belongs to a URL and the URL follow each other: a change here rewrites the URL's query,
// and a new query there replaces the list.
class UrlSearchParams final : public js::Object, public js::PairIterable<UrlSearchParams> {
 public:
  static constexpr const char* kInterface = "URLSearchParams";
  static constexpr const char* kIteratorInterface = "URLSearchParams Iterator";

  UrlSearchParams() = default;
  // The list of `url`, read from its query. The URL says when it goes (forgetUrl).
  UrlSearchParams(Url& url, std::string_view query) : url_(&url) { reload(query); }

  static js::Ptr<UrlSearchParams> construct(std::optional<UrlSearchParamsInit> init);

  std::uint32_t size() const { return static_cast<std::uint32_t>(list_.size()); }
  void append(std::string name, std::string value);
  void remove(std::string name, std::optional<std::string> value);
  js::Nullable<std::string> get(std::string name) const;
  std::vector<std::string> getAll(std::string name) const;
  bool has(std::string name, std::optional<std::string> value) const;
  void set(std::string name, std::string value);
  void sort();
  std::string toString() const { return list_.toString(); }

  std::size_t pairCount() const { return list_.size(); }
  v8::Local<v8::Value> pairKey(js::Lock& js, std::size_t index) const {
    return js::utf8(js, list_.pairs()[index].first);
  }
  v8::Local<v8::Value> pairValue(js::Lock& js, std::size_t index) const {
    return js::utf8(js, list_.pairs()[index].second);
  }

  // ---- For the URL ----

  // The URL's query, without its '?', has changed.
  void reload(std::string_view query) {
    list_ = web::UrlSearchParams::parse(query);
    recount();
  }
  void forgetUrl() { url_ = nullptr; }

  static void describe(js::Class<UrlSearchParams>& c, const Compatibility&);

 protected:
  std::size_t nativeBytes() const override;

 private:
  // https://url.spec.whatwg.org/#concept-urlsearchparams-update
  void update();

  web::UrlSearchParams list_;
  Url* url_ = nullptr;
};

}  // namespace lathe::api
