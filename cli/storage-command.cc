#include "cli/storage-command.h"

#include <iostream>
#include <stdexcept>

#include <unistd.h>

#include "cli/output.h"
#include "cli/storage-backup.h"
#include "cli/storage-listing.h"
#include "cli/storage-names.h"
#include "cli/storage-session.h"
#include "cli/storage-text.h"
#include "cli/storage-window.h"
#include "cli/usage-error.h"
#include "engine/shown-text.h"

namespace lathe::cli {
namespace {

using Action = StorageOptions::Action;

// The record of the key, or the complaint that there is none.
persist::Pair findRecord(StorageSession& session, const StoredClass& in, const StoredObject& object,
                         const std::string& key) {
  persist::Range range;
  range.start = key;
  range.limit = 1;
  auto found = session.await(session.access().records(session.refOf(in, object), range));
  if (!found.pairs.empty() && found.pairs.front().key == key) return found.pairs.front();
  std::vector<std::string> there;
  session.forEachRecord(session.refOf(in, object), "", [&](const persist::Pair& pair) {
    there.push_back(pair.key);
    return true;
  });
  failUnknownKey(key, there);
}

void tell(StorageSession& session, const OrderedJson& json, const std::string& text) {
  session.progressDone();
  writeOut(session.options().json ? lineOf(json) : text + "\n");
}

void get(StorageSession& session) {
  StoredObject object = session.chosenObject();
  auto pair = findRecord(session, session.chosenClass(), object, session.options().words.at(2));
  tell(session, recordJson(pair, session.values()), session.values().shown(*pair.value));
}

void put(StorageSession& session) {
  const auto& words = session.options().words;
  StoredObject object = objectNamed(words.at(1), session.chosenClass());
  StoredChange change;
  change.actor = session.refOf(session.chosenClass(), object);
  change.name = object.name;
  std::string value;
  try {
    value = session.values().fromJson(words.at(3));
  } catch (const std::runtime_error& error) {
    throw UsageError("the value is not JSON (a text has quotes, as in '\"hello\"'): " +
                     std::string(error.what()));
  }
  change.puts.push_back({words.at(2), std::make_shared<const std::string>(std::move(value))});
  session.await(session.access().change(std::move(change)));
  tell(session, {{"put", words.at(2)}},
       "Put " + keyText(words.at(2)) + " of " + shownTitle(object) + ".");
}

void erase(StorageSession& session) {
  const auto& words = session.options().words;
  const StoredClass& in = session.chosenClass();
  StoredObject object = session.chosenObject();
  if (words.size() < 3) {
    session.await(session.access().erase(session.refOf(in, object)));
    return tell(session, {{"deleted", idText(object.id)}},
                "Deleted " + shownText(in.className) + " " + shownTitle(object) + ".");
  }
  const std::string& key = words.at(2);
  findRecord(session, in, object, key);
  StoredChange change;
  change.actor = session.refOf(in, object);
  change.deletes.push_back(key);
  session.await(session.access().change(std::move(change)));
  tell(session, {{"deleted", key}}, "Deleted " + keyText(key) + " of " + shownTitle(object) + ".");
}

// ---- Clear ----

std::vector<StoredClass> classesToClear(const StorageSession& session) {
  const auto& options = session.options();
  if (!options.deleted && !options.words.empty()) return {session.chosenClass()};
  std::vector<StoredClass> chosen;
  for (const auto& each : session.classes()) {
    if (each.deletedBy.empty() != options.deleted) chosen.push_back(each);
  }
  return chosen;
}

bool confirmed(const std::string& what) {
  if (::isatty(STDIN_FILENO) == 0) {
    throw UsageError("this would delete " + what + " for good; say --yes when it should");
  }
  writeAll(STDERR_FILENO, "Delete " + shownText(what) + " for good? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void clear(StorageSession& session) {
  auto chosen = classesToClear(session);
  std::uint64_t expected = 0;
  std::string names;
  for (const auto& each : chosen) {
    expected += each.objects;
    names += (names.empty() ? "" : ", ") + classTitle(each, session.classes());
  }
  if (chosen.empty()) return tell(session, {{"objects", 0}}, "There is nothing to clear.");
  if (expected > 0 && !session.options().yes &&
      !confirmed(counted(expected, "object") + " of " + names)) {
    return;
  }
  std::uint64_t erased = 0, busy = 0;
  auto heard = [&](io::Outcome<void> outcome) {
    try {
      outcome.take();
      ++erased;
    } catch (const ObjectBusy&) {
      ++busy;
    }
    session.progress(std::to_string(erased) + " of " + counted(expected, "object") + " deleted");
  };
  StorageWindow<void> window(session);
  for (const auto& each : chosen) {
    session.forEachObject(each, [&](const StoredObject& object) {
      auto actor = session.refOf(each, object);
      window.add(
          actor, [&] { return session.access().erase(actor); }, heard);
      return true;
    });
  }
  window.finish();
  if (session.options().deleted && busy == 0) session.await(session.access().forgetDeleted());
  tell(session, {{"objects", erased}}, "Deleted " + counted(erased, "object") + ".");
  if (busy > 0) {
    throw ObjectBusy("not deleted, because at work in the running server: " +
                     counted(busy, "object"));
  }
}

void run(StorageSession& session) {
  switch (session.options().action) {
    case Action::list:
      return listStorage(session);
    case Action::get:
      return get(session);
    case Action::put:
      return put(session);
    case Action::erase:
      return erase(session);
    case Action::dump:
      return dumpStorage(session);
    case Action::import:
      return importStorage(session);
    case Action::clear:
      return clear(session);
  }
}

}  // namespace

ExitCode storage(const StorageOptions& options) {
  StorageSession session(options);
  try {
    run(session);
  } catch (const persist::StoreError& error) {
    // A key or a value that cannot be stored is no fault of the state.
    if (error.reason() != persist::StoreError::Reason::invalid) throw;
    throw std::runtime_error(error.what());
  }
  if (!session.damage().empty()) {
    throw persist::StoreError(persist::StoreError::Reason::failed, session.damage());
  }
  return ExitCode::done;
}

}  // namespace lathe::cli
