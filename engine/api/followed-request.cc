#include "engine/api/followed-request.h"

#include <utility>

#include <boost/beast/core/string.hpp>

#include "engine/api/response.h"
#include "engine/io/bytes-source.h"
#include "engine/js/error.h"
#include "engine/web/url.h"

namespace lathe::api {
namespace {

using boost::beast::http::field;
using boost::beast::http::verb;

constexpr int kRedirectsMax = 20;

constexpr const char* kInvalidLocation = "Invalid Location header; unable to follow redirect.";
constexpr const char* kTooMany = "Too many redirects.";
constexpr const char* kOneTimeBody =
    "A request with a one-time-use body (it was initialized from a stream, not a buffer) "
    "encountered a redirect requiring the body to be retransmitted. To avoid this error in the "
    "future, construct this request from a buffer-like body initializer.";

const std::string* locationOf(const io::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (boost::beast::iequals(name, "location")) return &value;
  }
  return nullptr;
}

}  // namespace

FollowedRequest::FollowedRequest(io::RequestHead head, Body::Released body)
    : head_(std::move(head)), body_(std::move(body)) {}

std::unique_ptr<io::BodySource> FollowedRequest::takeBody() {
  if (auto* bytes = std::get_if<io::SharedBytes>(&body_)) {
    return std::make_unique<io::BytesSource>(*bytes);
  }
  auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&body_);
  if (!source) return nullptr;
  oneTime_ = true;
  return std::move(*source);
}

bool FollowedRequest::follow(const io::Response& response) {
  const bool redirects = Response::isRedirect(static_cast<std::int32_t>(response.status));
  const auto* location = redirects ? locationOf(response) : nullptr;
  if (!location) return false;
  const auto target = head_.message.target();
  const auto now = web::Url::parse({target.data(), target.size()});
  auto next = now ? web::Url::parse(*location, &*now) : std::nullopt;
  if (!next || (next->scheme() != "http" && next->scheme() != "https")) {
    throw js::typeError(kInvalidLocation);
  }
  if (redirects_ == kRedirectsMax) throw js::typeError(kTooMany);
  if (response.status != 303 && oneTime_) throw js::typeError(kOneTimeBody);
  if (!next->fragment() && now->fragment()) next->setHash(*now->fragment());
  if (next->origin() != now->origin()) head_.message.erase(field::authorization);
  const auto method = head_.message.method();
  const bool posted = method == verb::post && (response.status == 301 || response.status == 302);
  if (posted || (response.status == 303 && method != verb::get && method != verb::head)) {
    becomeGet();
  }
  head_.message.target(next->href());
  ++redirects_;
  return true;
}

void FollowedRequest::becomeGet() {
  head_.message.method(verb::get);
  body_ = {};
  oneTime_ = false;
  for (auto name : {field::content_encoding, field::content_language, field::content_length,
                    field::content_location, field::content_type, field::transfer_encoding}) {
    head_.message.erase(name);
  }
}

}  // namespace lathe::api
