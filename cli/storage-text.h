#pragma once

#include <nlohmann/json.hpp>

#include "cli/storage-access.h"
#include "cli/storage-value.h"

// Records, ids and times as the storage commands print them.
namespace lathe::cli {

// Members stay in the order in which they were added.
using OrderedJson = nlohmann::ordered_json;

// A time as in `2026-05-01T12:00:00.000Z`.
std::string timeText(persist::AlarmTime time);

// A key for people: as it is when that is one plain word, else with quotes.
std::string keyText(const std::string& key);

// An object's name, else its id, for people.
std::string shownTitle(const StoredObject& object);

// {"key", "value", "shown"}: the value as JSON where nothing is lost by that, else "base64" with
// its stored form in the place of "value".
OrderedJson recordJson(const persist::Pair& pair, StorageValues& values);

// Bytes as base64, with padding.
std::string toBase64(const std::string& bytes);

// `json` in one line, with no control character in it. What is no UTF-8 is replaced.
std::string lineOf(const OrderedJson& json);

// "1 object", "2 objects".
std::string counted(std::uint64_t count, const std::string& noun);

}  // namespace lathe::cli
