#include "engine/http/web-socket-attempt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <fcntl.h>

#include "engine/http/web-socket-connection.h"
#include "engine/http/web-socket-handshake.h"
#include "engine/random-bytes.h"
#include "engine/web/forgiving-base64.h"
#include "engine/web/percent-encoding.h"
#include "engine/web/url.h"

namespace lathe::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using Field = beast::http::field;

namespace {

std::string newKey() {
  std::array<unsigned char, 16> bytes;
  fillWithRandomBytes(bytes);
  return web::forgivingBase64Encode(bytes);
}

std::exception_ptr errorOf(const std::string& message) {
  return std::make_exception_ptr(std::runtime_error(message));
}

}  // namespace

io::Pending<io::WebSocketDialer::Opened> WebSocketAttempt::begin(ConnectionPool& pool,
                                                                 TlsClientContext& tls,
                                                                 Request request) {
  auto owned = std::make_unique<WebSocketAttempt>(pool, tls, std::move(request));
  auto& attempt = *owned;
  if (!attempt.takeUrl()) return io::Pending<Opened>::failed(errorOf(attempt.failure_));
  auto channel = io::makePending<Opened>();
  channel.resolver.onDropped([self = attempt.self_] {
    if (auto* dropped = *self) dropped->pool_.remove(*dropped);
  });
  attempt.result_ = std::move(channel.resolver);
  pool.adopt(std::move(owned));
  attempt.resolve();
  return std::move(channel.pending);
}

WebSocketAttempt::WebSocketAttempt(ConnectionPool& pool, TlsClientContext& tls, Request request)
    : pool_(pool),
      tls_(tls),
      request_(std::move(request)),
      self_(std::make_shared<WebSocketAttempt*>(this)),
      deadline_(pool.after(pool.limits().connectTimeout)),
      resolver_(pool.loop()),
      socket_(pool.loop()) {}

WebSocketAttempt::~WebSocketAttempt() {
  *self_ = nullptr;
  if (failure_.empty()) failure_ = "the attempt to connect was given up";
  if (result_) std::exchange(result_, std::nullopt)->reject(errorOf(failure_));
}

bool WebSocketAttempt::isOver(Moment now) {
  if (now < deadline_) return false;
  failure_ = authority_ + " has not answered in time";
  return true;
}

void WebSocketAttempt::fail(const std::string& why) {
  failure_ = why;
  pool_.remove(*this);
}

bool WebSocketAttempt::takeUrl() {
  const auto url = web::Url::parse(request_.url);
  if (!url || (url->scheme() != "ws" && url->scheme() != "wss")) {
    failure_ = "\"" + request_.url + "\" is no URL of a WebSocket";
    return false;
  }
  secure_ = url->scheme() == "wss";
  host_ = url->hostname();
  if (host_.starts_with('[')) host_ = host_.substr(1, host_.size() - 2);
  authority_ = url->host();
  target_ = std::string(url->pathname()) + std::string(url->search());
  // https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
  if (!url->username().empty() || !url->password().empty()) {
    const auto pair =
        web::percentDecode(url->username()) + ":" + web::percentDecode(url->password());
    credentials_ = "Basic " + web::forgivingBase64Encode(web::bytesOf(pair));
  }
  port_ = secure_ ? 443 : 80;
  if (const auto port = url->port(); !port.empty()) {
    std::from_chars(port.data(), port.data() + port.size(), port_);
  }
  return true;
}

void WebSocketAttempt::resolve() {
  Error error;
  const auto address = net::ip::make_address(host_, error);
  if (!error) {
    endpoints_ = {{address, port_}};
    return connectNext();
  }
  resolver_.async_resolve(
      host_, std::to_string(port_), Tcp::resolver::numeric_service,
      [self = self_](const Error& failed, const Tcp::resolver::results_type& found) {
        auto* attempt = *self;
        if (!attempt) return;
        if (failed) return attempt->fail(attempt->host_ + " cannot be found: " + failed.message());
        for (const auto& entry : found) attempt->endpoints_.push_back(entry.endpoint());
        attempt->connectNext();
      });
}

void WebSocketAttempt::connectNext() {
  const auto endpoint = endpoints_[nextEndpoint_++];
  Error ignored;
  socket_.close(ignored);
  socket_.open(endpoint.protocol(), ignored);
  // What lathe runs inherits no connections.
  ::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);
  socket_.async_connect(endpoint, [self = self_](const Error& error) {
    auto* attempt = *self;
    if (!attempt) return;
    if (!error) return attempt->ask();
    if (attempt->nextEndpoint_ < attempt->endpoints_.size()) return attempt->connectNext();
    attempt->fail("cannot connect to " + attempt->authority_ + ": " + error.message());
  });
}

