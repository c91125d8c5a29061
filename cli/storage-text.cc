#include "cli/storage-text.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "cli/json-text.h"
#include "engine/web/forgiving-base64.h"

namespace lathe::cli {

std::string timeText(persist::AlarmTime time) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  if (!::gmtime_r(&whole, &parts)) return std::to_string(time.time_since_epoch().count());
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     (time - seconds).count());
}

std::string keyText(const std::string& key) {
  bool plain = !key.empty() && std::ranges::all_of(key, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte > ' ' && byte != 0x7f && c != '"' && c != '=';
  });
  return plain ? key : jsonQuoted(key);
}

OrderedJson recordJson(const persist::Pair& pair, StorageValues& values) {
  OrderedJson json = {{"key", pair.key}};
  if (auto value = values.json(*pair.value)) {
    json["value"] = OrderedJson::parse(*value);
  } else {
    json["base64"] = toBase64(*pair.value);
  }
  json["shown"] = values.shown(*pair.value);
  return json;
}

std::string toBase64(const std::string& bytes) {
  return web::forgivingBase64Encode(web::bytesOf(bytes));
}

std::string lineOf(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace lathe::cli
