#include "engine/js/recent-strings.h"

#include <functional>

namespace lathe::js {

v8::Local<v8::String> RecentStrings::get(Lock& js, std::string_view text) {
  if (text.size() > kTextBytesMax) return js.string(text);
  auto& place = places_[std::hash<std::string_view>()(text) % kPlaces];
  if (place.text != text) {
    place.text = text;
    place.string.Reset();
    return js.string(text);
  }
  if (place.string.IsEmpty()) place.string.Reset(js.v8(), js.name(text));
  return place.string.Get(js.v8());
}

void RecentStrings::clear() {
  for (auto& place : places_) place.string.Reset();
}

}  // namespace lathe::js
