#include "cli/storage-backup.h"

#include <fstream>
#include <iostream>
#include <stdexcept>

#include "cli/output.h"
#include "cli/storage-names.h"
#include "cli/storage-text.h"
#include "engine/web/forgiving-base64.h"

namespace lathe::cli {
namespace {

using Json = nlohmann::json;

// How much of one object is stored at once.
constexpr std::size_t kPairsMax = 128;
constexpr std::size_t kBytesMax = std::size_t{4} << 20;

class Dump {
 public:
  explicit Dump(StorageSession& session) : session_(session) {}

  void object(const StoredClass& in, const StoredObject& object) {
    OrderedJson head = {{"worker", in.worker}, {"class", in.className}, {"id", idText(object.id)}};
    if (object.name) head["name"] = *object.name;
    bool any = false;
    auto alarm = session_.forEachRecord(
        session_.refOf(in, object), session_.options().prefix, [&](const persist::Pair& pair) {
          OrderedJson line = head;
          line["key"] = pair.key;
          line["value"] = toBase64(*pair.value);
          line["shown"] = session_.values().shown(*pair.value);
          any = true;
          session_.progress(counted(++records_, "record") + " dumped");
          return reading_ = writeOut(lineOf(line));
        });
    if (!reading_ || (any && !alarm)) return;
    if (alarm) head["alarm"] = alarm->time_since_epoch().count();
    reading_ = writeOut(lineOf(head));
  }

  // Whether anybody reads it still.
  bool reading() const { return reading_; }

 private:
  StorageSession& session_;
  std::uint64_t records_ = 0;
  bool reading_ = true;
};

class Import {
 public:
  explicit Import(StorageSession& session) : session_(session) {}

  // Takes one line in.
  void line(const Json& json) {
    std::string worker = json.at("worker"), className = json.at("class"), id = json.at("id");
    const StoredClass& in = findIn(worker, className);
    auto name = json.find("name");
    StoredObject object = name == json.end() ? objectNamed(id, in) : objectCalled(*name, in);
    persist::ActorRef actor = session_.refOf(in, object);
    if (actor != pending_.actor || pending_.puts.size() >= kPairsMax || bytes_ >= kBytesMax) {
      flush();
      pending_.actor = actor;
      pending_.name = object.name;
    }
    if (auto alarm = json.find("alarm"); alarm != json.end()) {
      pending_.alarm = persist::AlarmTime(std::chrono::milliseconds(alarm->get<std::int64_t>()));
    }
    if (auto key = json.find("key"); key != json.end()) {
      auto value = web::forgivingBase64Decode(json.at("value").get<std::string>());
      if (!value) throw std::runtime_error("\"value\" is not base64");
      bytes_ += value->size();
      pending_.puts.push_back(
          {key->get<std::string>(), std::make_shared<const std::string>(std::move(*value))});
      ++records_;
    }
    session_.progress(counted(records_, "record") + " imported");
  }

  void flush() {
    auto change = std::exchange(pending_, {});
    bytes_ = 0;
    if (change.actor.space.empty()) return;
    session_.await(session_.access().change(std::move(change)));
  }

  std::uint64_t records() const { return records_; }

 private:
  // The worker may have another name here, as one without a name of its own does.
  const StoredClass& findIn(const std::string& worker, const std::string& className) {
    for (const auto& each : session_.classes()) {
      if (each.worker == worker && each.className == className && each.deletedBy.empty()) {
        return each;
      }
    }
    return findClass(className, session_.classes());
  }

  StorageSession& session_;
  StoredChange pending_;
  std::size_t bytes_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace

void dumpStorage(StorageSession& session) {
  const auto& words = session.options().words;
  Dump dump(session);
  if (words.size() > 1) return dump.object(session.chosenClass(), session.chosenObject());
  for (const auto& each : session.classes()) {
    if (!each.deletedBy.empty()) continue;
    if (!words.empty() && &each != &session.chosenClass()) continue;
    session.forEachObject(each, [&](const StoredObject& object) {
      dump.object(each, object);
      return dump.reading();
    });
  }
}

void importStorage(StorageSession& session) {
  const std::string& path = session.options().words.at(0);
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) throw std::runtime_error(path + " cannot be read");
  Import import(session);
  std::string text;
  std::uint64_t number = 0;
  try {
    while (std::getline(in, text)) {
      ++number;
      if (text.find_first_not_of(" \t\r") != std::string::npos) import.line(Json::parse(text));
    }
    import.flush();
  } catch (const persist::StoreError& error) {
    if (error.reason() != persist::StoreError::Reason::invalid) throw;
    throw std::runtime_error(path + ": near line " + std::to_string(number) + ": " + error.what());
  } catch (const Json::exception& error) {
    import.flush();
    throw std::runtime_error(path + ": line " + std::to_string(number) +
                             " is none that `lathe storage dump` wrote: " + error.what());
  } catch (const ObjectBusy& error) {
    throw ObjectBusy(path + ": near line " + std::to_string(number) + ": " + error.what());
  } catch (const std::runtime_error& error) {
    import.flush();
    throw std::runtime_error(path + ": line " + std::to_string(number) + ": " + error.what());
  }
  session.progressDone();
  if (session.options().json) {
    writeOut(lineOf({{"records", import.records()}}));
  } else {
    writeOut("Imported " + counted(import.records(), "record") + ".\n");
  }
}

}  // namespace lathe::cli
