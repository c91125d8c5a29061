#include "engine/api/web-socket.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <boost/beast/core/string.hpp>

#include "engine/api/hook.h"
#include "engine/compatibility.h"
#include "engine/io/io-context.h"
#include "engine/io/web-socket-pair.h"
#include "engine/js/serializer.h"
#include "engine/web/url.h"

namespace lathe::api {
namespace {

constexpr const char* kNotAccepted =
    "You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending "
    "messages.";
constexpr const char* kNotEstablished = "Failed to establish websocket connection";
constexpr std::uint16_t kAbnormal = 1006;

bool has(js::Lock& js, Flag flag) { return io::Realm::of(js).compatibility().has(flag); }

io::OutputGate* outputGate() {
  auto* gates = io::IoContext::current().gates();
  return gates ? &gates->output : nullptr;
}

std::size_t messageBytesMax(js::Lock& js) {
  return has(js, Flag::IncreaseWebsocketMessageSize) ? WebSocket::kLargeMessageBytesMax
                                                     : io::WebSocket::kMessageBytesMax;
}

// RFC 6455 §7.4: what a script may say.
io::WebSocket::Close closeOf(js::Lock& js, std::optional<double> code,
                             std::optional<std::string> reason) {
  io::WebSocket::Close close;
  if (!code) {
    if (reason) {
      throw js::typeError("If you specify a WebSocket close reason, you must also specify a code.");
    }
    return close;
  }
  // https://webidl.spec.whatwg.org/#Clamp
  double clamped = std::isnan(*code) ? 0 : std::nearbyint(std::clamp(*code, 0.0, 65535.0));
  close.code = static_cast<std::uint16_t>(clamped);
  bool reserved =
      close.code == 1004 || close.code == 1005 || close.code == 1006 || close.code == 1015;
  // https://websockets.spec.whatwg.org/#dom-websocket-close
  if (has(js, Flag::PedanticWpt)) reserved = close.code != 1000 && close.code < 3000;
  if (close.code < 1000 || close.code > 4999 || reserved) {
    throw js::domException("InvalidAccessError",
                           "Invalid WebSocket close code: " + std::to_string(close.code) + ".");
  }
  close.reason = std::move(reason).value_or("");
  if (close.reason.size() > WebSocket::kReasonBytesMax) {
    if (has(js, Flag::WebsocketCloseReasonByteLimit)) {
      throw js::domException("SyntaxError",
                             "A WebSocket close reason cannot be longer than 123 bytes.");
    }
    // No frame holds more; cut between characters.
    std::size_t end = WebSocket::kReasonBytesMax;
    while ((static_cast<unsigned char>(close.reason[end]) & 0xc0) == 0x80) --end;
    close.reason.resize(end);
  }
  return close;
}

// Begins to connect, in an actor once what it has written is durable.
io::Pending<io::WebSocketDialer::Opened> dialGated(io::WebSocketDialer& dialer,
                                                   io::WebSocketDialer::Request request) {
  using Opened = io::WebSocketDialer::Opened;
  auto* gate = outputGate();
  if (!gate) return dialer.dial(std::move(request));
  struct Dial {
    io::WebSocketDialer::Request request;
    io::Pending<void> gate;
    io::Pending<Opened> opening;
    io::Resolver<Opened> resolver;
  };
  auto channel = io::makePending<Opened>();
  auto dial = std::make_shared<Dial>(
      Dial{std::move(request), gate->wait(), {}, std::move(channel.resolver)});
  dial->resolver.onDropped([weak = std::weak_ptr(dial)] {
    auto dropped = weak.lock();
    if (!dropped) return;
    dropped->gate = {};
    dropped->opening = {};
  });
  dial->gate.then([dial, &dialer](io::Outcome<void> outcome) {
    if (outcome.failed()) return dial->resolver.reject(outcome.error());
    dial->opening = dialer.dial(std::move(dial->request));
    dial->opening.then(
        [dial](io::Outcome<Opened> opened) { dial->resolver.settle(std::move(opened)); });
  });
  return std::move(channel.pending);
}

js::Error invalid(std::string message) {
  return js::domException("SyntaxError", "WebSocket Constructor: " + std::move(message));
}

// https://websockets.spec.whatwg.org/#get-a-url-record
std::string urlOf(const std::string& text) {
  auto url = web::Url::parse(text);
  if (!url) throw invalid("The url is invalid.");
  std::string href(url->href());
  // http: and https: stand for what they would be upgraded to.
  if (href.starts_with("http:")) href.replace(0, 4, "ws");
  if (href.starts_with("https:")) href.replace(0, 5, "wss");
  if (!href.starts_with("ws:") && !href.starts_with("wss:")) {
    throw invalid("The url protocol must be ws or wss.");
  }
  if (href.find('#') != std::string::npos) throw invalid("The url fragment must be empty.");
  return href;
}

// RFC 6455 §4.1: each a token, and none twice, in whatever case.
void checkProtocols(const std::vector<std::string>& protocols) {
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    bool token = !protocols[i].empty() && std::ranges::all_of(protocols[i], [](char c) {
      return c > 0x20 && c < 0x7f &&
             std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
    });
    if (!token) throw invalid("\"" + protocols[i] + "\" is not a valid protocol name.");
    const auto same = [&](const std::string& other) {
      return boost::beast::iequals(other, protocols[i]);
    };
    if (std::ranges::any_of(std::span(protocols).first(i), same)) {
      throw invalid("The protocols array cannot contain duplicates.");
    }
  }
}

}  // namespace

