#include "engine/http/web-socket-extensions.h"

#include <charconv>
#include <vector>

#include <boost/beast/core/string.hpp>

namespace lathe::http {

namespace beast = boost::beast;

namespace {

constexpr int kOfferedBitsMin = 8;
// zlib cannot compress with a window of 8 bits.
constexpr int kOwnWindowBitsMin = 9;

struct Parameter {
  std::string_view name;
  std::optional<std::string_view> value;
};
struct Extension {
  std::string_view name;
  std::vector<Parameter> parameters;
};

// Reads the grammar of §9.1:
//
//   list      = extension *( "," extension )
//   extension = name *( ";" parameter )
//   parameter = name [ "=" ( token | '"' token '"' ) ]
class ExtensionList {
 public:
  explicit ExtensionList(std::string_view text) : rest_(text) {}

  // Nothing at the end of the list, or where it makes no sense any more.
  std::optional<Extension> next() {
    while (take(',')) {
    }
    auto name = token();
    if (!name) return std::nullopt;
    Extension extension{*name, {}};
    while (take(';')) {
      auto parameter = token();
      if (!parameter) return std::nullopt;
      extension.parameters.push_back({*parameter, std::nullopt});
      if (!take('=')) continue;
      const bool quoted = take('"');
      auto value = token();
      if (!value || (quoted && !take('"'))) return std::nullopt;
      extension.parameters.back().value = *value;
    }
    skipSpace();
    if (!rest_.empty() && rest_.front() != ',') return std::nullopt;
    return extension;
  }

 private:
  void skipSpace() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char wanted) {
    skipSpace();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::string_view> token() {
    skipSpace();
    const auto size = std::min(rest_.find_first_of(" \t,;=\"()<>@:\\/[]?{}"), rest_.size());
    if (size == 0) return std::nullopt;
    const auto text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  std::string_view rest_;
};

std::optional<int> windowBits(const std::optional<std::string_view>& value) {
  int bits = 0;
  if (!value || value->empty() || value->front() == '0') return std::nullopt;
  const auto* end = value->data() + value->size();
  const auto parsed = std::from_chars(value->data(), end, bits);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  if (bits < kOfferedBitsMin || bits > DeflateParameters::kWindowBitsMax) return std::nullopt;
  return bits;
}

enum class Said { byClient, byServer };

// Nothing when a parameter is unknown, comes twice or has an impossible value (§7.1).
std::optional<DeflateParameters> parametersOf(const Extension& extension, Said said) {
  DeflateParameters parameters;
  unsigned seen = 0;
  for (const auto& [name, value] : extension.parameters) {
    unsigned which = 0;
    if (beast::iequals(name, "server_no_context_takeover") && !value) {
      which = 1;
      parameters.server.noContextTakeover = true;
    } else if (beast::iequals(name, "client_no_context_takeover") && !value) {
      which = 2;
      parameters.client.noContextTakeover = true;
    } else if (beast::iequals(name, "server_max_window_bits")) {
      which = 4;
      const auto bits = windowBits(value);
      if (!bits) return std::nullopt;
      parameters.server.windowBits = *bits;
    } else if (beast::iequals(name, "client_max_window_bits")) {
      which = 8;
      // A client may say only that it understands this one.
      const auto bits = !value && said == Said::byClient
                            ? std::optional<int>(DeflateParameters::kWindowBitsMax)
                            : windowBits(value);
      if (!bits) return std::nullopt;
      parameters.client.windowBits = *bits;
    }
    if (which == 0 || (seen & which) != 0) return std::nullopt;
    seen |= which;
  }
  return parameters;
}

constexpr std::string_view kName = "permessage-deflate";

}  // namespace

std::optional<DeflateParameters> chooseDeflate(std::string_view offers) {
  ExtensionList list(offers);
  while (auto extension = list.next()) {
    if (!beast::iequals(extension->name, kName)) continue;
    const auto parameters = parametersOf(*extension, Said::byClient);
    if (parameters && parameters->server.windowBits >= kOwnWindowBitsMin) return parameters;
  }
  return std::nullopt;
}

std::string formatDeflate(const DeflateParameters& parameters) {
  std::string text(kName);
  const auto bits = [&text](const char* name, int value) {
    if (value != DeflateParameters::kWindowBitsMax) text += name + std::to_string(value);
  };
  if (parameters.server.noContextTakeover) text += "; server_no_context_takeover";
  if (parameters.client.noContextTakeover) text += "; client_no_context_takeover";
  bits("; server_max_window_bits=", parameters.server.windowBits);
  bits("; client_max_window_bits=", parameters.client.windowBits);
  return text;
}

std::optional<DeflateParameters> acceptDeflate(std::string_view response) {
  ExtensionList list(response);
  const auto extension = list.next();
  if (!extension || !beast::iequals(extension->name, kName) || list.next()) return std::nullopt;
  return parametersOf(*extension, Said::byServer);
}

}  // namespace lathe::http
