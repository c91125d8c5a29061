#include "cli/storage-remote.h"

#include <chrono>
#include <stdexcept>

#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "cli/socket-peer.h"
#include "cli/storage-text.h"
#include "engine/web/url-search-params.h"

namespace lathe::cli {
namespace {

namespace http = boost::beast::http;
using boost::asio::awaitable;
using wire::Json;

// A server may compute as long as its workers' limit on processor time lets it.
constexpr std::chrono::seconds kPatience{10};

std::string targetOf(const std::string& path,
                     const std::vector<std::pair<std::string, std::string>>& parameters) {
  web::UrlSearchParams query;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) query.append(name, value);
  }
  std::string text = query.toString();
  return text.empty() ? path : path + "?" + text;
}

[[noreturn]] void failAs(const Json& answer) {
  std::string text = answer.value("error", "the server gives no reason");
  std::string kind = answer.value("kind", "failed");
  if (kind == "busy") throw ObjectBusy(text);
  bool invalid = kind == "invalid";
  using Reason = persist::StoreError::Reason;
  throw persist::StoreError(invalid ? Reason::invalid : Reason::failed, text);
}

}  // namespace

RemoteStorage::RemoteStorage(boost::asio::any_io_executor executor, persist::StateOwner owner)
    : executor_(std::move(executor)), owner_(std::move(owner)) {
  idle_.push_back(takeStream());
}

std::unique_ptr<RemoteStorage::Stream> RemoteStorage::takeStream() {
  if (!idle_.empty()) {
    auto stream = std::move(idle_.back());
    idle_.pop_back();
    return stream;
  }
  auto stream = std::make_unique<Stream>(executor_);
  boost::system::error_code error;
  // This does not wait for the other process, only for the system.
  stream->connect(boost::asio::local::stream_protocol::endpoint(owner_.socket), error);
  if (error) failUnanswered(error);
  // Where it is was written in a folder that may be anybody's.
  if (!isOfThisUser(stream->socket().native_handle())) {
    throw persist::StoreError(persist::StoreError::Reason::failed,
                              "the state is in use by process " + std::to_string(owner_.pid) +
                                  ", and at " + owner_.socket + " another user answers");
  }
  return stream;
}

void RemoteStorage::failUnanswered(const boost::system::error_code& error) const {
  std::string process = "process " + std::to_string(owner_.pid);
  std::string text = "the state is in use by " + process + ", which does not answer";
  if (error == http::error::end_of_stream || error == boost::asio::error::connection_reset ||
      error == boost::asio::error::broken_pipe) {
    text = process + " has ended before it answered";
  } else if (error == boost::beast::error::timeout) {
    text += " within " + std::to_string(kPatience.count()) + " seconds";
  } else {
    text += ": " + error.message();
  }
  throw persist::StoreError(persist::StoreError::Reason::disconnected, text);
}

awaitable<Json> RemoteStorage::ask(Verb verb, std::string path, Parameters parameters, Json body) {
  boost::system::error_code error;
  auto token = io::net::redirect_error(io::net::use_awaitable, error);
  auto stream = takeStream();
  stream->expires_after(kPatience);
  http::request<http::string_body> request(verb, targetOf(path, parameters), 11);
  request.set(http::field::host, "lathe");
  if (!body.is_null()) {
    request.set(http::field::content_type, "application/json");
    request.body() = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  request.prepare_payload();
  co_await http::async_write(*stream, request, token);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  if (!error) co_await http::async_read(*stream, buffer, parser, token);
  if (error) failUnanswered(error);
  if (parser.get().keep_alive()) idle_.push_back(std::move(stream));
  Json answer = Json::parse(parser.get().body(), nullptr, false);
  if (answer.is_discarded()) {
    throw std::runtime_error("what process " + std::to_string(owner_.pid) + " says is not JSON");
  }
  if (parser.get().result() != http::status::ok) failAs(answer);
  co_return answer;
}

template <class Read>
auto RemoteStorage::begin(Verb verb, std::string path, Parameters parameters, Json body,
                          Read read) {
  using Result = decltype(read(body));
  auto run = [](RemoteStorage& self, Verb how, std::string where, Parameters with, Json what,
                Read toResult) -> awaitable<Result> {
    auto answering = self.ask(how, std::move(where), std::move(with), std::move(what));
    Json answer = co_await std::move(answering);
    if constexpr (std::is_void_v<Result>) {
      toResult(answer);
    } else {
      co_return toResult(answer);
    }
  };
  return io::start(executor_, run(*this, verb, std::move(path), std::move(parameters),
                                  std::move(body), std::move(read)));
}

io::Pending<std::vector<StoredClass>> RemoteStorage::classes() {
  return begin(Verb::get, "/storage/classes", {}, nullptr,
               [](const Json& json) { return wire::classesFromJson(json); });
}

io::Pending<std::vector<StoredObject>> RemoteStorage::objects(std::string uniqueKey,
                                                              std::string after,
                                                              std::size_t limit) {
  Parameters parameters = {
      {"class", uniqueKey}, {"after", wire::hexOf(after)}, {"limit", std::to_string(limit)}};
  return begin(Verb::get, "/storage/objects", std::move(parameters), nullptr,
               [](const Json& json) { return wire::objectsFromJson(json); });
}

io::Pending<StoredRecords> RemoteStorage::records(persist::ActorRef actor, persist::Range range) {
  Parameters parameters = {{"class", actor.space},
                           {"object", wire::hexOf(actor.actor)},
                           {"start", toBase64(range.start)},
                           {"end", range.end ? toBase64(*range.end) : ""},
                           {"limit", range.limit ? std::to_string(*range.limit) : ""},
                           {"reverse", range.reverse ? "true" : ""}};
  return begin(Verb::get, "/storage/records", std::move(parameters), nullptr,
               [](const Json& json) { return wire::recordsFromJson(json); });
}

io::Pending<std::uint64_t> RemoteStorage::change(StoredChange change) {
  Parameters parameters = {{"class", change.actor.space},
                           {"object", wire::hexOf(change.actor.actor)}};
  return begin(Verb::patch, "/storage/records", std::move(parameters), wire::changeToJson(change),
               [](const Json& json) { return json.at("deleted").get<std::uint64_t>(); });
}

io::Pending<void> RemoteStorage::erase(persist::ActorRef actor) {
  Parameters parameters = {{"class", actor.space}, {"object", wire::hexOf(actor.actor)}};
  return begin(Verb::delete_, "/storage/objects", std::move(parameters), nullptr,
               [](const Json&) {});
}

io::Pending<void> RemoteStorage::forgetDeleted() {
  return begin(Verb::delete_, "/storage/deleted-classes", {}, nullptr, [](const Json&) {});
}

}  // namespace lathe::cli
