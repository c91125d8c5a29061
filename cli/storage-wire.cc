#include "cli/storage-wire.h"

#include <stdexcept>

#include "cli/storage-text.h"
#include "engine/web/forgiving-base64.h"

namespace lathe::cli::wire {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

Json pairsToJson(const std::vector<persist::Pair>& pairs) {
  Json list = Json::array();
  for (const auto& pair : pairs) {
    list.push_back({{"key", toBase64(pair.key)}, {"value", toBase64(*pair.value)}});
  }
  return list;
}

// Anything else could be gone through like an array of its own.
const Json& asArray(const Json& json) {
  if (!json.is_array()) throw std::runtime_error("what should be a JSON array is none");
  return json;
}

std::vector<persist::Pair> pairsFromJson(const Json& list) {
  std::vector<persist::Pair> pairs;
  for (const Json& item : asArray(list)) {
    auto value = std::make_shared<const std::string>(fromBase64(item.at("value")));
    pairs.push_back({fromBase64(item.at("key")), std::move(value)});
  }
  return pairs;
}

std::optional<persist::AlarmTime> alarmFromJson(const Json& json) {
  auto alarm = json.find("alarm");
  if (alarm == json.end()) return std::nullopt;
  return persist::AlarmTime(std::chrono::milliseconds(alarm->get<std::int64_t>()));
}

}  // namespace

std::string hexOf(const std::string& bytes) {
  std::string text;
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string fromHex(const std::string& text) {
  std::string bytes;
  auto digit = [&](char c) {
    auto found = kDigits.find(c);
    if (found == std::string_view::npos) throw std::runtime_error("an id has a wrong digit");
    return found;
  };
  if (text.size() % 2 != 0) throw std::runtime_error("an id has an odd number of digits");
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return bytes;
}

std::string fromBase64(const std::string& text) {
  auto bytes = web::forgivingBase64Decode(text);
  if (!bytes) throw std::runtime_error("a key or a value is not base64");
  return *bytes;
}

Json classesToJson(const std::vector<StoredClass>& classes) {
  Json list = Json::array();
  for (const auto& each : classes) {
    Json item = {{"worker", each.worker},
                 {"class", each.className},
                 {"uniqueKey", each.uniqueKey},
                 {"sqlite", each.sqlite},
                 {"objects", each.objects}};
    if (!each.deletedBy.empty()) item["deletedBy"] = each.deletedBy;
    if (!each.uncounted.empty()) item["uncounted"] = each.uncounted;
    list.push_back(std::move(item));
  }
  return list;
}

std::vector<StoredClass> classesFromJson(const Json& json) {
  std::vector<StoredClass> classes;
  for (const Json& item : asArray(json)) {
    classes.push_back({item.at("worker"), item.at("class"), item.at("uniqueKey"), item.at("sqlite"),
                       item.value("deletedBy", ""), item.at("objects"),
                       item.value("uncounted", "")});
  }
  return classes;
}

Json objectsToJson(const std::vector<StoredObject>& objects) {
  Json list = Json::array();
  for (const auto& object : objects) {
    Json item = {{"id", hexOf(object.id)}};
    if (object.name) item["name"] = *object.name;
    if (object.sockets > 0) {
      item["sockets"] = object.sockets;
      item["hibernating"] = object.hibernating;
    }
    list.push_back(std::move(item));
  }
  return list;
}

std::vector<StoredObject> objectsFromJson(const Json& json) {
  std::vector<StoredObject> objects;
  for (const Json& item : asArray(json)) {
    StoredObject object;
    object.id = fromHex(item.at("id"));
    if (item.contains("name")) object.name = item["name"].get<std::string>();
    object.sockets = item.value("sockets", std::size_t{0});
    object.hibernating = item.value("hibernating", false);
    objects.push_back(std::move(object));
  }
  return objects;
}

Json recordsToJson(const StoredRecords& records) {
  Json json = {{"records", pairsToJson(records.pairs)}};
  if (records.alarm) json["alarm"] = records.alarm->time_since_epoch().count();
  return json;
}

StoredRecords recordsFromJson(const Json& json) {
  return {pairsFromJson(json.at("records")), alarmFromJson(json)};
}

Json changeToJson(const StoredChange& change) {
  Json json = {{"put", pairsToJson(change.puts)}, {"delete", Json::array()}};
  for (const auto& key : change.deletes) json["delete"].push_back(toBase64(key));
  if (change.name) json["name"] = *change.name;
  if (change.alarm) json["alarm"] = change.alarm->time_since_epoch().count();
  return json;
}

StoredChange changeFromJson(persist::ActorRef actor, const Json& json) {
  if (!json.is_object()) throw std::runtime_error("the body is no JSON object");
  StoredChange change;
  change.actor = std::move(actor);
  if (json.contains("name")) change.name = json["name"].get<std::string>();
  if (json.contains("put")) change.puts = pairsFromJson(json["put"]);
  if (json.contains("delete")) {
    for (const Json& key : asArray(json["delete"])) change.deletes.push_back(fromBase64(key));
  }
  change.alarm = alarmFromJson(json);
  return change;
}

}  // namespace lathe::cli::wire
