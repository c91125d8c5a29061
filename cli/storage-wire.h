#pragma once

#include <nlohmann/json.hpp>

#include "cli/storage-access.h"

// What a server and those who ask it say to each other about storage, as JSON; docs/control-api.md
// describes it. Ids are hexadecimal digits, keys and values base64. Reading throws
// std::runtime_error for what does not fit.
namespace lathe::cli::wire {

using Json = nlohmann::json;

std::string hexOf(const std::string& bytes);
std::string fromHex(const std::string& text);
std::string fromBase64(const std::string& text);

Json classesToJson(const std::vector<StoredClass>& classes);
std::vector<StoredClass> classesFromJson(const Json& json);
Json objectsToJson(const std::vector<StoredObject>& objects);
std::vector<StoredObject> objectsFromJson(const Json& json);
Json recordsToJson(const StoredRecords& records);
StoredRecords recordsFromJson(const Json& json);
// Without the actor, which the route names.
Json changeToJson(const StoredChange& change);
StoredChange changeFromJson(persist::ActorRef actor, const Json& json);

}  // namespace lathe::cli::wire
