#include "cli/storage-text.h"

#include <algorithm>
#include <ctime>
#include <string_view>

#include <fmt/format.h>

#include "cli/json-text.h"
#include "cli/storage-names.h"
#include "engine/shown-text.h"
#include "engine/web/forgiving-base64.h"

namespace lathe::cli {

std::string timeText(persist::AlarmTime time) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  // Not by the system's clock, which counts finer than the times of a damaged state may be far.
  auto whole = static_cast<std::time_t>(seconds.time_since_epoch().count());
  std::tm parts{};
  if (!::gmtime_r(&whole, &parts)) return std::to_string(time.time_since_epoch().count());
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     (time - seconds).count());
}

std::string keyText(const std::string& key) {
  bool plain = !key.empty() && shownText(key) == key && key.find_first_of(" \n\t\"=") == key.npos;
  return plain ? key : jsonQuoted(key);
}

std::string shownTitle(const StoredObject& object) {
  // One line for each object.
  std::string title = objectTitle(object);
  return title.find('\n') == title.npos ? shownText(title) : jsonQuoted(title);
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
  std::string text = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  std::string line;
  line.reserve(text.size() + 1);
  // What the library leaves as it is, DEL and C1, is in strings only, and has an escape there.
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view character = rest.substr(0, std::max<std::size_t>(characterLength(rest), 1));
    if (isControl(character)) {
      line += fmt::format("\\u00{:02x}", static_cast<unsigned char>(character.back()));
    } else {
      line += character;
    }
    rest.remove_prefix(character.size());
  }
  return line += "\n";
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace lathe::cli
