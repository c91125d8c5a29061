#include "tests/unit/persist/actor-cache-model-store.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

namespace lathe::persist {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::exception_ptr failure(StoreError::Reason reason) {
  return std::make_exception_ptr(StoreError(reason, "as the test wanted it"));
}

}  // namespace

std::map<std::string, std::string> ModelStore::contents() const {
  std::map<std::string, std::string> contents;
  for (const auto& [key, value] : records_) contents.emplace(key, *value);
  return contents;
}

// ---- One step ----

bool ModelStore::step() {
  const std::size_t choices = reads_.size() + (commits_.empty() ? 0 : 1);
  if (choices == 0) return false;
  const std::size_t choice = random_() % choices;
  if (choice < reads_.size()) {
    auto reading = std::next(reads_.begin(), static_cast<std::ptrdiff_t>(choice));
    if (reading->look) {
      std::exchange(reading->look, nullptr)();
    } else {
      auto answer = std::move(reading->answer);
      reads_.erase(reading);
      answer();
    }
    return true;
  }
  Committing& front = commits_.front();
  if (!front.result) {
    std::exception_ptr error;
    if (chance(failures_.disconnectedCommits)) {
      error = failure(StoreError::Reason::disconnected);
    } else if (chance(failures_.failedCommits)) {
      error = failure(StoreError::Reason::failed);
    }
    if (!error) {
      front.result = apply(front.batch);
      return true;
    }
    auto resolver = std::move(front.resolver);
    commits_.pop_front();
    resolver.reject(error);
    return true;
  }
  Committing done = std::move(front);
  commits_.pop_front();
  if (chance(failures_.lostAnswers)) {
    done.resolver.reject(failure(StoreError::Reason::disconnected));
  } else {
    done.resolver.resolve(std::move(*done.result));
  }
  return true;
}

// ---- Reads ----

template <class T>
io::Pending<T> ModelStore::read(std::function<T()> look) {
  struct Running {
    std::optional<T> seen;
    io::Resolver<T> resolver;
  };
  auto channel = io::makePending<T>();
  auto running = std::make_shared<Running>();
  running->resolver = std::move(channel.resolver);
  reads_.push_back({[running, look = std::move(look)] { running->seen = look(); },
                    [this, running] {
                      if (chance(failures_.disconnectedReads)) {
                        running->resolver.reject(failure(StoreError::Reason::disconnected));
                      } else {
                        running->resolver.resolve(std::move(*running->seen));
                      }
                    }});
  return std::move(channel.pending);
}

io::Pending<Value> ModelStore::get(const ActorRef&, RecordKind, std::string key) {
  return read<Value>([this, key] { return look(key); });
}

io::Pending<std::vector<Pair>> ModelStore::getMultiple(const ActorRef&, RecordKind,
                                                       std::vector<std::string> keys) {
  return read<std::vector<Pair>>([this, keys] {
    std::vector<Pair> found;
    for (const std::string& key : keys) {
      if (auto value = look(key)) found.push_back({key, value});
    }
    return found;
  });
}

io::Pending<std::vector<Pair>> ModelStore::list(const ActorRef&, RecordKind, Range range) {
  return read<std::vector<Pair>>([this, range] { return look(range); });
}

io::Pending<std::optional<AlarmTime>> ModelStore::getAlarm(const ActorRef&) {
  return read<std::optional<AlarmTime>>([this] { return alarm_; });
}

Value ModelStore::look(const std::string& key) const {
  auto record = records_.find(key);
  return record == records_.end() ? nullptr : record->second;
}

std::vector<Pair> ModelStore::look(const Range& range) const {
  std::vector<Pair> found;
  auto from = records_.lower_bound(range.start);
  auto to = range.end ? records_.lower_bound(*range.end) : records_.end();
  for (; from != to; ++from) found.push_back({from->first, from->second});
  if (range.reverse) std::reverse(found.begin(), found.end());
  if (range.limit && found.size() > *range.limit) found.resize(*range.limit);
  return found;
}

// ---- Writes ----

io::Pending<BatchResult> ModelStore::commit(Batch batch) {
  // What was begun before does not see it.
  for (Reading& reading : reads_) {
    if (reading.look) std::exchange(reading.look, nullptr)();
  }
  auto channel = io::makePending<BatchResult>();
  commits_.push_back({std::move(batch), std::move(channel.resolver), std::nullopt});
  ++commitCount_;
  return std::move(channel.pending);
}

BatchResult ModelStore::apply(const Batch& batch) {
  BatchResult result;
  for (const Change& change : batch.changes) {
    result.push_back(std::visit(Overloaded{[&](const Put& put) -> std::uint64_t {
                                             for (const Pair& pair : put.pairs)
                                               records_[pair.key] = pair.value;
                                             return 0;
                                           },
                                           [&](const Delete& deletion) -> std::uint64_t {
                                             std::uint64_t count = 0;
                                             for (const std::string& key : deletion.keys)
                                               count += records_.erase(key);
                                             return deletion.counted ? count : 0;
                                           },
                                           [&](const DeleteAll&) -> std::uint64_t {
                                             const std::uint64_t count = records_.size();
                                             records_.clear();
                                             return count;
                                           },
                                           [&](const SetAlarm& set) -> std::uint64_t {
                                             alarm_ = set.time;
                                             return 0;
                                           },
                                           [&](const DeleteAlarm& deletion) -> std::uint64_t {
                                             if (!alarm_ ||
                                                 (deletion.onlyAt && deletion.onlyAt != alarm_))
                                               return 0;
                                             alarm_.reset();
                                             return 1;
                                           }},
                                change));
  }
  return result;
}

// ---- What a cache does not ask ----

io::Pending<std::vector<ActorStore::Alarm>> ModelStore::alarms() {
  throw std::logic_error("not asked by a cache");
}
io::Pending<std::vector<std::string>> ModelStore::spaces() {
  throw std::logic_error("not asked by a cache");
}
io::Pending<std::vector<std::string>> ModelStore::actors(std::string, std::string, std::size_t) {
  throw std::logic_error("not asked by a cache");
}
io::Pending<void> ModelStore::erase(ActorRef) { throw std::logic_error("not asked by a cache"); }

}  // namespace lathe::persist
