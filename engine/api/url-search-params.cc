#include "engine/api/url-search-params.h"

#include "engine/api/url.h"

namespace lathe::api {
namespace {

std::optional<std::string_view> viewOf(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

}  // namespace

// https://url.spec.whatwg.org/#urlsearchparams-initialize
js::Ptr<UrlSearchParams> UrlSearchParams::construct(std::optional<UrlSearchParamsInit> init) {
  auto params = js::make<UrlSearchParams>();
  if (!init) return params;
  auto& list = params->list_;
  if (auto* sequence = std::get_if<0>(&*init)) {
    for (auto& pair : *sequence) {
      if (pair.size() != 2) {
        throw js::typeError(
            "To initialize a URLSearchParams object from a sequence, each inner sequence must have "
            "exactly two elements.");
      }
      list.append(std::move(pair[0]), std::move(pair[1]));
    }
  } else if (auto* record = std::get_if<1>(&*init)) {
    for (auto& [name, value] : record->entries) {
      // The keys of an object differ, unless it was in a lone surrogate: then the later one counts.
      bool mayRepeat = name.find("\xEF\xBF\xBD") != std::string::npos;
      mayRepeat ? list.set(std::move(name), std::move(value))
                : list.append(std::move(name), std::move(value));
    }
  } else {
    std::string_view text = std::get<std::string>(*init);
    if (text.starts_with('?')) text.remove_prefix(1);
    list = web::UrlSearchParams::parse(text);
  }
  return params;
}

void UrlSearchParams::update() {
  if (url_) url_->setQuery(list_.toString());
}

std::size_t UrlSearchParams::nativeBytes() const {
  std::size_t bytes = kNativeBytes;
  for (const auto& pair : list_.pairs()) {
    bytes += sizeof pair + pair.first.size() + pair.second.size();
  }
  return bytes;
}

void UrlSearchParams::append(std::string name, std::string value) {
  countMore(sizeof(std::pair<std::string, std::string>) + name.size() + value.size());
  list_.append(std::move(name), std::move(value));
  update();
}

void UrlSearchParams::remove(std::string name, std::optional<std::string> value) {
  list_.remove(name, viewOf(value));
  recount();
  update();
}

js::Nullable<std::string> UrlSearchParams::get(std::string name) const {
  auto value = list_.get(name);
  if (!value) return {};
  return {std::string(*value)};
}

std::vector<std::string> UrlSearchParams::getAll(std::string name) const {
  auto values = list_.getAll(name);
  return {values.begin(), values.end()};
}

bool UrlSearchParams::has(std::string name, std::optional<std::string> value) const {
  return list_.has(name, viewOf(value));
}

void UrlSearchParams::set(std::string name, std::string value) {
  list_.set(std::move(name), std::move(value));
  recount();
  update();
}

void UrlSearchParams::sort() {
  list_.sort();
  update();
}

void UrlSearchParams::describe(js::Class<UrlSearchParams>& c, const Compatibility&) {
  c.name(kInterface).constructor<&UrlSearchParams::construct>();
  c.attribute<&UrlSearchParams::size>("size");
  c.method<&UrlSearchParams::append>("append");
  c.method<&UrlSearchParams::remove>("delete");
  c.method<&UrlSearchParams::get>("get");
  c.method<&UrlSearchParams::getAll>("getAll");
  c.method<&UrlSearchParams::has>("has");
  c.method<&UrlSearchParams::set>("set");
  c.method<&UrlSearchParams::sort>("sort");
  describeIterable(c);
  c.method<&UrlSearchParams::toString>("toString");
}

}  // namespace lathe::api
