// What comes over an actor's sockets, as events among its others (reference §8.6).
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

void Worker::Actor::receive(const std::shared_ptr<api::HibernatableSocket>& socket,
                            api::HibernatableSockets::Event event) {
  struct Reception {
    Reception(boost::asio::io_context& loop, api::HibernatableSockets::Event received)
        : event(std::move(received)), limit(loop) {}
    api::HibernatableSockets::Event event;
    const char* handler = "a WebSocket's event";
    boost::asio::steady_timer limit;
    std::weak_ptr<Worker> worker;
  };
  bool last = isLast(event);
  (last && !event.failed() ? socket->link->closedIncoming : socket->link->failed) |= last;
  auto reception = std::make_shared<Reception>(host_.loop, std::move(event));
  auto limitMs = sockets_->eventTimeoutMs;
  deliver(
      "an event of a WebSocket", 0,
      [this, socket, reception, last, limitMs](js::Lock& js,
                                               Instance& instance) -> v8::Local<v8::Value> {
        reception->worker = instance.worker;
        if (limitMs) {
          reception->limit.expires_after(
              std::chrono::milliseconds(static_cast<std::int64_t>(*limitMs)));
          reception->limit.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            auto self = weak.lock();
            if (!error && self)
              self->breakWith(std::make_exception_ptr(js::plainError(kEventTooLong)));
          });
        }
        auto face = sockets_->faceOf(js, *socket);
        auto call = callFor(js, reception->event);
        reception->handler = call.handler;
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
        } entered{*this, socket, last};
        auto object = instance.object.get(js);
        auto handler = js::check(object->Get(js.context(), js.name(call.handler)));
        if (!handler->IsFunction()) return js.undefined();
        call.arguments.insert(call.arguments.begin(), face);
        return js::check(handler.As<v8::Function>()->Call(
            js.context(), object, static_cast<int>(call.arguments.size()), call.arguments.data()));
      },
      [reception](js::Lock&, v8::Local<v8::Value>) -> std::function<void()> {
        return [reception] { reception->limit.cancel(); };
      },
      [this, reception](std::exception_ptr error) {
        reception->limit.cancel();
        auto worker = reception->worker.lock();
        if (!worker) worker = options_.definition().worker;
        if (!worker) return;
        worker->printException("Uncaught (in " + std::string(reception->handler) + ") " +
                               exceptionText(error));
      });
}

void Worker::Actor::codeReplaced() {
  if (instance_ && outdated()) instance_->context->closeWebSockets();
}

Engine::ActorSockets Worker::Actor::sockets() const {
  if (!sockets_ || sockets_->empty()) return {};
  return {sockets_->size(), !instance_};
}

}  // namespace lathe::worker
