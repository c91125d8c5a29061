#include "cli/public-origin.h"

#include <array>
#include <utility>

#include <boost/beast/core/string.hpp>

#include "engine/web/url.h"

namespace lathe::cli {

namespace {

using boost::beast::iequals;

// The host that a route or `host` leads to; empty when it may be any.
std::string hostOf(std::string text) {
  for (std::string_view any : {"*/", "http://*/", "https://*/"}) {
    if (text.starts_with(any)) return {};
  }
  for (std::size_t star = text.find('*'); star != text.npos; star = text.find('*')) {
    text.erase(star, text.substr(star).starts_with("*.") ? 2 : 1);
  }
  if (!text.starts_with("http://") && !text.starts_with("https://")) text = "http://" + text;
  auto url = web::Url::parse(text);
  return url ? std::string(url->host()) : std::string();
}

std::string hostOfRoute(const ConfigNode& route) {
  if (route.value().kind == JsonValue::Kind::string) return hostOf(route.text());
  if (route.value().kind != JsonValue::Kind::object) return {};
  auto pattern = route.member("pattern");
  std::string host = pattern ? hostOf(pattern->text()) : "";
  auto zone = route.member("zone_name");
  return host.empty() && zone ? hostOf(zone->text()) : host;
}

std::string_view hostPart(std::string_view origin) { return origin.substr(origin.find("://") + 3); }

}  // namespace

PublicOrigin readPublicOrigin(const std::optional<ConfigNode>& dev,
                              const std::optional<ConfigNode>& routes,
                              const std::optional<ConfigNode>& route, const ProjectChoice& choice) {
  PublicOrigin origin;
  if (auto host = dev ? dev->member("host") : std::nullopt) origin.host = hostOf(host->name());
  if (auto protocol = dev ? dev->member("upstream_protocol") : std::nullopt) {
    constexpr std::array<std::string_view, 2> kWords = {"http", "https"};
    origin.scheme = oneOf(*protocol, kWords);
  }
  if (origin.host.empty() && routes && routes->value().kind == JsonValue::Kind::array) {
    auto all = routes->elements();
    if (!all.empty()) origin.host = hostOfRoute(all.front());
  } else if (origin.host.empty() && route) {
    origin.host = hostOfRoute(*route);
  }
  if (!choice.routes.empty()) origin.host = hostOf(choice.routes.front());
  if (!choice.host.empty()) origin.host = hostOf(choice.host);
  if (!choice.upstreamProtocol.empty()) origin.scheme = choice.upstreamProtocol;
  return origin;
}

std::string withOrigin(std::string_view text, std::string_view from, std::string_view to) {
  const std::string_view host = hostPart(from);
  std::string result;
  for (;;) {
    std::size_t mark = text.find("://");
    if (mark == text.npos) break;
    std::size_t scheme = 0;
    if (mark >= 5 && iequals(text.substr(mark - 5, 5), "https")) scheme = 5;
    if (!scheme && mark >= 4 && iequals(text.substr(mark - 4, 4), "http")) scheme = 4;
    std::string_view behind = text.substr(mark + 3);
    std::size_t length = std::min(behind.find_first_of("/?# \t,;\"'"), behind.size());
    if (scheme && iequals(behind.substr(0, length), host)) {
      result.append(text.substr(0, mark - scheme)).append(to);
    } else {
      result.append(text.substr(0, mark + 3 + length));
    }
    text = behind.substr(length);
  }
  return result.append(text);
}

}  // namespace lathe::cli
