#include "engine/web/serialized-url.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/web/ascii.h"

namespace lathe::web {

namespace {

// Where a character may stand and stay as it is. Not in a path: '%', which may spell a dot.
enum Place : std::uint8_t { kHost = 1, kPath = 2, kQuery = 4 };

constexpr std::array<std::uint8_t, 256> placesOfAll() {
  std::array<std::uint8_t, 256> places{};
  auto add = [&](std::string_view characters, int place) {
    for (const char c : characters) {
      auto& allowed = places[static_cast<unsigned char>(c)];
      allowed = static_cast<std::uint8_t>(allowed | place);
    }
  };
  add("abcdefghijklmnopqrstuvwxyz0123456789-.", kHost | kPath | kQuery);
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZ_~!$&()*+,;=:@/", kPath | kQuery);
  add("%?", kQuery);
  return places;
}

constexpr std::array<std::uint8_t, 256> kPlaces = placesOfAll();

// Takes the characters that may stand there from the front of `text`.
std::string_view take(std::string_view& text, Place place) {
  const auto end = std::find_if_not(text.begin(), text.end(), [place](char c) {
    return (kPlaces[static_cast<unsigned char>(c)] & place) != 0;
  });
  const auto taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

// Of its characters all may stand in a host.
bool isPlainHost(std::string_view host) {
  if (host == "127.0.0.1") return true;
  // Labels that are numbers may be an address, those with "--" are not plain ASCII.
  const auto lastLabel = host.substr(host.rfind('.') + 1);
  return !lastLabel.empty() && !isAsciiDigit(lastLabel.front()) && host.front() != '.' &&
         host.find("..") == std::string_view::npos && host.find("--") == std::string_view::npos;
}

bool isPlainPort(std::string_view port, std::string_view defaultPort) {
  // Four digits, and those from 10000 to 59999, are in range.
  const bool inRange = port.size() < 5 || (port.size() == 5 && port.front() < '6');
  return !port.empty() && port.front() != '0' && inRange && port != defaultPort &&
         std::all_of(port.begin(), port.end(), isAsciiDigit);
}

}  // namespace

bool isSerializedHttpUrl(std::string_view text) {
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://")) return false;
  text.remove_prefix(secure ? 8 : 7);

  const auto host = take(text, kHost);
  if (!isPlainHost(host)) return false;
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    const auto port = text.substr(0, text.find('/'));
    if (!isPlainPort(port, secure ? "443" : "80")) return false;
    text.remove_prefix(port.size());
  }
  if (!text.starts_with('/')) return false;

  // A segment that begins with a dot may be one that leads elsewhere.
  if (take(text, kPath).find("/.") != std::string_view::npos) return false;
  return text.empty() || (text.starts_with('?') && take(text, kQuery).size() > 0 && text.empty());
}

}  // namespace lathe::web