void AcceptOptions::members(js::Dictionary<AcceptOptions>& d) {
  d.member<&AcceptOptions::allowHalfOpen>("allowHalfOpen");
}

// ---- Making ----

WebSocket::WebSocket(State state, WebSocketLink link)
    : WebSocket(state, std::make_shared<WebSocketLink>(std::move(link))) {}

WebSocket::WebSocket(State state, Link link)
    : state_(state),
      link_(io::IoContext::current().addObject(std::make_unique<Link>(std::move(link)),
                                               "WebSocket")) {
  blobs_ = io::IoContext::current().realm().compatibility().has(Flag::WebsocketStandardBinaryType);
}

std::vector<v8::Local<v8::Value>> WebSocket::makePair(js::Lock& js) {
  auto ends = io::makeWebSocketPair();
  auto pair = std::make_shared<Pair>();
  std::vector<v8::Local<v8::Value>> made;
  for (auto* end : {&ends.first, &ends.second}) {
    WebSocketLink link;
    link.connection = std::make_shared<io::GatedWebSocket>(std::move(*end));
    js::Ptr<WebSocket> socket(new WebSocket(State::unaccepted, std::move(link)));
    socket->pair_ = pair;
    socket->end_ = static_cast<int>(made.size());
    made.push_back(faceOf(js, socket));
  }
  return made;
}

js::Ptr<WebSocket> WebSocket::dial(js::Lock& js, v8::Local<v8::Object> face, std::string url,
                                   std::vector<std::string> protocols) {
  WebSocketLink link;
  link.url = urlOf(url);
  checkProtocols(protocols);
  js::Ptr<WebSocket> socket(new WebSocket(State::connecting, std::move(link)));
  socket->dialed_ = true;
  js::setSlot(js::wrap(js, socket), kFaceSlot, face);
  socket->connect(js, face, std::move(protocols));
  return socket;
}

js::Ptr<WebSocket> WebSocket::received(io::WebSocketUpgrade upgrade, std::string protocol) {
  WebSocketLink link;
  link.connection = std::make_shared<io::GatedWebSocket>(std::move(upgrade.socket));
  link.protocol = std::move(protocol);
  link.keptAlive = std::move(upgrade.keptAlive);
  return js::Ptr<WebSocket>(new WebSocket(State::unaccepted, std::move(link)));
}

js::Ptr<WebSocket> WebSocket::revived(std::shared_ptr<WebSocketLink> link) {
  return js::Ptr<WebSocket>(new WebSocket(State::sleeping, std::move(link)));
}

js::Ptr<WebSocket> WebSocket::of(js::Lock& js, v8::Local<v8::Value> value) {
  return js::Ptr<WebSocket>(js::unwrap<WebSocket>(js, callHook(js, "nativeWebSocket", {value})));
}

v8::Local<v8::Object> WebSocket::faceOf(js::Lock& js, const js::Ptr<WebSocket>& socket) {
  auto wrapper = js::wrap(js, socket);
  auto kept = js::slot(wrapper, kFaceSlot);
  if (kept->IsObject()) return kept.As<v8::Object>();
  auto face = callHook(js, "makeWebSocket", {wrapper});
  js::setSlot(wrapper, kFaceSlot, face);
  return face.As<v8::Object>();
}

