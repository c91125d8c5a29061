#include "cli/storage-session.h"

#include <algorithm>
#include <filesystem>

#include <unistd.h>

#include "cli/output.h"
#include "cli/storage-names.h"

namespace lathe::cli {
namespace {

// How many objects and records are read at a time; a record has up to 2 MB.
constexpr std::size_t kObjectPage = 1000;
constexpr std::size_t kRecordPage = 64;

constexpr std::chrono::milliseconds kFirstProgress{500};
constexpr std::chrono::milliseconds kProgressInterval{100};

std::filesystem::path stateFolder(const StorageOptions& options) {
  if (!options.persistTo.empty()) return std::filesystem::absolute(options.persistTo);
  return loadConfig(options.project).folder / ".lathe" / "state";
}

// The keys that begin with `prefix` end before this one; nothing when there is no end.
std::optional<std::string> endOf(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

StorageSession::StorageSession(const StorageOptions& options)
    : options_(options),
      folder_(loop_, stateFolder(options)),
      values_(loop_.get_executor()),
      classes_(await(access().classes())),
      nextProgress_(std::chrono::steady_clock::now() + kFirstProgress) {}

const StoredClass& StorageSession::chosenClass() const {
  return findClass(options_.words.at(0), classes_);
}

StoredObject StorageSession::chosenObject() {
  const StoredClass& in = chosenClass();
  const std::string& word = options_.words.at(1);
  StoredObject named = objectNamed(word, in);
  persist::Range any;
  any.limit = 1;
  auto records = await(access().records(refOf(in, named), any));
  if (!records.pairs.empty() || records.alarm) return named;
  // It may have a name and nothing else; and if not, a similar one may be meant.
  std::vector<StoredObject> there;
  forEachObject(in, [&](const StoredObject& object) {
    there.push_back(object);
    return object.id != named.id;
  });
  if (there.empty() || there.back().id != named.id) failUnknownObject(word, in, there);
  return named;
}

void StorageSession::forEachObject(const StoredClass& in,
                                   const std::function<bool(const StoredObject&)>& visit) {
  std::string after;
  for (;;) {
    auto page = await(access().objects(in.uniqueKey, after, kObjectPage));
    for (const auto& object : page) {
      if (!visit(object)) return;
    }
    if (page.size() < kObjectPage) return;
    after = page.back().id;
  }
}

std::optional<persist::AlarmTime> StorageSession::forEachRecord(
    const persist::ActorRef& actor, const std::string& prefix,
    const std::function<bool(const persist::Pair&)>& visit) {
  persist::Range range;
  range.start = prefix;
  range.end = endOf(prefix);
  range.limit = kRecordPage;
  for (;;) {
    auto page = await(access().records(actor, range));
    for (const auto& pair : page.pairs) {
      if (!visit(pair)) return page.alarm;
    }
    if (page.pairs.size() < kRecordPage) return page.alarm;
    // The next key there can be.
    range.start = page.pairs.back().key + '\0';
  }
}

void StorageSession::progress(const std::string& text) {
  auto now = std::chrono::steady_clock::now();
  if (now < nextProgress_ || ::isatty(STDERR_FILENO) == 0) return;
  nextProgress_ = now + kProgressInterval;
  progressShown_ = true;
  writeAll(STDERR_FILENO, "\r\x1b[K" + text);
}

void StorageSession::progressDone() {
  if (std::exchange(progressShown_, false)) writeAll(STDERR_FILENO, "\r\x1b[K");
}

}  // namespace lathe::cli
