#include "cli/storage-backup.h"

#include <fstream>
#include <iostream>
#include <stdexcept>

#include "cli/output.h"
#include "cli/storage-names.h"
#include "cli/storage-text.h"
#include "cli/storage-window.h"
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

// Names the place in what is imported.
class ImportFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the JSON library says, without the number that it begins with.
std::string plainText(const Json::exception& error) {
  std::string text = error.what();
  auto end = text.find("] ");
  return end == std::string::npos ? text : text.substr(end + 2);
}

class Import {
 public:
  explicit Import(StorageSession& session) : session_(session), window_(session) {}

  // Takes line `number` in, which is `json`. Throws ImportFailure.
  void line(std::uint64_t number, const std::string& json) {
    Line line;
    try {
      line = read(Json::parse(json));
    } catch (const Json::exception& error) {
      finish();
      throw ImportFailure("line " + std::to_string(number) +
                          " is none that `lathe storage dump` wrote: " + plainText(error));
    } catch (const std::runtime_error& error) {
      finish();
      throw ImportFailure("line " + std::to_string(number) + ": " + error.what());
    }
    add(number, std::move(line));
  }

  // Waits until all lines so far are stored.
  void finish() {
    flush();
    window_.finish();
  }

  std::uint64_t records() const { return records_; }

 private:
  struct Line {
    persist::ActorRef actor;
    std::optional<std::string> name;
    std::optional<persist::AlarmTime> alarm;
    std::optional<persist::Pair> pair;
  };

  Line read(const Json& json) {
    std::string worker = json.at("worker"), className = json.at("class"), id = json.at("id");
    const StoredClass& in = findIn(worker, className);
    auto name = json.find("name");
    StoredObject object = name == json.end() ? objectNamed(id, in) : objectCalled(*name, in);
    Line line{session_.refOf(in, object), object.name, std::nullopt, std::nullopt};
    if (auto alarm = json.find("alarm"); alarm != json.end()) {
      line.alarm = persist::AlarmTime(std::chrono::milliseconds(alarm->get<std::int64_t>()));
    }
    if (auto key = json.find("key"); key != json.end()) {
      auto value = web::forgivingBase64Decode(json.at("value").get<std::string>());
      if (!value) throw std::runtime_error("\"value\" is not base64");
      if (!session_.values().readable(*value)) {
        throw std::runtime_error("\"value\" is not the stored form of any value");
      }
      line.pair = {key->get<std::string>(), std::make_shared<const std::string>(std::move(*value))};
    }
    return line;
  }

  void add(std::uint64_t number, Line line) {
    bool full = pending_.puts.size() >= kPairsMax || bytes_ >= kBytesMax;
    if (line.actor != pending_.actor || full) {
      flush();
      pending_.actor = std::move(line.actor);
      pending_.name = std::move(line.name);
    }
    lastLine_ = number;
    if (line.alarm) pending_.alarm = line.alarm;
    if (!line.pair) return;
    bytes_ += line.pair->value->size();
    pending_.puts.push_back(std::move(*line.pair));
  }

  void flush() {
    auto change = std::exchange(pending_, {});
    bytes_ = 0;
    if (change.actor.space.empty()) return;
    auto heard = [this, count = change.puts.size(),
                  last = lastLine_](io::Outcome<std::uint64_t> outcome) {
      hear(std::move(outcome), last);
      records_ += count;
      session_.progress(counted(records_, "record") + " imported");
    };
    persist::ActorRef actor = change.actor;
    window_.add(
        actor, [&] { return session_.access().change(std::move(change)); }, std::move(heard));
  }

  // Throws with the place what the lines up to `last` have failed with, when it is their fault.
  static void hear(io::Outcome<std::uint64_t> outcome, std::uint64_t last) {
    std::string place = "near line " + std::to_string(last) + ": ";
    try {
      outcome.take();
    } catch (const persist::StoreError& error) {
      if (error.reason() != persist::StoreError::Reason::invalid) throw;
      throw ImportFailure(place + error.what());
    } catch (const ObjectBusy& error) {
      throw ImportFailure(place + error.what());
    }
  }

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
  StorageWindow<std::uint64_t> window_;
  StoredChange pending_;
  std::uint64_t lastLine_ = 0;
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
  std::string source = path == "-" ? "standard input" : path;
  if (!in) throw std::runtime_error(source + " cannot be read");
  Import import(session);
  std::string text;
  std::uint64_t number = 0;
  try {
    while (std::getline(in, text)) {
      ++number;
      if (text.find_first_not_of(" \t\r") != std::string::npos) import.line(number, text);
    }
    import.finish();
  } catch (const ImportFailure& error) {
    throw std::runtime_error(source + ": " + error.what());
  }
  session.progressDone();
  if (session.options().json) {
    writeOut(lineOf({{"records", import.records()}}));
  } else {
    writeOut("Imported " + counted(import.records(), "record") + ".\n");
  }
}

}  // namespace lathe::cli
