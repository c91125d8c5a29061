#include "engine/http/web-socket-handshake.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <openssl/sha.h>

#include "engine/web/forgiving-base64.h"

namespace lathe::http {

namespace beast = boost::beast;
using Field = beast::http::field;

namespace {

// All the fields of a name, as the one list that they stand for.
std::string listOf(const beast::http::request_header<>& request, Field name) {
  std::string list;
  const auto [begin, end] = request.equal_range(name);
  for (auto field = begin; field != end; ++field) {
    if (!list.empty()) list += ", ";
    list.append(field->value().data(), field->value().size());
  }
  return list;
}

bool lists(const beast::http::request_header<>& request, Field name, std::string_view token) {
  return beast::http::token_list(listOf(request, name)).exists(token);
}

// 16 bytes in base64.
bool isKey(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  const auto bytes = web::forgivingBase64Decode(key);
  return bytes && bytes->size() == 16;
}

std::optional<Refusal> refusalOf(const beast::http::request_header<>& request) {
  if (request.method() != beast::http::verb::get || request.version() < 11) {
    return Refusal{400, "A WebSocket has to be asked for with GET and HTTP/1.1."};
  }
  if (!lists(request, Field::connection, "upgrade")) {
    return Refusal{400, "The Connection header of a request for a WebSocket must be \"Upgrade\"."};
  }
  const auto [version, end] = request.equal_range(Field::sec_websocket_version);
  if (version == end) return Refusal{400, "The Sec-WebSocket-Version header is missing."};
  if (version->value() != "13" || std::next(version) != end) {
    return Refusal{426, "The only Sec-WebSocket-Version supported is 13."};
  }
  if (request.count(Field::sec_websocket_key) == 0) {
    return Refusal{400, "The Sec-WebSocket-Key header is missing."};
  }
  const auto key = request[Field::sec_websocket_key];
  if (request.count(Field::sec_websocket_key) > 1 || !isKey({key.data(), key.size()})) {
    return Refusal{400, "The Sec-WebSocket-Key header is not valid."};
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<WebSocketRequest> readWebSocketRequest(
    const beast::http::request_header<>& request) {
  if (!lists(request, Field::upgrade, "websocket")) return nullptr;
  auto result = std::make_unique<WebSocketRequest>();
  result->key = std::string(request[Field::sec_websocket_key]);
  result->extensions = listOf(request, Field::sec_websocket_extensions);
  result->refusal = refusalOf(request);
  return result;
}

std::unique_ptr<WebSocketAgreement> acceptWebSocket(const WebSocketRequest& request,
                                                    io::Response& response) {
  auto agreement = std::make_unique<WebSocketAgreement>();
  agreement->upgrade = std::move(response.webSocket);
  auto& headers = response.headers;
  // These are the transport's to say.
  std::erase_if(headers, [](const auto& header) {
    static constexpr std::array<const char*, 4> kOurs = {
        "Upgrade", "Connection", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions"};
    return std::any_of(kOurs.begin(), kOurs.end(),
                       [&](const char* name) { return beast::iequals(header.first, name); });
  });
  headers.emplace_back("Upgrade", "websocket");
  headers.emplace_back("Connection", "Upgrade");
  headers.emplace_back("Sec-WebSocket-Accept", acceptanceOf(request.key));
  if (agreement->upgrade->compression) agreement->deflate = chooseDeflate(request.extensions);
  if (agreement->deflate) {
    headers.emplace_back("Sec-WebSocket-Extensions", formatDeflate(*agreement->deflate));
  }
  response.body = {};
  return agreement;
}

std::string acceptanceOf(std::string_view key) {
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return web::forgivingBase64Encode(digest);
}

}  // namespace lathe::http