void WebSocketAttempt::ask() {
  Error ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  try {
    if (secure_) {
      stream_ = std::make_unique<TlsStream>(tls_, pool_.readiness(), socket_.release(), host_);
    } else {
      stream_ = std::make_unique<TcpStream>(pool_.readiness(), socket_.release());
    }
    key_ = newKey();
  } catch (const std::exception& exception) {
    return fail(exception.what());
  }
  stream_->setListener(*this);
  output_ = "GET " + target_ + " HTTP/1.1\r\nHost: " + authority_ +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key_ +
            "\r\nSec-WebSocket-Version: 13\r\n";
  if (!credentials_.empty()) output_ += "Authorization: " + credentials_ + "\r\n";
  for (const auto& protocol : request_.protocols) {
    output_ += &protocol == &request_.protocols.front() ? "Sec-WebSocket-Protocol: " : ", ";
    output_ += protocol;
  }
  if (!request_.protocols.empty()) output_ += "\r\n";
  if (request_.compression) {
    output_.append("Sec-WebSocket-Extensions: ").append(kDeflateOffer).append("\r\n");
  }
  output_ += "\r\n";
  sendRequest();
}

void WebSocketAttempt::sendRequest() {
  while (!output_.empty()) {
    const iovec part{output_.data(), output_.size()};
    const auto result = stream_->write({&part, 1});
    if (result.state == ByteStream::State::wouldBlock) return stream_->awaitWritable();
    if (result.state != ByteStream::State::ok) {
      return fail("cannot connect to " + authority_ + ": " + stream_->failure());
    }
    output_.erase(0, result.count);
  }
  stream_->awaitReadable();
}

void WebSocketAttempt::readable() {
  const auto room = pool_.scratch();
  const auto result = stream_->read(room);
  if (result.state == ByteStream::State::wouldBlock) return stream_->awaitReadable();
  if (result.state == ByteStream::State::ended) {
    return fail(authority_ + " has ended the connection without an answer");
  }
  if (result.state == ByteStream::State::broken) {
    return fail("no answer from " + authority_ + ": " + stream_->failure());
  }
  input_.append(room.data(), result.count);
  judge();
}

void WebSocketAttempt::judge() {
  for (;;) {
    if (!response_) {
      response_.emplace();
      // Neither of the responses that matter has a body.
      response_->skip(true);
      response_->header_limit(static_cast<std::uint32_t>(pool_.limits().headerBytesMax));
    }
    Error error;
    input_.erase(0, response_->put(net::const_buffer(input_.data(), input_.size()), error));
    if (error && error != beast::http::error::need_more) {
      return fail(authority_ + " does not answer in valid HTTP: " + error.message());
    }
    if (!response_->is_header_done()) return stream_->awaitReadable();
    // RFC 9110 §15.2: any number of others may come before the one that counts.
    const auto status = response_->get().result_int();
    if (status >= 200 || status == 101) break;
    response_.reset();
  }
  if (const auto why = objection()) {
    return fail(authority_ + " does not open a WebSocket: " + *why);
  }
  WebSocketConnection::Setup setup;
  setup.role = WebSocketRole::client;
  setup.deflate = deflate_;
  setup.stream = std::move(stream_);
  setup.input = std::move(input_);
  Opened opened{WebSocketConnection::open(pool_, std::move(setup)), std::move(protocol_),
                std::move(extensions_)};
  auto result = std::move(*std::exchange(result_, std::nullopt));
  pool_.remove(*this);
  result.resolve(std::move(opened));
}

std::optional<std::string> WebSocketAttempt::objection() {
  const auto& response = response_->get();
  if (response.result_int() != 101) {
    return "its response has the status " + std::to_string(response.result_int());
  }
  const auto text = [&](Field name) { return std::string(response[name]); };
  if (!beast::iequals(text(Field::upgrade), "websocket")) {
    return "its response has no \"Upgrade: websocket\"";
  }
  if (!beast::http::token_list(text(Field::connection)).exists("upgrade")) {
    return "its response has no \"Connection: Upgrade\"";
  }
  if (text(Field::sec_websocket_accept) != acceptanceOf(key_)) {
    return "the Sec-WebSocket-Accept of its response is wrong";
  }
  protocol_ = text(Field::sec_websocket_protocol);
  const auto& asked = request_.protocols;
  if (response.count(Field::sec_websocket_protocol) > 1 ||
      (!protocol_.empty() && std::find(asked.begin(), asked.end(), protocol_) == asked.end())) {
    return "it has chosen a protocol that was not asked for";
  }
  extensions_ = text(Field::sec_websocket_extensions);
  if (response.count(Field::sec_websocket_extensions) != 0) {
    if (request_.compression) deflate_ = acceptDeflate(extensions_);
    if (!deflate_ || response.count(Field::sec_websocket_extensions) > 1) {
      return "it has chosen an extension that was not offered";
    }
  }
  return std::nullopt;
}

}  // namespace lathe::http
