#include "cli/storage-session.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <unistd.h>

#include "cli/output.h"
#include "cli/storage-names.h"

namespace lathe::cli {
namespace {

// How many objects and records are read at a time; a record has up to 2 MB.
constexpr std::size_t kObjectPage = 1000;
constexpr std::size_t kRecordPage = 64;

// What is skipped at least behind damage, of the first eight bytes of ids: a class of sixteen
// million objects has one in so many.
constexpr std::uint64_t kIdStep = std::uint64_t{1} << 40;

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
      nextProgress_(std::chrono::steady_clock::now() + kFirstProgress) {
  for (const auto& each : classes_) {
    if (damage_.empty()) damage_ = each.uncounted;
  }
}

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
  std::size_t limit = kObjectPage;
  for (;;) {
    std::vector<StoredObject> page;
    try {
      page = await(access().objects(in.uniqueKey, after, limit));
    } catch (const persist::StoreError&) {
      noteDamage();
      // One by one up to the place, and then beyond it.
      if (std::exchange(limit, 1) > 1) continue;
      auto beyond = beyondDamage(in, after);
      if (!beyond) return;
      after = std::move(*beyond);
      limit = kObjectPage;
      continue;
    }
    for (const auto& object : page) {
      if (!visit(object)) return;
    }
    if (page.size() < limit) return;
    after = page.back().id;
  }
}

void StorageSession::noteDamage() {
  try {
    throw;
  } catch (const persist::StoreError& error) {
    if (error.reason() != persist::StoreError::Reason::failed) throw;
    if (damage_.empty()) damage_ = error.what();
  }
}

// Ids are as good as random: what their first eight bytes are as a number tells how far apart they
// are.
std::optional<std::string> StorageSession::beyondDamage(const StoredClass& in,
                                                        const std::string& id) {
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < sizeof begin; ++i) {
    begin = begin << 8 | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0);
  }
  auto idAt = [](std::uint64_t number) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
    return bytes;
  };
  auto readable = [&](std::uint64_t number) {
    auto outcome = awaitOutcome(access().objects(in.uniqueKey, idAt(number), 1));
    return !outcome.failed();
  };
  std::uint64_t bad = begin, good = begin;
  for (std::uint64_t step = kIdStep; good == begin; step *= 2) {
    if (step == 0 || step > ~begin) return std::nullopt;
    (readable(begin + step) ? good : bad) = begin + step;
  }
  while (good - bad > kIdStep) {
    std::uint64_t middle = bad + (good - bad) / 2;
    (readable(middle) ? good : bad) = middle;
  }
  return idAt(good);
}

std::optional<persist::AlarmTime> StorageSession::forEachRecord(
    const persist::ActorRef& actor, const std::string& prefix,
    const std::function<bool(const persist::Pair&)>& visit) {
  persist::Range range;
  range.start = prefix;
  range.end = endOf(prefix);
  range.limit = kRecordPage;
  std::optional<persist::AlarmTime> alarm;
  for (;;) {
    StoredRecords page;
    try {
      page = await(access().records(actor, range));
    } catch (const persist::StoreError&) {
      noteDamage();
      // One by one up to the place, then from the end, and one by one again.
      if (std::exchange(range.limit, 1) != 1u) continue;
      if (std::exchange(range.reverse, true)) return alarm;
      range.limit = kRecordPage;
      continue;
    }
    if (page.alarm) alarm = page.alarm;
    for (const auto& pair : page.pairs) {
      if (!visit(pair)) return alarm;
    }
    if (page.pairs.size() < *range.limit) return alarm;
    if (range.reverse) {
      range.end = page.pairs.back().key;
    } else {
      // The next key there can be.
      range.start = page.pairs.back().key + '\0';
    }
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