// ---- Connecting ----

void WebSocket::connect(js::Lock& js, v8::Local<v8::Object> face,
                        std::vector<std::string> protocols) {
  auto& context = io::IoContext::current();
  auto* dialer = context.realm().webSocketDialer();
  if (!dialer) throw js::notImplemented("new WebSocket() where there is no network");
  io::WebSocketDialer::Request request;
  request.url = *link().url;
  request.protocols = std::move(protocols);
  request.compression = has(js, Flag::WebSocketCompression);
  context.awaitIo(js, dialGated(*dialer, std::move(request)),
                  [self = js::Ptr<WebSocket>(this), kept = js::Ref<v8::Object>(js, face)](
                      js::Lock& inner, io::Outcome<io::WebSocketDialer::Opened> outcome) {
                    self->open(inner, kept.get(inner), std::move(outcome));
                  });
}

void WebSocket::open(js::Lock& js, v8::Local<v8::Object> face,
                     io::Outcome<io::WebSocketDialer::Opened> outcome) {
  if (link().closedOutgoing) return;
  if (outcome.failed()) return failToOpen(js, face);
  state_ = State::accepted;
  auto opened = outcome.take();
  auto& opening = link();
  opening.connection = std::make_shared<io::GatedWebSocket>(std::move(opened.socket));
  opening.connection->limitMessages(messageBytesMax(js));
  opening.protocol = std::move(opened.protocol);
  opening.extensions = std::move(opened.extensions);
  io::IoContext::current().listensTo(opening.connection);
  listen(js, face);
  callHook(js, "webSocketOpened", {face});
}

void WebSocket::failToOpen(js::Lock& js, v8::Local<v8::Object> face) {
  state_ = State::accepted;
  link().failed = true;
  auto error = js::plainError(kNotEstablished).toJs(js);
  callHook(js, "webSocketFailed", {face, error});
  v8::Local<v8::Value> code = v8::Integer::New(js.v8(), kAbnormal);
  callHook(js, "webSocketClosed", {face, code, js.string(kNotEstablished), v8::False(js.v8())});
}

// ---- Accepting, coupling, sleeping ----

void WebSocket::become(State state) {
  state_ = state;
  if (pair_) pair_->states[end_] = state;
}

bool WebSocket::local() const {
  return pair_ && (pair_->states[1 - end_] == State::unaccepted ||
                   pair_->states[1 - end_] == State::accepted);
}

void WebSocket::accept(js::Lock& js, AcceptOptions options) {
  if (dialed_) {
    throw js::typeError(
        "Websockets obtained from the 'new WebSocket()' constructor cannot call accept");
  }
  if (state_ == State::accepted) return;
  if (state_ == State::coupled) {
    throw js::typeError("Can't accept() WebSocket that was already used in a response.");
  }
  if (state_ == State::sleeping) {
    throw js::typeError("Can't accept() WebSocket after enabling hibernation.");
  }
  auto& accepted = link();
  accepted.allowHalfOpen = options.allowHalfOpen;
  accepted.connection->limitMessages(messageBytesMax(js));
  become(State::accepted);
  io::IoContext::current().listensTo(accepted.connection);
  listen(js, faceOf(js, js::Ptr<WebSocket>(this)));
}

std::unique_ptr<io::WebSocketUpgrade> WebSocket::couple(js::Lock& js) {
  if (dialed_) {
    throw js::typeError(
        "Can't return WebSocket in a Response if it was created with `new WebSocket()`");
  }
  if (state_ == State::coupled) {
    throw js::typeError("Can't return WebSocket that was already used in a response.");
  }
  if (state_ == State::sleeping) {
    throw js::typeError("Can't return WebSocket in a Response after calling acceptWebSocket().");
  }
  if (state_ == State::accepted) {
    throw js::typeError("Can't return WebSocket in a Response after calling accept().");
  }
  auto upgrade = std::make_unique<io::WebSocketUpgrade>();
  upgrade->socket = link().connection->release();
  upgrade->compression = has(js, Flag::WebSocketCompression);
  upgrade->keptAlive = std::move(link().keptAlive);
  become(State::coupled);
  return upgrade;
}

