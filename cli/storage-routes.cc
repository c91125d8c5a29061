#include "cli/storage-routes.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "cli/storage-wire.h"
#include "engine/api/actor-id.h"
#include "engine/web/url-search-params.h"

namespace lathe::cli {
namespace {

namespace http = boost::beast::http;
using boost::asio::awaitable;
using wire::Json;

// How many ids or records one answer has at most.
constexpr std::size_t kLimitMax = 1000;

class UnknownRoute : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Query {
 public:
  explicit Query(std::string_view text) : params_(web::UrlSearchParams::parse(text)) {}

  std::string text(std::string_view name) const {
    return std::string(params_.get(name).value_or(""));
  }

  std::string needed(std::string_view name) const {
    auto value = text(name);
    if (value.empty())
      throw std::runtime_error("the parameter \"" + std::string(name) + "\" is missing");
    return value;
  }

  std::size_t limit() const {
    auto given = params_.get("limit");
    if (!given) return kLimitMax;
    std::size_t limit = 0;
    auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), limit);
    if (error != std::errc() || end != given->data() + given->size() || limit == 0) {
      throw std::runtime_error("\"limit\" is no number above 0");
    }
    return std::min(limit, kLimitMax);
  }

  persist::ActorRef actor() const { return {needed("class"), wire::fromHex(needed("object"))}; }

 private:
  web::UrlSearchParams params_;
};

persist::Range rangeOf(const Query& query) {
  persist::Range range;
  range.start = wire::fromBase64(query.text("start"));
  if (auto end = query.text("end"); !end.empty()) range.end = wire::fromBase64(end);
  range.limit = query.limit();
  range.reverse = query.text("reverse") == "true";
  return range;
}

ControlResponse response(http::status status, const Json& json) {
  ControlResponse made(status, 11);
  made.body() = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return made;
}

ControlResponse failure(const std::exception_ptr& error) {
  auto made = [](http::status status, const char* kind, const std::exception& what) {
    return response(status, {{"error", what.what()}, {"kind", kind}});
  };
  try {
    std::rethrow_exception(error);
  } catch (const ObjectBusy& what) {
    return made(http::status::conflict, "busy", what);
  } catch (const UnknownRoute& what) {
    return made(http::status::not_found, "unknown", what);
  } catch (const persist::StoreError& what) {
    bool invalid = what.reason() == persist::StoreError::Reason::invalid;
    return made(invalid ? http::status::bad_request : http::status::internal_server_error,
                invalid ? "invalid" : "failed", what);
  } catch (const std::exception& what) {
    return made(http::status::bad_request, "invalid", what);
  }
}

awaitable<Json> act(StorageAccess& access, const ControlRequest& request) {
  std::string target(request.target());
  std::size_t mark = target.find('?');
  std::string route = std::string(request.method_string()) + " " + target.substr(0, mark);
  Query query(mark == std::string::npos ? "" : target.substr(mark + 1));
  if (route == "GET /storage/classes") {
    auto pending = access.classes();
    auto classes = co_await std::move(pending).wait();
    co_return wire::classesToJson(classes);
  }
  if (route == "GET /storage/objects") {
    auto after = wire::fromHex(query.text("after"));
    auto pending = access.objects(query.needed("class"), std::move(after), query.limit());
    auto objects = co_await std::move(pending).wait();
    co_return wire::objectsToJson(objects);
  }
  if (route == "GET /storage/records") {
    auto pending = access.records(query.actor(), rangeOf(query));
    auto records = co_await std::move(pending).wait();
    co_return wire::recordsToJson(records);
  }
  if (route == "PATCH /storage/records") {
    auto actor = query.actor();
    // What lies under an id that is none of the class would never be found.
    api::ActorId::fromString(actor.space, query.needed("object"));
    auto pending =
        access.change(wire::changeFromJson(std::move(actor), Json::parse(request.body())));
    auto deleted = co_await std::move(pending).wait();
    Json result = Json::object();
    result["deleted"] = deleted;
    co_return result;
  }
  if (route == "DELETE /storage/objects") {
    auto pending = access.erase(query.actor());
    co_await std::move(pending).wait();
    co_return Json::object();
  }
  if (route == "DELETE /storage/deleted-classes") {
    auto pending = access.forgetDeleted();
    co_await std::move(pending).wait();
    co_return Json::object();
  }
  throw UnknownRoute("there is no route " + route);
}

}  // namespace

awaitable<ControlResponse> answerStorageRequest(StorageAccess& access, ControlRequest request) {
  try {
    Json json = co_await act(access, request);
    co_return response(http::status::ok, json);
  } catch (...) {
    co_return failure(std::current_exception());
  }
}

}  // namespace lathe::cli
