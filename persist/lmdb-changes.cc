#include "persist/lmdb-changes.h"

#include "persist/lmdb-records.h"
#include "persist/record-key.h"

namespace lathe::persist {
namespace {

// One actor, in one transaction.
class ActorChanges {
 public:
  ActorChanges(LmdbTransaction& records, std::uint32_t space, const std::string& actor)
      : records_(records), space_(space), actor_(actor), prefix_(actorPrefix(space, actor)) {}

  std::uint64_t operator()(const Put& put) {
    of(put.kind).put(put.pairs);
    return 0;
  }

  std::uint64_t operator()(const Delete& gone) {
    auto records = of(gone.kind);
    std::uint64_t count = 0;
    for (const auto& key : gone.keys) count += records.erase(key) ? 1 : 0;
    return gone.counted ? count : 0;
  }

  std::uint64_t operator()(const DeleteAll&) {
    return of(RecordKind::keyValue).clear() + of(RecordKind::sqlPage).clear();
  }

  std::uint64_t operator()(const SetAlarm& set) {
    const auto stored = alarm();
    if (stored == set.time) return 0;
    if (stored) records_.erase(alarmKey(*stored, space_, actor_));
    const auto milliseconds = static_cast<std::uint64_t>(set.time.time_since_epoch().count());
    records_.put(alarmKey(set.time, space_, actor_), "");
    of(RecordKind::alarm)
        .put({{"", std::make_shared<const std::string>(numberValue(milliseconds))}});
    return 0;
  }

  std::uint64_t operator()(const DeleteAlarm& gone) {
    const auto stored = alarm();
    if (!stored || (gone.onlyAt && *gone.onlyAt != *stored)) return 0;
    records_.erase(alarmKey(*stored, space_, actor_));
    of(RecordKind::alarm).erase("");
    return 1;
  }

  void erase() {
    (*this)(DeleteAlarm{});
    LmdbCursor cursor(records_);
    bool there = cursor.seek(prefix_);
    for (; there && cursor.key().starts_with(prefix_.view()); there = cursor.next()) {
      cursor.erase();
    }
  }

 private:
  LmdbRecords of(RecordKind kind) { return {records_, prefix_, kind}; }

  std::optional<AlarmTime> alarm() {
    const auto stored = of(RecordKind::alarm).get("");
    if (!stored) return std::nullopt;
    return alarmTimeOf(*stored);
  }

  LmdbTransaction& records_;
  const std::uint32_t space_;
  const std::string& actor_;
  const RecordKey prefix_;
};

bool writes(const Change& change) {
  return std::holds_alternative<Put>(change) || std::holds_alternative<SetAlarm>(change);
}

}  // namespace

AlarmTime alarmTimeOf(std::string_view value) {
  const auto milliseconds = numberOf(value);
  if (!milliseconds) {
    throw StoreError(StoreError::Reason::failed, "an alarm in the state file is damaged");
  }
  return AlarmTime(std::chrono::milliseconds(static_cast<std::int64_t>(*milliseconds)));
}

BatchResult applyBatch(LmdbTransaction& records, LmdbSpaces& spaces, const Batch& batch) {
  BatchResult counts(batch.changes.size(), 0);
  auto space = spaces.find(records, batch.actor.space);
  if (!space) {
    // Nothing is there to be deleted, and no number is wasted on it.
    bool any = false;
    for (const Change& change : batch.changes) any = any || writes(change);
    if (!any) return counts;
    space = spaces.findOrAdd(records, batch.actor.space);
  }
  ActorChanges changes(records, *space, batch.actor.actor);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = std::visit(changes, batch.changes[i]);
  }
  return counts;
}

void eraseActor(LmdbTransaction& records, LmdbSpaces& spaces, const ActorRef& actor) {
  if (const auto space = spaces.find(records, actor.space)) {
    ActorChanges(records, *space, actor.actor).erase();
  }
}

}  // namespace lathe::persist
