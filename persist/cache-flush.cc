#include "persist/cache-flush.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/post.hpp>

#include "persist/cache-failure.h"

namespace lathe::persist {
namespace {

// How often a batch is sent when the store is not reached.
constexpr int kAttemptsMax = 5;

}  // namespace

void CacheFlush::close() {
  closed_ = true;
  commit_ = {};
  // Whoever hears of it may call in again: nothing is left to be found then.
  auto next = std::move(next_);
  auto current = std::move(current_);
  auto counted = std::move(counted_);
  counted.splice(counted.end(), countedAside_);
  auto all = std::move(deleteAll_);
  auto waiting = std::move(waitForLess_);
  deleteAll_.reset();
}

// ---- Writes ----

void CacheFlush::wrote(WriteOptions options) {
  if (failed_) return;
  request();
  if (options.allowUnconfirmed || next_.hold) return;
  auto channel = io::makePending<void>();
  next_.hold = std::move(channel.resolver);
  with_.owner.holdOutput(std::move(channel.pending));
}

io::Pending<std::uint64_t> CacheFlush::countErased(std::vector<CacheEntry*> erased,
                                                   std::uint64_t more) {
  if (failed_) return io::Pending<std::uint64_t>::failed(failed_);
  for (CacheEntry* entry : erased) entry->countedDelete = true;
  auto channel = io::makePending<std::uint64_t>();
  counted_.push_back({std::move(erased), more, std::move(channel.resolver), std::nullopt});
  return std::move(channel.pending);
}

io::Pending<std::uint64_t> CacheFlush::deleteAll(ActorCache::AlarmToo alarm, WriteOptions options) {
  if (failed_) return io::Pending<std::uint64_t>::failed(failed_);
  auto channel = io::makePending<std::uint64_t>();
  if (deleteAll_) {
    with_.map.eraseAll(CacheMap::DirtyEntries::drop);
    deleteAll_->merged.push_back(std::move(channel.resolver));
  } else {
    with_.map.eraseAll(CacheMap::DirtyEntries::setAside);
    countedAside_.splice(countedAside_.end(), counted_);
    deleteAll_.emplace();
    deleteAll_->resolver = std::move(channel.resolver);
  }
  if (alarm == ActorCache::AlarmToo::yes) with_.alarm.deleteWithAll();
  wrote(options);
  return std::move(channel.pending);
}

// ---- Waiting ----

std::optional<io::Pending<void>> CacheFlush::sync() {
  if (failed_) return io::Pending<void>::failed(failed_);
  if (!next_.requested && !running_) return std::nullopt;
  auto channel = io::makePending<void>();
  (next_.requested ? next_ : current_).syncs.push_back(std::move(channel.resolver));
  return std::move(channel.pending);
}

io::Pending<void> CacheFlush::whenLess() {
  if (failed_) return io::Pending<void>::failed(failed_);
  auto channel = io::makePending<void>();
  waitForLess_.push_back(std::move(channel.resolver));
  return std::move(channel.pending);
}

void CacheFlush::readEnded() {
  if (closed_) return;
  if (heldFor_ && with_.reads.endedBefore(*heldFor_)) {
    heldFor_.reset();
    with_.map.releaseHeld();
    with_.map.withinLimits();
  }
  sendWhenRead();
}

// ---- A flush from its beginning to its end ----

void CacheFlush::request() {
  if (next_.requested) return;
  next_.requested = true;
  if (!running_) postBegin();
}

void CacheFlush::postBegin() {
  boost::asio::post(executor_, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->begin();
  });
}

void CacheFlush::begin() {
  if (closed_ || failed_ || running_ || !next_.requested) return;
  running_ = true;
  current_ = std::exchange(next_, {});
  attempts_ = 0;
  proceed();
}

// Sends what is next in the order: what was written before a deleteAll, that, what was written
// since.
void CacheFlush::proceed() {
  CacheMap& map = with_.map;
  if (!deleteAll_) {
    Batch batch = takeWrites(map.dirty(), counted_);
    batch.changes.empty() ? finish() : send(Sending::writes, std::move(batch));
    return;
  }
  deleteAll_->begun = true;
  Batch batch = takeWrites(map.aside(), countedAside_);
  if (batch.changes.empty()) {
    batch.changes.push_back(DeleteAll{});
    send(Sending::deleteAll, std::move(batch));
  } else {
    send(Sending::writes, std::move(batch));
  }
}

