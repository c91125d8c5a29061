#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/api/web-socket.h"

namespace lathe::api {

// One of an actor's sockets that outlive its instance (Durable Objects §8).
struct HibernatableSocket {
  std::shared_ptr<WebSocketLink> link;
  std::vector<std::string> tags;
  std::optional<std::chrono::system_clock::time_point> autoResponseAt;
  // The script's object, while there is an instance that has seen it.
  js::Ref<v8::Object> face;
  io::Pending<io::WebSocket::Received> receiving;
  // In the list of all; not once its end was told.
  bool listed = false;
  std::list<std::shared_ptr<HibernatableSocket>>::iterator position;
};

// A text frame that is answered without waking the actor.
class WebSocketRequestResponsePair final : public js::Object {
 public:
  static constexpr const char* kInterface = "WebSocketRequestResponsePair";
  static constexpr std::size_t kBytesMax = 2048;

  WebSocketRequestResponsePair(std::string request, std::string response)
      : request_(std::move(request)), response_(std::move(response)) {}
  static js::Ptr<WebSocketRequestResponsePair> construct(std::string request, std::string response);

  const std::string& request() const { return request_; }
  const std::string& response() const { return response_; }

  static void describe(js::Class<WebSocketRequestResponsePair>& c, const Compatibility&);

 private:
  std::string request_;
  std::string response_;
};

// The sockets that an actor has accepted with `ctx.acceptWebSocket`. They belong to the actor, not
// to its instance: while that sleeps, they wait for frames, answer those that have an automatic
// response, and give the others to whoever wakes it. Loop thread.
class HibernatableSockets : public std::enable_shared_from_this<HibernatableSockets> {
 public:
  static constexpr std::size_t kSocketsMax = 32'768;
  static constexpr std::size_t kTagsMax = 10;
  static constexpr std::size_t kTagBytesMax = 256;
  static constexpr double kEventTimeoutMsMax = 604'800'000;

  using Event = io::Outcome<io::WebSocket::Received>;
  // Delivers an event to the actor: what was received, or how the connection was lost. Nothing more
  // is read from the socket before `resume`.
  using Deliver = std::function<void(const std::shared_ptr<HibernatableSocket>&, Event)>;

  explicit HibernatableSockets(Deliver deliver) : deliver_(std::move(deliver)) {}

  // ---- For ctx ----

  // `tags` is undefined or an array. Throws Error for too many sockets, too many or too long tags,
  // and for a socket in use.
  void accept(js::Lock& js, WebSocket& socket, v8::Local<v8::Value> tags);
  // The script's objects: with a tag in the order of their acceptance, without one newest first.
  std::vector<v8::Local<v8::Value>> faces(js::Lock& js, const std::optional<std::string>& tag);
  const std::vector<std::string>& tagsOf(const WebSocket& socket) const;
  std::optional<std::chrono::system_clock::time_point> autoResponseAt(
      const WebSocket& socket) const;

  // Null: none.
  js::Ptr<WebSocketRequestResponsePair> autoResponse;
  std::optional<double> eventTimeoutMs;

  // ---- For the actor ----

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  // The script's object, made when the instance has not seen the socket yet.
  v8::Local<v8::Object> faceOf(js::Lock& js, HibernatableSocket& socket);
  // The event before has been entered: reads on.
  void resume(const std::shared_ptr<HibernatableSocket>& socket);
  // The event that was the last has been entered: it is in no list any more. Its connection goes
  // with the script's object.
  void remove(const std::shared_ptr<HibernatableSocket>& socket);
  // The instance goes: its objects do, the connections stay. Frames still held back are lost.
  void sleep();
  // Ends all connections; their peers see no Close.
  void drop();

 private:
  // Null for one that has ended.
  static std::shared_ptr<HibernatableSocket> find(const WebSocket& socket);
  // Whether what came had an automatic answer.
  bool answered(HibernatableSocket& socket, const Event& event);

  Deliver deliver_;
  // In the order of their acceptance.
  std::list<std::shared_ptr<HibernatableSocket>> all_;
};

}  // namespace lathe::api
