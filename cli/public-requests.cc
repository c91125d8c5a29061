#include "cli/public-requests.h"

#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/core/string.hpp>

#include "cli/later-answer.h"

namespace lathe::cli {

namespace {

using boost::beast::iequals;

std::string_view hostPart(std::string_view origin) { return origin.substr(origin.find("://") + 3); }

std::string_view hostname(std::string_view host) {
  std::size_t colon = host.rfind(':');
  bool port = colon != host.npos && host.find(']', colon) == host.npos;
  return port ? host.substr(0, colon) : host;
}

void rewriteCookieDomain(std::string& cookie, std::string_view from, std::string_view to) {
  const std::string domain = "Domain=" + std::string(hostname(hostPart(from)));
  std::size_t at = cookie.find(domain);
  if (at == cookie.npos) return;
  std::size_t end = at + domain.size();
  if (end != cookie.size() && cookie[end] != ';' && cookie[end] != ',') return;
  cookie.replace(at, domain.size(), "Domain=" + std::string(hostname(hostPart(to))));
}

}  // namespace

http::Answer answerAs(const PublicOrigin& origin, const http::Handler& handler,
                      io::RequestHead head, std::unique_ptr<io::BodySource> body) {
  // A target that is absolute says itself where it wants to go.
  if (head.origin.empty()) return handler(std::move(head), std::move(body));
  const std::string outer = head.origin;
  const auto mark = outer.find("://");
  const std::string scheme = origin.scheme.empty() ? outer.substr(0, mark) : origin.scheme;
  const std::string host = origin.host.empty() ? outer.substr(mark + 3) : origin.host;
  head.origin = scheme + "://" + host;
  const std::string inner = head.origin;
  using Field = boost::beast::http::field;
  for (Field name : {Field::origin, Field::referer}) {
    auto value = head.message[name];
    if (value.empty()) continue;
    head.message.set(name, withOrigin({value.data(), value.size()}, outer, inner));
  }
  head.message.set(Field::host, host);
  return laterAnswer(handler(std::move(head), std::move(body)),
                     [outer, inner](io::Response* response) {
                       if (!response) return;
                       for (auto& [name, value] : response->headers) {
                         if (iequals(name, "set-cookie")) {
                           rewriteCookieDomain(value, inner, outer);
                         } else {
                           value = withOrigin(value, inner, outer);
                         }
                       }
                     });
}

}  // namespace lathe::cli