Batch CacheFlush::takeWrites(CacheEntryList& entries, CountedDeletes& counted) {
  Batch batch{with_.actor, {}};
  for (auto group = counted.begin(); group != counted.end();) {
    if (!group->resolver.wanted()) {
      // Nobody waits for the number: deleted like all others, if still to be deleted at all.
      for (CacheEntry* entry : group->entries) entry->countedDelete = false;
      group = counted.erase(group);
      continue;
    }
    Delete deletion{.keys = {}, .counted = true};
    deletion.keys.reserve(group->entries.size());
    for (const CacheEntry* entry : group->entries) deletion.keys.push_back(entry->key);
    group->change = batch.changes.size();
    batch.changes.push_back(std::move(deletion));
    ++group;
  }
  Delete deletion;
  Put put;
  put.pairs.reserve(entries.size());
  for (CacheEntry& entry : entries) {
    entry.flushing = true;
    if (entry.present()) {
      put.pairs.push_back({entry.key, entry.value});
    } else if (!entry.countedDelete) {
      deletion.keys.push_back(entry.key);
    }
  }
  if (!deletion.keys.empty()) batch.changes.push_back(std::move(deletion));
  if (!put.pairs.empty()) batch.changes.push_back(std::move(put));
  alarm_ = with_.alarm.beginFlush();
  const bool stores = (alarm_ && alarm_->stored) ||
                      (!batch.changes.empty() && std::holds_alternative<Put>(batch.changes.back()));
  metadataSent_ = stores && !with_.metadata.empty();
  if (metadataSent_) batch.changes.push_back(Put{RecordKind::metadata, with_.metadata});
  if (alarm_) batch.changes.push_back(alarm_->change);
  return batch;
}

void CacheFlush::send(Sending what, Batch batch) {
  sending_ = what;
  batch_ = std::move(batch);
  // So that no read sees what was written after it.
  readsBefore_ = with_.reads.next();
  waitsForReads_ = true;
  sendWhenRead();
}

void CacheFlush::sendWhenRead() {
  if (!waitsForReads_ || !with_.reads.endedBefore(readsBefore_)) return;
  waitsForReads_ = false;
  ++attempts_;
  io::Pending<BatchResult> commit;
  try {
    commit = with_.store.commit(std::move(batch_));
  } catch (...) {
    commit = io::Pending<BatchResult>::failed(std::current_exception());
  }
  if (commit.settled()) {
    sent(commit.takeOutcome());
  } else {
    commit_ = std::move(commit);
    commit_.then([this](io::Outcome<BatchResult> outcome) { sent(std::move(outcome)); });
  }
}

void CacheFlush::sent(io::Outcome<BatchResult> outcome) {
  auto self = shared_from_this();
  commit_ = {};
  const Sending what = std::exchange(sending_, Sending::nothing);
  if (auto error = outcome.error()) {
    if (isDisconnected(error) && attempts_ < kAttemptsMax && !stopped_) {
      proceed();  // with what was written meanwhile
    } else {
      fail(visibleFailure(what == Sending::deleteAll ? FailedWrite::deleteAll : FailedWrite::flush,
                          error));
    }
    return;
  }
  attempts_ = 0;
  const BatchResult result = outcome.take();
  what == Sending::deleteAll ? allDeleted(result.front()) : writesStored(result);
}

void CacheFlush::writesStored(const BatchResult& result) {
  if (metadataSent_) with_.metadata.clear();
  std::vector<std::pair<io::Resolver<std::uint64_t>, std::uint64_t>> counts;
  for (CountedDeletes* deletes : {&countedAside_, &counted_}) {
    for (auto group = deletes->begin(); group != deletes->end();) {
      if (!group->change) {
        ++group;
        continue;
      }
      for (CacheEntry* entry : group->entries) entry->countedDelete = false;
      counts.emplace_back(std::move(group->resolver), group->more + result[*group->change]);
      group = deletes->erase(group);
    }
  }
  // A read that began meanwhile may say what was before.
  const bool hold = !with_.reads.endedBefore(with_.reads.next());
  with_.map.flushed(hold ? CacheMap::AfterFlush::hold : CacheMap::AfterFlush::release);
  if (hold) heldFor_ = with_.reads.next();
  with_.map.withinLimits();
  if (auto alarm = std::exchange(alarm_, std::nullopt)) {
    const auto* deletion = std::get_if<DeleteAlarm>(&alarm->change);
    const bool done = !deletion || !deletion->onlyAt || result.back() > 0;
    with_.alarm.flushed(done);
    if (done) with_.owner.alarmStored(alarm->stored);
  }

  for (auto& [resolver, count] : counts) resolver.resolve(count);
  if (closed_ || failed_) return;
  deleteAll_ ? proceed() : finish();
}

