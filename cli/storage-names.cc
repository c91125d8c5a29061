#include "cli/storage-names.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "cli/json-text.h"
#include "engine/api/actor-id.h"
#include "engine/nearest-name.h"

namespace lathe::cli {
namespace {

bool looksLikeId(std::string_view word) {
  return word.size() == 2 * api::ActorId::kBytes &&
         word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string hint(std::string_view word, const std::vector<std::string>& there) {
  std::vector<std::string_view> candidates(there.begin(), there.end());
  return didYouMean(word, candidates);
}

std::string qualified(const StoredClass& one) { return one.worker + "/" + one.className; }

}  // namespace

std::string classTitle(const StoredClass& one, const std::vector<StoredClass>& all) {
  auto same = std::ranges::count(all, one.className, &StoredClass::className);
  return same > 1 ? qualified(one) : one.className;
}

const StoredClass& findClass(const std::string& word, const std::vector<StoredClass>& all) {
  std::vector<const StoredClass*> found;
  std::vector<std::string> there;
  for (const StoredClass& each : all) {
    if (!each.deletedBy.empty()) continue;
    if (each.className == word || qualified(each) == word) found.push_back(&each);
    there.push_back(word.find('/') == std::string::npos ? each.className : qualified(each));
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    throw std::runtime_error("there is no class " + shortlyQuoted(word) + hint(word, there));
  }
  std::string text = "several workers have a class " + shortlyQuoted(word) + ":";
  for (const auto* each : found) text += " " + qualified(*each);
  throw std::runtime_error(text);
}

StoredObject objectNamed(const std::string& word, const StoredClass& in) {
  if (!looksLikeId(word)) return objectCalled(word, in);
  try {
    auto id = api::ActorId::fromString(in.uniqueKey, word);
    return {std::string(id.bytes()), std::nullopt};
  } catch (const api::ActorIdError&) {
    throw std::runtime_error("the id " + word + " is none of the class " + in.className);
  }
}

StoredObject objectCalled(const std::string& name, const StoredClass& in) {
  auto id = api::ActorId::fromName(in.uniqueKey, name);
  return {std::string(id.bytes()), name};
}

std::string idText(const std::string& id) {
  // Only what was written by something else has another length.
  if (id.size() != api::ActorId::kBytes) return jsonQuoted(id);
  return api::ActorId::fromBytes(id, std::nullopt).toString();
}

std::string objectTitle(const StoredObject& object) {
  return object.name ? *object.name : idText(object.id);
}

void failUnknownObject(const std::string& word, const StoredClass& in,
                       const std::vector<StoredObject>& there) {
  std::vector<std::string> names;
  for (const auto& object : there) names.push_back(objectTitle(object));
  throw std::runtime_error("the class " + in.className + " has no object " + shortlyQuoted(word) +
                           hint(word, names));
}

void failUnknownKey(const std::string& key, const std::vector<std::string>& there) {
  throw std::runtime_error("the object has no key " + shortlyQuoted(key) + hint(key, there));
}

}  // namespace lathe::cli
