#include "persist/lmdb-enumeration.h"

#include <map>
#include <string_view>

#include "persist/lmdb-spaces.h"
#include "persist/record-key.h"
#include "persist/state-limits.h"

namespace lathe::persist {

std::vector<ActorStore::Alarm> alarmsIn(const LmdbTransaction& records) {
  const auto spaces = LmdbSpaces::all(records);
  std::vector<ActorStore::Alarm> alarms;
  LmdbCursor cursor(records);
  for (bool there = cursor.seek(alarmsPrefix()); there; there = cursor.next()) {
    auto alarm = alarmOf(cursor.key());
    if (!alarm) break;
    const auto space = spaces.find(alarm->space);
    alarms.push_back(
        {{space == spaces.end() ? "" : space->second, std::move(alarm->actor)}, alarm->time});
  }
  return alarms;
}

std::vector<std::string> spacesIn(const LmdbTransaction& records) {
  std::map<std::string, std::uint32_t> byName;
  for (const auto& [number, name] : LmdbSpaces::all(records)) byName.emplace(name, number);
  std::vector<std::string> names;
  LmdbCursor cursor(records);
  for (const auto& [name, number] : byName) {
    const RecordKey prefix = spacePrefix(number);
    if (cursor.seek(prefix) && cursor.key().starts_with(prefix.view())) names.push_back(name);
  }
  return names;
}

std::vector<std::string> actorsIn(const LmdbTransaction& records, const std::string& space,
                                  const std::string& after, std::size_t limit) {
  std::vector<std::string> ids;
  if (!storable({space, ""})) return ids;
  const auto number = LmdbSpaces().find(records, space);
  if (!number) return ids;
  // Of what is longer than any id the rest makes no difference.
  RecordKey from = actorPrefix(*number, std::string_view(after).substr(0, kActorBytesMax));
  LmdbCursor cursor(records);
  while (ids.size() < limit && cursor.seek(from.afterAll())) {
    auto owner = ownerOf(cursor.key());
    if (!owner || owner->space != *number) break;
    from = actorPrefix(*number, owner->actor);
    ids.push_back(std::move(owner->actor));
  }
  return ids;
}

}  // namespace lathe::persist
