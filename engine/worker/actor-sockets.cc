// What comes over an actor's sockets, as events among its others (Durable Objects §8.6).
#include "engine/worker/actor-event.h"
#include "engine/worker/actor-instance.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"

namespace lathe::worker {
namespace {

constexpr const char* kEventTooLong = "Actor exceeded event execution time and was disconnected.";
constexpr std::uint16_t kAbnormal = 1006;

// The handler of an event, and what it gets behind the socket itself.
struct SocketCall {
  const char* handler;
  std::vector<v8::Local<v8::Value>> arguments;
};

SocketCall closeCall(js::Lock& js, std::uint16_t code, std::string_view reason, bool clean) {
  return {
      "webSocketClose",
      {v8::Integer::New(js.v8(), code), js::utf8(js, reason), v8::Boolean::New(js.v8(), clean)}};
}

SocketCall callFor(js::Lock& js, api::HibernatableSockets::Event& event) {
  try {
    auto received = event.take();
    if (auto* close = std::get_if<io::WebSocket::Close>(&received)) {
      return closeCall(js, close->code, close->reason, true);
    }
    return {"webSocketMessage",
            {api::WebSocket::dataOf(js, std::get<io::WebSocket::Message>(received))}};
  } catch (const io::WebSocketError& error) {
    if (error.kind() == io::WebSocketError::Kind::protocol) {
      return {"webSocketError", {js::plainError(error.what()).toJs(js)}};
    }
  } catch (const io::Abandoned&) {
    // Whoever carried it has gone: as good as disconnected.
  }
  return closeCall(js, kAbnormal, io::kWebSocketDisconnected, false);
}

bool isLast(const api::HibernatableSockets::Event& event) {
  auto* received = event.value();
  return !received || std::holds_alternative<io::WebSocket::Close>(*received);
}

}  // namespace

struct Worker::Actor::SocketEvent final : Event {
  SocketEvent(std::shared_ptr<Actor> itsActor, std::shared_ptr<api::HibernatableSocket> itsSocket,
              api::HibernatableSockets::Event itsEvent)
      : Event("an event of a WebSocket"),
        actor(itsActor),
        socket(std::move(itsSocket)),
        last(isLast(itsEvent)),
        event(std::move(itsEvent)),
        limitMs(itsActor->sockets_->eventTimeoutMs),
        limit(itsActor->host_.loop) {}

  v8::Local<v8::Value> handle(js::Lock& js, Instance& instance) override {
    auto self = actor.lock();
    if (!self) return js.undefined();
    worker = instance.worker;
    if (limitMs) {
      limit.expires_after(std::chrono::milliseconds(static_cast<std::int64_t>(*limitMs)));
      limit.async_wait([weak = actor](boost::system::error_code error) {
        auto late = weak.lock();
        if (!error && late) late->breakWith(std::make_exception_ptr(js::plainError(kEventTooLong)));
      });
    }
    auto face = self->sockets_->faceOf(js, *socket);
    auto call = callFor(js, event);
    handler = call.handler;
    // The frame behind this one is delivered once the handler has been entered. A socket that
    // has ended is still among the others during this turn.
    struct Entered {
      Actor& actor;
      const std::shared_ptr<api::HibernatableSocket>& socket;
      bool last;
      ~Entered() {
        if (!last) {
          actor.sockets_->resume(socket);
          return;
        }
        actor.host_.afterwards.add(
            [sockets = actor.sockets_, ended = socket] { sockets->remove(ended); });
      }
    } entered{*self, socket, last};
    auto object = instance.object.get(js);
    auto found = js::check(object->Get(js.context(), js.name(call.handler)));
    if (!found->IsFunction()) return js.undefined();
    call.arguments.insert(call.arguments.begin(), face);
    return js::check(found.As<v8::Function>()->Call(
        js.context(), object, static_cast<int>(call.arguments.size()), call.arguments.data()));
  }

  void accept(js::Lock&, v8::Local<v8::Value>) override {}
  void tell() override { limit.cancel(); }

  void fail(std::exception_ptr error) override {
    limit.cancel();
    auto said = worker.lock();
    auto self = actor.lock();
    if (!said && self) said = self->options_.definition().worker;
    if (!said) return;
    said->printException("Uncaught (in " + std::string(handler) + ") " + exceptionText(error));
  }

  std::weak_ptr<Actor> actor;
  std::shared_ptr<api::HibernatableSocket> socket;
  bool last;
  api::HibernatableSockets::Event event;
  std::optional<double> limitMs;
  boost::asio::steady_timer limit;
  const char* handler = "a WebSocket's event";
  std::weak_ptr<Worker> worker;
};

void Worker::Actor::receive(const std::shared_ptr<api::HibernatableSocket>& socket,
                            api::HibernatableSockets::Event event) {
  bool last = isLast(event);
  (last && !event.failed() ? socket->link->closedIncoming : socket->link->failed) |= last;
  deliver(std::make_shared<SocketEvent>(shared_from_this(), socket, std::move(event)));
}

void Worker::Actor::codeReplaced() {
  if (instance_ && outdated()) instance_->context->closeWebSockets();
}

Engine::ActorSockets Worker::Actor::sockets() const {
  if (!sockets_ || sockets_->empty()) return {};
  return {sockets_->size(), !instance_};
}

}  // namespace lathe::worker
