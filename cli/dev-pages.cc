#include "cli/dev-pages.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <boost/beast/core/string.hpp>

#include "cli/dev-client.h"
#include "cli/json-text.h"
#include "engine/shown-text.h"
#include "engine/web/compression.h"
#include "engine/worker/error-page.h"

namespace lathe::cli {

namespace {

using boost::beast::iequals;

constexpr std::string_view kPrefix = "/__lathe/";
constexpr std::string_view kClientPath = "/__lathe/client.js";
constexpr std::string_view kEventsPath = "/__lathe/events";

std::string_view pathOf(const io::RequestHead& head) {
  auto target = head.message.target();
  std::string_view path(target.data(), target.size());
  return path.substr(0, path.find('?'));
}

std::string tag(std::string_view attribute, std::string_view value) {
  return "<script src=\"" + std::string(kClientPath) + "\" data-" + std::string(attribute) + "=\"" +
         std::string(value) + "\"></script>\n";
}

io::Response made(unsigned status, std::string_view type, std::string body) {
  io::Response response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}};
  worker::keepFromOtherSites(response);
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

// A body with something behind it.
class WithTail final : public io::BodySource {
 public:
  WithTail(std::unique_ptr<io::BodySource> source, std::string tail)
      : source_(std::move(source)), tail_(std::move(tail)) {}

  std::optional<std::uint64_t> length() const override {
    auto length = source_->length();
    return length ? std::optional(*length + tail_.size()) : std::nullopt;
  }

  io::Pending<std::string> read() override {
    if (ended_) return io::Pending<std::string>::ready();
    reading_ = source_->read();
    auto channel = io::makePending<std::string>();
    reader_ = std::move(channel.resolver);
    reading_.then([this](io::Outcome<std::string> outcome) {
      if (outcome.failed()) return reader_.settle(std::move(outcome));
      std::string piece = outcome.take();
      ended_ = piece.empty();
      reader_.resolve(ended_ ? tail_ : std::move(piece));
    });
    return std::move(channel.pending);
  }

 private:
  std::unique_ptr<io::BodySource> source_;
  std::string tail_;
  bool ended_ = false;
  io::Resolver<std::string> reader_;
  io::Pending<std::string> reading_;
};

// Whether its body is compressed only on its way out, behind what is added here.
bool isPlainYet(const io::Response& response, std::string_view contentEncoding) {
  return response.encodeBody == io::Response::EncodeBody::automatic &&
         web::contentCoding(contentEncoding);
}

}  // namespace

// One browser's stream of events. https://html.spec.whatwg.org/#server-sent-events
class DevPages::Events final : public io::BodySource {
 public:
  Events(DevPages& pages) : pages_(&pages), ready_(pages.event()) { pages.listeners_.insert(this); }
  ~Events() override {
    if (pages_) pages_->listeners_.erase(this);
  }

  std::optional<std::uint64_t> length() const override { return std::nullopt; }

  io::Pending<std::string> read() override {
    if (!pages_ || !ready_.empty()) {
      return io::Pending<std::string>::ready(std::exchange(ready_, {}));
    }
    auto channel = io::makePending<std::string>();
    reader_ = std::move(channel.resolver);
    return std::move(channel.pending);
  }

  void tell(const std::string& event) {
    // Only the newest matters to who has been slow.
    if (reader_.wanted()) {
      reader_.resolve(event);
    } else {
      ready_ = event;
    }
  }

  void end() {
    pages_ = nullptr;
    ready_.clear();
    if (reader_.wanted()) reader_.resolve();
  }

 private:
  DevPages* pages_;
  std::string ready_;
  io::Resolver<std::string> reader_;
};

DevPages::DevPages()
    : era_(std::to_string(std::chrono::system_clock::now().time_since_epoch().count())) {}

DevPages::~DevPages() { close(); }

void DevPages::loaded() {
  ++version_;
  ++serial_;
  error_.reset();
  tellAll();
}

void DevPages::failed(std::string error) {
  ++serial_;
  error_ = std::move(error);
  tellAll();
}

void DevPages::close() {
  for (Events* events : std::exchange(listeners_, {})) events->end();
}

void DevPages::tellAll() {
  // Telling one may end it.
  auto listeners = listeners_;
  for (Events* events : listeners) {
    if (listeners_.contains(events)) events->tell(event());
  }
}

std::string DevPages::versionText() const { return era_ + "-" + std::to_string(version_); }
std::string DevPages::serialText() const { return era_ + "-" + std::to_string(serial_); }

std::string DevPages::event() const {
  std::string json =
      "{\"version\":" + jsonQuoted(versionText()) + ",\"serial\":" + jsonQuoted(serialText());
  if (error_) json += ",\"error\":" + jsonQuoted(*error_);
  return "data: " + json + "}\n\n";
}

bool DevPages::owns(const io::RequestHead& head) { return pathOf(head).starts_with(kPrefix); }

io::Response DevPages::answer(const io::RequestHead& head) {
  constexpr std::string_view kText = "text/plain; charset=utf-8";
  std::string_view path = pathOf(head);
  if (!head.trusted) {
    return made(
        403, kText,
        "lathe dev answers paths that begin with /__lathe/ under localhost, an address, or a "
        "name of \"lathe.trusted_hosts\" only.\n");
  }
  using boost::beast::http::verb;
  if (head.message.method() != verb::get && head.message.method() != verb::head) {
    auto response = made(405, kText, "Only GET and HEAD are answered here.\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (path == kClientPath) {
    return made(200, "text/javascript; charset=utf-8", std::string(kDevClient));
  }
  if (path != kEventsPath) {
    return made(404, kText,
                "There is no " + shownText(path) +
                    ": lathe dev keeps paths that begin with /__lathe/ for itself.\n");
  }
  auto response = made(200, "text/event-stream", {});
  response.body = std::make_unique<Events>(*this);
  return response;
}

io::Response DevPages::errorPage(const io::RequestHead& head) const {
  if (!head.trusted) return worker::errorWithoutDetails();
  auto response = worker::loadErrorPage(error_.value_or("The worker has not been loaded."),
                                        worker::acceptsHtml(head), tag("serial", serialText()));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

bool DevPages::isForDocument(const io::RequestHead& head) {
  return head.trusted && head.message.method() == boost::beast::http::verb::get &&
         worker::acceptsHtml(head);
}

void DevPages::addClient(io::Response& response) const {
  bool html = false, encoded = false;
  for (const auto& [name, value] : response.headers) {
    if (iequals(name, "content-type")) html = iequals(value.substr(0, 9), "text/html");
    if (iequals(name, "content-encoding")) encoded = !isPlainYet(response, value);
  }
  if (!html || encoded) return;
  std::string tail = "\n" + tag("version", versionText());
  if (auto* bytes = std::get_if<io::SharedBytes>(&response.body)) {
    if (!*bytes) return;
    *bytes = std::make_shared<const std::string>(**bytes + tail);
  } else if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&response.body)) {
    if (!*source) return;
    *source = std::make_unique<WithTail>(std::move(*source), std::move(tail));
  } else {
    return;
  }
  // What has been added to must not be taken for the page itself later.
  std::erase_if(response.headers, [](const auto& header) {
    return iequals(header.first, "etag") || iequals(header.first, "last-modified") ||
           iequals(header.first, "cache-control") || iequals(header.first, "content-length");
  });
  response.headers.emplace_back("Cache-Control", "no-store");
}

}  // namespace lathe::cli