std::shared_ptr<WebSocketLink> WebSocket::sleep() {
  if (state_ != State::unaccepted && state_ != State::coupled) {
    throw js::plainError(
        "Cannot call `acceptWebSocket()` if the WebSocket was already accepted via `accept()`");
  }
  if (state_ == State::coupled || (pair_ && pair_->states[1 - end_] != State::unaccepted)) {
    throw js::plainError(
        "Cannot call `acceptWebSocket()` on this WebSocket because its pair has already been "
        "accepted or used in a Response.");
  }
  become(State::sleeping);
  return link_.get();
}

// ---- Out ----

void WebSocket::send(js::Lock&,
                     std::variant<std::string, js::BufferSource, js::Ptr<Blob>> message) {
  auto& out = link();
  if (state_ == State::connecting) {
    throw js::domException("InvalidStateError", "The WebSocket is still connecting.");
  }
  if (state_ == State::unaccepted || state_ == State::coupled) throw js::typeError(kNotAccepted);
  if (out.closedOutgoing) throw js::typeError("Can't call WebSocket send() after close().");
  if (out.failed || out.silent()) return;
  using Kind = io::WebSocket::Message::Kind;
  io::WebSocket::Message sent;
  if (auto* text = std::get_if<std::string>(&message)) {
    sent = {Kind::text, std::move(*text)};
  } else if (auto* buffer = std::get_if<js::BufferSource>(&message)) {
    sent = {Kind::binary, std::string(buffer->text())};
  } else {
    sent = {Kind::binary, std::string(std::get<js::Ptr<Blob>>(message)->view())};
  }
  out.connection->send(std::move(sent), outputGate());
  recount();
}

std::size_t WebSocket::nativeBytes() const {
  // An end of a pair, and what leads to it.
  constexpr std::size_t kEndBytes = 1024;
  std::size_t bytes = kNativeBytes + kEndBytes;
  const Link* held = link_.peek();
  if (!held || !*held) return bytes;
  if ((*held)->connection) bytes += (*held)->connection->bufferedBytes();
  return bytes + (*held)->protocol.size() + (*held)->attachment.value_or("").size();
}

void WebSocket::close(js::Lock& js, std::optional<double> code, std::optional<std::string> reason) {
  auto close = closeOf(js, code, std::move(reason));
  auto& out = link();
  if (state_ == State::unaccepted) throw js::typeError(kNotAccepted);
  if (out.closedOutgoing || out.failed || state_ == State::coupled) return;
  out.closedOutgoing = true;
  if (out.connection) return out.connection->close(std::move(close), outputGate());
  // It is not waited for: whoever answers is sent away (open).
  io::IoContext::current().awaitIo(
      js, io::Pending<void>::ready(), [self = js::Ptr<WebSocket>(this)](js::Lock& inner) {
        self->failToOpen(inner, js::slot(js::wrap(inner, self), kFaceSlot).As<v8::Object>());
      });
}

int WebSocket::readyState() const {
  enum { connecting = 0, open = 1, closing = 2, closed = 3 };
  const auto& now = link();
  if (now.failed || (now.closedIncoming && now.silent())) return closed;
  if (now.closedIncoming || now.silent()) return closing;
  return state_ == State::connecting ? connecting : open;
}

double WebSocket::bufferedAmount() const {
  const auto& connection = link().connection;
  return state_ == State::coupled || !connection ? 0
                                                 : static_cast<double>(connection->bufferedBytes());
}

// https://websockets.spec.whatwg.org/#dom-websocket-binarytype: other names change nothing.
void WebSocket::setBinaryType(std::string type) {
  if (type == "blob" || type == "arraybuffer") blobs_ = type == "blob";
}

void WebSocket::serializeAttachment(js::Lock& js, v8::Local<v8::Value> value) {
  auto bytes = js::serializeForStorage(js, value);
  if (bytes.size() > kAttachmentBytesMax) {
    throw js::plainError("A WebSocket 'attachment' cannot be larger than " +
                         std::to_string(kAttachmentBytesMax) + " bytes.'attachment' was " +
                         std::to_string(bytes.size()) + " bytes.");
  }
  link().attachment = std::move(bytes);
  recount();
}

v8::Local<v8::Value> WebSocket::deserializeAttachment(js::Lock& js) {
  const auto& kept = link().attachment;
  if (!kept) return js.null();
  return js::deserializeFromStorage(js, *kept);
}

// ---- In ----

