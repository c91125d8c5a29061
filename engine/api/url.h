#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/api/url-search-params.h"
#include "engine/web/url.h"

namespace lathe::api {

// https://url.spec.whatwg.org/#url-class
class Url final : public js::Object {
 public:
  static constexpr const char* kInterface = "URL";
  // Wrapper slot: keeps `searchParams` the same object for as long as the URL lives.
  static constexpr int kSearchParamsSlot = 0;

  explicit Url(web::Url url) : url_(std::move(url)) {}
  ~Url() override;

  static js::Ptr<Url> construct(std::string url, std::optional<std::string> base);
  static js::Nullable<js::Ptr<Url>> parse(std::string url, std::optional<std::string> base);
  static bool canParse(std::string url, std::optional<std::string> base);

  std::string_view href() const { return url_.href(); }
  std::string origin() const { return url_.origin(); }
  std::string_view protocol() const { return url_.protocol(); }
  std::string_view username() const { return url_.username(); }
  std::string_view password() const { return url_.password(); }
  std::string_view host() const { return url_.host(); }
  std::string_view hostname() const { return url_.hostname(); }
  std::string_view port() const { return url_.port(); }
  std::string_view pathname() const { return url_.pathname(); }
  std::string_view search() const { return url_.search(); }
  std::string_view hash() const { return url_.hash(); }

  void setHref(std::string value);
  void setProtocol(std::string value) {
    url_.setProtocol(value);
    recount();
  }
  void setUsername(std::string value) {
    url_.setUsername(value);
    recount();
  }
  void setPassword(std::string value) {
    url_.setPassword(value);
    recount();
  }
  void setHost(std::string value) {
    url_.setHost(value);
    recount();
  }
  void setHostname(std::string value) {
    url_.setHostname(value);
    recount();
  }
  void setPort(std::string value) {
    url_.setPort(value);
    recount();
  }
  void setPathname(std::string value) {
    url_.setPathname(value);
    recount();
  }
  void setSearch(std::string value);
  void setHash(std::string value) {
    url_.setHash(value);
    recount();
  }

  v8::Local<v8::Value> searchParams(js::Lock& js, js::Receiver receiver);

  // ---- For the search parameters ----

  // They have changed: `query` is their serialization.
  void setQuery(const std::string& query);

  static void describe(js::Class<Url>& c, const Compatibility&);

 protected:
  std::size_t nativeBytes() const override { return kNativeBytes + url_.href().size(); }

 private:
  void reloadSearchParams();

  web::Url url_;
  // Null until a script asks for it.
  js::Ptr<UrlSearchParams> searchParams_;
};

}  // namespace lathe::api
