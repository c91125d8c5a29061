#include "engine/api/hibernatable-sockets.h"

#include <algorithm>

#include "engine/io/io-context.h"

namespace lathe::api {
namespace {

// Distinct, in the order given.
std::vector<std::string> tagsFrom(js::Lock& js, v8::Local<v8::Value> value) {
  std::vector<std::string> tags;
  if (value->IsUndefined()) return tags;
  auto given = js::Convert<std::vector<std::string>>::fromJs(js, value);
  if (given.size() > HibernatableSockets::kTagsMax) {
    throw js::plainError("a Hibernatable WebSocket cannot have more than 10 tags");
  }
  for (auto& tag : given) {
    if (tag.size() > HibernatableSockets::kTagBytesMax) {
      throw js::plainError("\"" + tag + "\" is longer than the max tag length (256 characters).");
    }
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(std::move(tag));
  }
  return tags;
}

}  // namespace

// ---- Automatic responses ----

js::Ptr<WebSocketRequestResponsePair> WebSocketRequestResponsePair::construct(
    std::string request, std::string response) {
  auto check = [](const std::string& text, const char* what, const char* lower) {
    if (text.size() <= kBytesMax) return;
    throw js::rangeError(std::string(what) + " cannot be larger than 2048 bytes. A " + lower +
                         " of size " + std::to_string(text.size()) + " was provided.");
  };
  check(request, "Request", "request");
  check(response, "Response", "response");
  return js::make<WebSocketRequestResponsePair>(std::move(request), std::move(response));
}

void WebSocketRequestResponsePair::describe(js::Class<WebSocketRequestResponsePair>& c,
                                            const Compatibility&) {
  c.name(kInterface).constructor<&WebSocketRequestResponsePair::construct>();
  c.attribute<&WebSocketRequestResponsePair::request>("request");
  c.attribute<&WebSocketRequestResponsePair::response>("response");
}

// ---- For ctx ----

void HibernatableSockets::accept(js::Lock& js, WebSocket& socket, v8::Local<v8::Value> tags) {
  if (all_.size() >= kSocketsMax) {
    throw js::plainError("only " + std::to_string(kSocketsMax) +
                         " websockets can be accepted on a single Durable Object instance");
  }
  auto accepted = std::make_shared<HibernatableSocket>();
  accepted->tags = tagsFrom(js, tags);
  auto face = WebSocket::faceOf(js, js::Ptr<WebSocket>(&socket));
  accepted->link = socket.sleep();
  accepted->link->hibernatable = accepted;
  accepted->face = js::Ref<v8::Object>(js, face);
  accepted->position = all_.insert(all_.end(), accepted);
  accepted->listed = true;
  resume(accepted);
}

std::vector<v8::Local<v8::Value>> HibernatableSockets::faces(
    js::Lock& js, const std::optional<std::string>& tag) {
  std::vector<v8::Local<v8::Value>> found;
  for (const auto& socket : all_) {
    if (tag && std::ranges::find(socket->tags, *tag) == socket->tags.end()) continue;
    found.push_back(faceOf(js, *socket));
  }
  if (!tag) std::ranges::reverse(found);
  return found;
}

std::shared_ptr<HibernatableSocket> HibernatableSockets::find(const WebSocket& socket) {
  auto known = socket.link().hibernatable.lock();
  return known && known->listed ? known : nullptr;
}

const std::vector<std::string>& HibernatableSockets::tagsOf(const WebSocket& socket) const {
  if (!socket.sleeps()) {
    throw js::plainError(
        "you must call 'acceptWebSocket()' before attempting to access the tags of a WebSocket.");
  }
  auto known = find(socket);
  if (!known) throw js::plainError("only hibernatable websockets can have tags.");
  return known->tags;
}

std::optional<std::chrono::system_clock::time_point> HibernatableSockets::autoResponseAt(
    const WebSocket& socket) const {
  auto known = find(socket);
  return known ? known->autoResponseAt : std::nullopt;
}

// ---- For the actor ----

v8::Local<v8::Object> HibernatableSockets::faceOf(js::Lock& js, HibernatableSocket& socket) {
  if (socket.face.empty()) {
    socket.face = js::Ref<v8::Object>(js, WebSocket::faceOf(js, WebSocket::revived(socket.link)));
  }
  return socket.face.get(js);
}

void HibernatableSockets::resume(const std::shared_ptr<HibernatableSocket>& socket) {
  while (socket->listed) {
    socket->receiving = socket->link->connection->receive();
    if (!socket->receiving.settled()) {
      socket->receiving.then(
          [weak = weak_from_this(), waiting = std::weak_ptr(socket)](Event event) {
            auto self = weak.lock();
            auto living = waiting.lock();
            if (!self || !living || !living->listed) return;
            if (self->answered(*living, event)) return self->resume(living);
            self->deliver_(living, std::move(event));
          });
      return;
    }
    Event event = socket->receiving.takeOutcome();
    if (answered(*socket, event)) continue;
    return deliver_(socket, std::move(event));
  }
}

bool HibernatableSockets::answered(HibernatableSocket& socket, const Event& event) {
  auto* received = event.value();
  auto* message = received ? std::get_if<io::WebSocket::Message>(received) : nullptr;
  if (!autoResponse || !message || socket.link->silent()) return false;
  using Kind = io::WebSocket::Message::Kind;
  if (message->kind != Kind::text || message->bytes != autoResponse->request()) return false;
  socket.link->connection->reply({Kind::text, autoResponse->response()});
  socket.autoResponseAt = std::chrono::system_clock::now();
  return true;
}

void HibernatableSockets::remove(const std::shared_ptr<HibernatableSocket>& socket) {
  if (!std::exchange(socket->listed, false)) return;
  all_.erase(socket->position);
}

void HibernatableSockets::sleep() {
  for (auto& socket : all_) {
    socket->face.reset();
    socket->link->connection->dropWaiting();
  }
}

void HibernatableSockets::drop() {
  for (auto& socket : std::exchange(all_, {})) {
    socket->listed = false;
    socket->face.reset();
    socket->receiving = {};
    socket->link->failed = true;
    socket->link->connection.reset();
    socket->link->keptAlive.reset();
  }
}

}  // namespace lathe::api