void CacheFlush::allDeleted(std::uint64_t count) {
  DeleteAllRequest done = std::move(*deleteAll_);
  deleteAll_.reset();
  with_.map.allErased();
  with_.map.withinLimits();
  with_.alarm.allDeleted();
  done.resolver.resolve(count);
  for (auto& resolver : done.merged) resolver.resolve(0u);
  if (!closed_ && !failed_) proceed();
}

void CacheFlush::finish() {
  running_ = false;
  Ticket ended = std::exchange(current_, {});
  if (next_.requested) postBegin();
  std::vector<io::Resolver<void>> relieved;
  if (!tooMuch()) relieved = std::exchange(waitForLess_, {});
  for (auto& resolver : relieved) resolver.resolve();
  if (ended.hold) ended.hold->resolve();
  for (auto& resolver : ended.syncs) resolver.resolve();
}

// ---- Failure ----

void CacheFlush::stop(const std::exception_ptr& error) {
  auto self = shared_from_this();
  stopped_ = error;
  CountedDeletes waiting;
  for (CountedDeletes* deletes : {&countedAside_, &counted_}) {
    for (auto group = deletes->begin(); group != deletes->end();) {
      auto following = std::next(group);
      if (!running_ || !group->change) {
        for (CacheEntry* entry : group->entries) entry->countedDelete = false;
        waiting.splice(waiting.end(), *deletes, group);
      }
      group = following;
    }
  }
  std::optional<DeleteAllRequest> all;
  if (deleteAll_ && !deleteAll_->begun) all = std::exchange(deleteAll_, std::nullopt);
  auto less = std::exchange(waitForLess_, {});
  std::vector<Ticket> tickets;
  if (next_.requested) tickets.push_back(std::exchange(next_, {}));

  if (!tickets.empty()) rejectTickets(std::move(tickets), error);
  reject(std::move(waiting), std::move(all), std::move(less), error);
}

void CacheFlush::fail(const std::exception_ptr& error) {
  if (failed_ || closed_) return;
  auto self = shared_from_this();
  failed_ = error;
  commit_ = {};
  waitsForReads_ = false;
  running_ = false;
  std::vector<Ticket> tickets;
  tickets.push_back(std::exchange(current_, {}));
  tickets.push_back(std::exchange(next_, {}));
  CountedDeletes deletes = std::move(counted_);
  deletes.splice(deletes.end(), countedAside_);
  auto all = std::exchange(deleteAll_, std::nullopt);
  auto less = std::exchange(waitForLess_, {});

  rejectTickets(std::move(tickets), error);
  reject(std::move(deletes), std::move(all), std::move(less), error);
}

void CacheFlush::rejectTickets(std::vector<Ticket> tickets, const std::exception_ptr& error) {
  const bool held =
      std::any_of(tickets.begin(), tickets.end(), [](const Ticket& t) { return !!t.hold; });
  if (!held) with_.owner.holdOutput(io::Pending<void>::failed(error));
  for (Ticket& ticket : tickets) {
    if (ticket.hold) ticket.hold->reject(error);
    for (auto& resolver : ticket.syncs) resolver.reject(error);
  }
}

void CacheFlush::reject(CountedDeletes deletes, std::optional<DeleteAllRequest> all,
                        std::vector<io::Resolver<void>> less, const std::exception_ptr& error) {
  for (CountedDelete& deletion : deletes) deletion.resolver.reject(error);
  if (all) {
    all->resolver.reject(error);
    for (auto& resolver : all->merged) resolver.reject(error);
  }
  for (auto& resolver : less) resolver.reject(error);
}

}  // namespace lathe::persist
