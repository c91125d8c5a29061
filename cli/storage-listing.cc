#include "cli/storage-listing.h"

#include <algorithm>

#include "cli/output.h"
#include "cli/storage-names.h"
#include "cli/storage-text.h"
#include "engine/shown-text.h"

namespace lathe::cli {
namespace {

void listClasses(StorageSession& session) {
  OrderedJson list = OrderedJson::array();
  std::size_t workerWidth = 0, classWidth = 0;
  for (const auto& each : session.classes()) {
    workerWidth = std::max(workerWidth, shownText(each.worker).size());
    classWidth = std::max(classWidth, shownText(each.className).size());
  }
  std::string text;
  for (const auto& each : session.classes()) {
    if (session.options().json) {
      OrderedJson item = {{"worker", each.worker},
                          {"class", each.className},
                          {"sqlite", each.sqlite},
                          {"objects", each.objects}};
      if (!each.deletedBy.empty()) item["deletedBy"] = each.deletedBy;
      list.push_back(std::move(item));
      continue;
    }
    std::string worker = shownText(each.worker), name = shownText(each.className);
    worker.resize(workerWidth + 2, ' ');
    name.resize(classWidth + 2, ' ');
    text += worker + name + counted(each.objects, "object");
    if (!each.deletedBy.empty()) {
      text += ", set aside by the migration \"" + shownText(each.deletedBy) + "\"";
    }
    text += "\n";
  }
  if (session.options().json) text = lineOf(list);
  if (text.empty()) text = "There are no classes yet.\n";
  writeOut(text);
}

// Before what there is none of.
const char* such(const StorageSession& session) {
  return session.options().prefix.empty() ? "" : "such ";
}

void listObjects(StorageSession& session) {
  const StoredClass& in = session.chosenClass();
  OrderedJson list = OrderedJson::array();
  std::uint64_t left = session.options().limit.value_or(~std::uint64_t{0});
  bool any = false;
  session.forEachObject(in, [&](const StoredObject& object) {
    if (left == 0) return false;
    if (object.name ? !object.name->starts_with(session.options().prefix)
                    : !session.options().prefix.empty()) {
      return true;
    }
    --left;
    any = true;
    if (!session.options().json) {
      std::string text = shownTitle(object);
      if (object.sockets > 0) text += ", " + counted(object.sockets, "WebSocket");
      if (object.hibernating) text += ", hibernating";
      return writeOut(text + "\n");
    }
    OrderedJson item = {{"id", idText(object.id)}};
    if (object.name) item["name"] = *object.name;
    if (object.sockets > 0) {
      item["sockets"] = object.sockets;
      item["hibernating"] = object.hibernating;
    }
    list.push_back(std::move(item));
    return true;
  });
  if (session.options().json) {
    writeOut(lineOf(list));
  } else if (!any) {
    writeOut(shownText("The class " + in.className + " has no ") + such(session) + "objects.\n");
  }
}

void listRecords(StorageSession& session) {
  const StoredClass& in = session.chosenClass();
  StoredObject object = session.chosenObject();
  OrderedJson list = OrderedJson::array();
  std::uint64_t left = session.options().limit.value_or(~std::uint64_t{0});
  bool any = false;
  auto alarm = session.forEachRecord(
      session.refOf(in, object), session.options().prefix, [&](const persist::Pair& pair) {
        if (left == 0) return false;
        --left;
        any = true;
        if (!session.options().json) {
          return writeOut(keyText(pair.key) + " = " + session.values().shown(*pair.value) + "\n");
        }
        list.push_back(recordJson(pair, session.values()));
        return true;
      });
  if (session.options().json) {
    OrderedJson json = {{"id", idText(object.id)}};
    if (object.name) json["name"] = *object.name;
    if (alarm) json["alarm"] = timeText(*alarm);
    json["records"] = std::move(list);
    writeOut(lineOf(json));
    return;
  }
  if (!any) writeOut("The object has no " + std::string(such(session)) + "keys.\n");
  if (alarm) writeOut("(alarm at " + timeText(*alarm) + ")\n");
}

}  // namespace

void listStorage(StorageSession& session) {
  switch (session.options().words.size()) {
    case 0:
      return listClasses(session);
    case 1:
      return listObjects(session);
    default:
      return listRecords(session);
  }
}

}  // namespace lathe::cli
