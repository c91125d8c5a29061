#include "engine/api/url.h"

namespace lathe::api {
namespace {

// https://url.spec.whatwg.org/#api-url-parser
std::optional<web::Url> parsed(const std::string& text, const std::optional<std::string>& base) {
  if (!base) return web::Url::parse(text);
  auto parsedBase = web::Url::parse(*base);
  if (!parsedBase) return std::nullopt;
  return web::Url::parse(text, &*parsedBase);
}

js::Error invalidUrl() { return js::typeError("Invalid URL string."); }

}  // namespace

Url::~Url() {
  if (searchParams_) searchParams_->forgetUrl();
}

js::Ptr<Url> Url::construct(std::string url, std::optional<std::string> base) {
  auto record = parsed(url, base);
  if (!record) throw invalidUrl();
  return js::make<Url>(std::move(*record));
}

js::Nullable<js::Ptr<Url>> Url::parse(std::string url, std::optional<std::string> base) {
  auto record = parsed(url, base);
  if (!record) return {};
  return {js::make<Url>(std::move(*record))};
}

bool Url::canParse(std::string url, std::optional<std::string> base) {
  return parsed(url, base).has_value();
}

void Url::setHref(std::string value) {
  if (!url_.setHref(value)) throw invalidUrl();
  reloadSearchParams();
}

void Url::setSearch(std::string value) {
  url_.setSearch(value);
  reloadSearchParams();
}

v8::Local<v8::Value> Url::searchParams(js::Lock& js, js::Receiver receiver) {
  auto kept = js::slot(receiver.object, kSearchParamsSlot);
  if (!kept->IsUndefined()) return kept;
  searchParams_ = js::make<UrlSearchParams>(*this, url_.query().value_or(""));
  auto made = js::wrap(js, searchParams_);
  js::setSlot(receiver.object, kSearchParamsSlot, made);
  return made;
}

void Url::reloadSearchParams() {
  if (searchParams_) searchParams_->reload(url_.query().value_or(""));
  recount();
}

void Url::setQuery(const std::string& query) {
  url_.setSerializedQuery(query.empty() ? std::nullopt : std::optional<std::string_view>(query));
  recount();
}

void Url::describe(js::Class<Url>& c, const Compatibility&) {
  c.name(kInterface).constructor<&Url::construct>();
  c.staticMethod<&Url::parse>("parse");
  c.staticMethod<&Url::canParse>("canParse");
  c.attribute<&Url::href, &Url::setHref>("href");
  c.attribute<&Url::origin>("origin");
  c.attribute<&Url::protocol, &Url::setProtocol>("protocol");
  c.attribute<&Url::username, &Url::setUsername>("username");
  c.attribute<&Url::password, &Url::setPassword>("password");
  c.attribute<&Url::host, &Url::setHost>("host");
  c.attribute<&Url::hostname, &Url::setHostname>("hostname");
  c.attribute<&Url::port, &Url::setPort>("port");
  c.attribute<&Url::pathname, &Url::setPathname>("pathname");
  c.attribute<&Url::search, &Url::setSearch>("search");
  c.attribute<&Url::searchParams>("searchParams");
  c.attribute<&Url::hash, &Url::setHash>("hash");
  c.method<&Url::href>("toJSON");
  c.method<&Url::href>("toString");
}

}  // namespace lathe::api