v8::Local<v8::Value> WebSocket::dataOf(js::Lock& js, const io::WebSocket::Message& message) {
  if (message.kind == io::WebSocket::Message::Kind::text) return js::utf8(js, message.bytes);
  return js::arrayBuffer(js, message.bytes);
}

void WebSocket::listen(js::Lock& js, v8::Local<v8::Object> face) {
  auto& context = io::IoContext::current();
  auto heard = [self = js::Ptr<WebSocket>(this), kept = js::Ref<v8::Object>(js, face)](
                   js::Lock& inner, io::Outcome<io::WebSocket::Received> outcome) {
    self->hear(inner, kept.get(inner), std::move(outcome));
  };
  auto receiving = link().connection->receive();
  if (local()) {
    context.awaitIoOfOwn(js, std::move(receiving), std::move(heard));
  } else {
    context.awaitIo(js, std::move(receiving), std::move(heard));
  }
}

void WebSocket::hear(js::Lock& js, v8::Local<v8::Object> face,
                     io::Outcome<io::WebSocket::Received> outcome) {
  if (link().failed) return;
  if (outcome.failed()) return fail(js, face, outcome.error());
  auto received = outcome.take();
  if (auto* close = std::get_if<io::WebSocket::Close>(&received)) {
    return hearClose(js, face, std::move(*close));
  }
  listen(js, face);
  auto& message = std::get<io::WebSocket::Message>(received);
  bool blob = blobs_ && message.kind == io::WebSocket::Message::Kind::binary;
  auto data =
      blob ? js::wrap(js, js::make<Blob>(
                              std::make_shared<const std::string>(std::move(message.bytes)), ""))
                 .As<v8::Value>()
           : dataOf(js, message);
  if (callHook(js, "webSocketMessage", {face, data})->IsTrue()) return;
  // Whoever sent it sees the connection end, and the listener hears nothing more.
  auto& now = link();
  now.failed = true;
  now.connection.reset();
}

void WebSocket::hearClose(js::Lock& js, v8::Local<v8::Object> face, io::WebSocket::Close close) {
  auto& now = link();
  now.closedIncoming = true;
  bool reply = has(js, Flag::WebSocketAutoReplyToClose) && !now.allowHalfOpen;
  // A browser's socket has no half-open state.
  if ((reply || dialed_) && !now.closedOutgoing) {
    now.closedOutgoing = true;
    // Ignored where lathe has closed it before.
    now.connection->close(close, outputGate());
  }
  v8::Local<v8::Value> code = v8::Integer::New(js.v8(), close.code);
  callHook(js, "webSocketClosed", {face, code, js::utf8(js, close.reason), v8::True(js.v8())});
}

void WebSocket::fail(js::Lock& js, v8::Local<v8::Object> face, std::exception_ptr error) {
  link().failed = true;
  std::string reason = io::kWebSocketDisconnected;
  try {
    std::rethrow_exception(error);
  } catch (const io::WebSocketError& failure) {
    if (failure.kind() == io::WebSocketError::Kind::protocol) {
      reason = failure.what();
      callHook(js, "webSocketFailed", {face, js::plainError(reason).toJs(js)});
    }
  } catch (const std::exception&) {
    // Whoever carried it has gone: as good as disconnected.
  }
  v8::Local<v8::Value> code = v8::Integer::New(js.v8(), kAbnormal);
  callHook(js, "webSocketClosed", {face, code, js::utf8(js, reason), v8::False(js.v8())});
}

void WebSocket::describe(js::Class<WebSocket>& c, const Compatibility&) {
  c.name(kInterface).hidden();
  c.method<&WebSocket::accept>("accept");
  c.method<&WebSocket::send>("send");
  c.method<&WebSocket::close>("close");
  c.method<&WebSocket::serializeAttachment>("serializeAttachment");
  c.method<&WebSocket::deserializeAttachment>("deserializeAttachment");
  c.attribute<&WebSocket::readyState>("readyState");
  c.attribute<&WebSocket::url>("url");
  c.attribute<&WebSocket::protocol>("protocol");
  c.attribute<&WebSocket::extensions>("extensions");
  c.attribute<&WebSocket::bufferedAmount>("bufferedAmount");
  c.attribute<&WebSocket::binaryType, &WebSocket::setBinaryType>("binaryType");
}

}  // namespace lathe::api
