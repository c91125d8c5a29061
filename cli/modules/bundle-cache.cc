#include "cli/modules/bundle-cache.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/modules/esbuild-service.h"
#include "cli/output.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

using Json = nlohmann::json;

namespace {

// The version of the form of the entries: an entry of another version is ignored.
constexpr int kFormat = 1;

constexpr std::string_view kEnding = ".bundle";

std::string digits(std::size_t number) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kHex[number >> shift & 15];
  return out;
}

std::string hashOf(std::string_view bytes) { return digits(std::hash<std::string_view>()(bytes)); }

std::string whole(const std::string& signature) {
  return std::to_string(kFormat) + " " + LATHE_VERSION + " " + kEsbuildVersion + " " + signature;
}

// What tells by a look whether a file has changed. By the clock's steps, what was written a moment
// ago may be written again unnoticed, so such a stamp alone is not believed.
Json stampOf(const struct stat& status) {
  return {status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino};
}

// The names in a folder, as one text: with others an import may lead elsewhere.
std::string namesHash(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    // Nobody imports what is hidden, and tools leave it everywhere.
    if (!name.starts_with('.')) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  std::string all;
  for (const std::string& name : names) all += name + '/';
  return hashOf(all);
}

// The folders whose names decide what an import means: those of the project's own files, and where
// packages are from there.
std::set<fs::path> foldersOf(const Bundle& bundle) {
  std::set<fs::path> folders;
  std::error_code error;
  for (const fs::path& input : bundle.inputs) {
    if (std::ranges::find(input, fs::path("node_modules")) != input.end()) continue;
    for (fs::path at = input.parent_path(); at.has_relative_path(); at = at.parent_path()) {
      if (at == input.parent_path() && !folders.insert(at).second) break;
      if (fs::is_directory(at / "node_modules", error)) folders.insert(at / "node_modules");
    }
  }
  return folders;
}

// Null when the file may have changed since the bundle was begun.
Json describeFile(const fs::path& path, const Bundle& bundle) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {{"path", path.string()}, {"absent", true}};
  if (!isOlder(path, bundle.begun)) return nullptr;
  try {
    return {{"path", path.string()}, {"stamp", stampOf(status)}, {"hash", hashOf(readFile(path))}};
  } catch (const FileError&) {
    return nullptr;
  }
}

bool isAsDescribed(const Json& file, bool believeStamp) {
  fs::path path = file.at("path").get<std::string>();
  struct stat status {};
  bool there = ::stat(path.c_str(), &status) == 0;
  if (file.contains("absent")) return !there;
  if (!there || file.at("stamp").at(0) != status.st_size) return false;
  if (believeStamp && file.at("stamp") == stampOf(status)) return true;
  return hashOf(readFile(path)) == file.at("hash").get<std::string>();
}

std::vector<fs::path> pathsOf(const Json& files) {
  std::vector<fs::path> paths;
  for (const Json& file : files) paths.emplace_back(file.at("path").get<std::string>());
  return paths;
}

std::shared_ptr<Bundle> readEntry(const fs::path& entry, const std::string& signature) {
  timespec begun = fileClockNow();
  auto text = readFileIfThere(entry);
  if (!text) return nullptr;
  std::size_t end = text->find('\n');
  if (end == text->npos) return nullptr;
  Json head = Json::parse(text->begin(), text->begin() + static_cast<std::ptrdiff_t>(end));
  std::size_t codeSize = head.at("codeSize").get<std::size_t>();
  std::string_view body = std::string_view(*text).substr(end + 1);
  if (head.at("signature") != hashOf(signature) || head.at("sum") != hashOf(body) ||
      codeSize > body.size()) {
    return nullptr;
  }
  // A file that was written shortly before the entry may have changed since: its content is read.
  const auto saved = head.at("begun").get<std::int64_t>();
  for (const char* kind : {"inputs", "settings"}) {
    for (const Json& file : head.at(kind)) {
      bool believe = file.contains("stamp") && file["stamp"].at(1).get<std::int64_t>() + 2 < saved;
      if (!isAsDescribed(file, believe)) return nullptr;
    }
  }
  for (const auto& [folder, names] : head.at("folders").items()) {
    if (namesHash(folder) != names.get<std::string>()) return nullptr;
  }
  auto bundle = std::make_shared<Bundle>();
  bundle->name = head.at("name").get<std::string>();
  bundle->code = body.substr(0, codeSize);
  bundle->map = std::make_shared<BundleMap>(std::string(body.substr(codeSize)));
  bundle->inputs = pathsOf(head.at("inputs"));
  bundle->settings = pathsOf(head.at("settings"));
  bundle->begun = begun;
  bundle->warnings = head.at("warnings").get<std::vector<std::string>>();
  for (const Json& module : head.at("outside")) {
    bundle->outside.push_back({module.at(0).get<std::string>(), module.at(1).get<std::string>(),
                               static_cast<worker::ModuleType>(module.at(2).get<int>()),
                               module.at(3).get<std::string>()});
  }
  return bundle;
}

}  // namespace

