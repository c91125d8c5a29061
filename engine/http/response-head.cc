#include "engine/http/response-head.h"

#include <charconv>
#include <string_view>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>

namespace lathe::http {

namespace beast = boost::beast;

namespace {

bool isSafeValue(std::string_view value) {
  bool safe = true;
  // No early exit: this way the loop is a few vector instructions for the usual value.
  for (char c : value) safe &= c != '\r' && c != '\n' && c != '\0';
  return safe;
}

// RFC 9110 §5.6.2.
bool isToken(std::string_view name) {
  static constexpr auto kTokenChars = [] {
    std::array<bool, 256> table{};
    for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
    for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
    for (unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) table[c] = true;
    return table;
  }();
  bool token = !name.empty();
  for (unsigned char c : name) token &= kTokenChars[c];
  return token;
}

bool isStatus(unsigned status) { return status == 101 || (status >= 200 && status <= 599); }

void appendNumber(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// What a status is called where the script does not say: by its registered name, else by that of
// its class.
std::string_view phraseOf(unsigned status) {
  switch (status) {
    case 418:
      return "I'm a teapot";
    // Beast has names for these, which are some servers' own.
    case 444:
    case 499:
    case 599:
      break;
    default:
      if (auto known = beast::http::int_to_status(status); known != beast::http::status::unknown) {
        const auto phrase = beast::http::obsolete_reason(known);
        return {phrase.data(), phrase.size()};
      }
  }
  if (status < 300) return "Successful";
  if (status < 400) return "Redirection";
  return status < 500 ? "Client Error" : "Server Error";
}

void appendStatusLine(std::string& out, const io::Response& response) {
  if (response.status == 200 && (response.statusText.empty() || response.statusText == "OK")) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  appendNumber(out, response.status);
  out.push_back(' ');
  out.append(response.statusText.empty() ? phraseOf(response.status) : response.statusText);
  out.append("\r\n");
}

struct BodySize {
  bool present = false;
  // Unknown for a source that does not tell.
  std::optional<std::uint64_t> length;
};

BodySize sizeOf(const io::Response& response) {
  if (auto* bytes = std::get_if<io::SharedBytes>(&response.body)) {
    return {true, *bytes ? (*bytes)->size() : 0};
  }
  if (auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&response.body)) {
    return {true, *source ? (*source)->length() : 0};
  }
  return {false, 0};
}

bool isDecimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<Framing> formatHead(std::string& out, const io::Response& response,
                                  const RequestTraits& request, DateLine& date) {
  if (!isStatus(response.status) || !isSafeValue(response.statusText)) return std::nullopt;

  Framing framing;
  framing.keepAlive = request.keepAlive;
  const bool switching = response.status == 101;
  // RFC 9110 §7.8: what another protocol there is may be said by these alone.
  const bool upgrades = switching || response.status == 426;
  // RFC 9110 §6.4.1 and §8.6: these never have content, and the first two no Content-Length either.
  const bool lengthless = switching || response.status == 204;
  const bool contentless = lengthless || response.status == 304 || request.isHead;

  out.clear();
  appendStatusLine(out, response);
  bool dated = false;
  std::string_view statedLength;
  for (const auto& [name, value] : response.headers) {
    if (!isToken(name) || !isSafeValue(value)) return std::nullopt;
    switch (name.size()) {
      case 2:
        if (beast::iequals(name, "te")) continue;
        break;
      case 4:
        dated = dated || beast::iequals(name, "date");
        break;
      case 7:
        if (beast::iequals(name, "trailer")) continue;
        if (beast::iequals(name, "upgrade") && !upgrades) continue;
        break;
      case 10:
        if (beast::iequals(name, "connection") && !switching) continue;
        if (beast::iequals(name, "keep-alive")) continue;
        break;
      case 14:
        if (beast::iequals(name, "content-length")) {
          if (isDecimal(value)) statedLength = value;
          continue;
        }
        break;
      case 17:
        if (beast::iequals(name, "transfer-encoding")) continue;
        break;
      default:
        break;
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }

  const auto body = sizeOf(response);
  if (lengthless) {
    framing.kind = Framing::Kind::none;
  } else if (request.isHead && !statedLength.empty()) {
    // The length that a GET would have had: only the handler can know it.
    out.append("Content-Length: ").append(statedLength).append("\r\n");
  } else if (contentless && (!body.present || !body.length)) {
    // Nothing is known, and nothing follows.
  } else if (body.length) {
    if (!contentless) framing = {Framing::Kind::counted, *body.length, framing.keepAlive};
    out.append("Content-Length: ");
    appendNumber(out, *body.length);
    out.append("\r\n");
  } else if (request.http11) {
    framing.kind = Framing::Kind::chunked;
    out.append("Transfer-Encoding: chunked\r\n");
  } else {
    framing.kind = Framing::Kind::untilClose;
    framing.keepAlive = false;
  }

  if (!dated) out.append(date.now());
  if (switching) {
    // What follows the head, if anything, is no HTTP any more.
    framing.keepAlive = false;
  } else if (!framing.keepAlive) {
    out.append("Connection: close\r\n");
  } else if (!request.http11) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return framing;
}

io::Response plainResponse(unsigned status, const std::string& text) {
  io::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain;charset=UTF-8"}};
  response.body = std::make_shared<const std::string>(text + "\n");
  return response;
}

}  // namespace lathe::http
