#include "engine/web/http-method.h"

#include <algorithm>

namespace lathe::web {

namespace {

constexpr std::string_view kMethods[] = {
    "ACL",     "BAN",    "CHECKOUT",   "COPY",      "DELETE",    "GET",     "HEAD",
    "LOCK",    "MERGE",  "MKACTIVITY", "MKCOL",     "MOVE",      "MSEARCH", "NOTIFY",
    "OPTIONS", "PATCH",  "POST",       "PROPFIND",  "PROPPATCH", "PURGE",   "PUT",
    "QUERY",   "REPORT", "SEARCH",     "SUBSCRIBE", "TRACE",     "UNLOCK",  "UNSUBSCRIBE",
};
static_assert(std::ranges::is_sorted(kMethods));

}  // namespace

bool isHttpMethod(std::string_view method) {
  // Nearly all of them.
  if (method == "GET" || method == "POST") return true;
  return std::ranges::binary_search(kMethods, method);
}

}  // namespace lathe::web