fs::path BundleCache::fileOf(const std::string& signature) const {
  std::string text = whole(signature);
  return folder_ / (hashOf(text) + hashOf(text + "/") + std::string(kEnding));
}

std::shared_ptr<Bundle> BundleCache::find(const std::string& signature) const {
  if (folder_.empty()) return nullptr;
  fs::path entry = fileOf(signature);
  try {
    auto bundle = readEntry(entry, whole(signature));
    // What is used stays longest.
    if (bundle) ::utimensat(AT_FDCWD, entry.c_str(), nullptr, 0);
    return bundle;
  } catch (const std::exception&) {
    return nullptr;
  }
}

void BundleCache::keep(const std::string& signature, const Bundle& bundle) const {
  if (folder_.empty()) return;
  Json head = {{"signature", hashOf(whole(signature))},
               {"name", bundle.name},
               {"begun", bundle.begun.tv_sec},
               {"codeSize", bundle.code.size()},
               {"warnings", bundle.warnings},
               {"inputs", Json::array()},
               {"settings", Json::array()},
               {"outside", Json::array()},
               {"folders", Json::object()}};
  auto describe = [&](const char* kind, const std::vector<fs::path>& files) {
    for (const fs::path& path : files) {
      Json file = describeFile(path, bundle);
      if (file.is_null()) return false;
      head[kind].push_back(std::move(file));
    }
    return true;
  };
  if (!describe("inputs", bundle.inputs) || !describe("settings", bundle.settings)) return;
  for (const OutsideModule& module : bundle.outside) {
    head["outside"].push_back(Json::array(
        {module.specifier, module.name, static_cast<int>(module.type), module.path.string()}));
  }
  for (const fs::path& folder : foldersOf(bundle)) head["folders"][folder] = namesHash(folder);
  std::string body = bundle.code + bundle.map->json();
  head["sum"] = hashOf(body);

  std::error_code ignored;
  fs::create_directories(folder_.parent_path(), ignored);
  ::mkdir(folder_.c_str(), 0700);
  fs::path entry = fileOf(signature);
  fs::path draft = entry;
  draft += "." + std::to_string(::getpid());
  int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  std::string text = head.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" + body;
  bool written = writeAll(file, text);
  bool closed = ::close(file) == 0;
  if (!written || !closed || ::rename(draft.c_str(), entry.c_str()) != 0) {
    ::unlink(draft.c_str());
    return;
  }
  sweep();
}

// Takes away what has not been used for longest, until the rest is small enough.
void BundleCache::sweep() const {
  struct Entry {
    fs::file_time_type used;
    std::uintmax_t bytes;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    Entry entry{at->last_write_time(gone), at->file_size(gone), at->path()};
    if (gone) continue;
    bytes += entry.bytes;
    entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& entry : entries) {
    if (bytes <= bytesMax_) return;
    fs::remove(entry.path, error);
    bytes -= entry.bytes;
  }
}

fs::path bundleCacheFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // As the XDG base directory specification wants it: a relative path is passed over.
  if (cache && *cache == '/') return fs::path(cache) / "lathe" / "bundles";
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? fs::path(home) / ".cache" / "lathe" / "bundles" : fs::path();
}

}  // namespace lathe::cli
