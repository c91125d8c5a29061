#include "engine/io/input-gate.h"

#include <utility>
#include <vector>

namespace lathe::io {

using CriticalSection = InputGate::CriticalSection;
using Lock = InputGate::Lock;

CriticalSectionDropped::CriticalSectionDropped()
    : std::runtime_error(
          "A critical section within this Durable Object awaited a Promise that apparently will "
          "never complete. This could happen in particular if a critical section awaits a task "
          "that was initiated outside of the critical section. Since a critical section blocks "
          "all other tasks from completing, this leads to deadlock.") {}

// ---- The gate: the section at depth 0 ----

InputGate::InputGate() : root_(new CriticalSection(nullptr, CriticalSection::State::kRunning)) {}

InputGate::~InputGate() {
  // Locks may outlive the gate, and must find nobody to grant it to.
  const auto abandoned = std::make_exception_ptr(Abandoned());
  root_->broken_ = root_->broken_ ? root_->broken_ : abandoned;
  CriticalSection::rejectAll(root_->startWaiters_, abandoned);
  CriticalSection::rejectAll(root_->waiters_, abandoned);
}

Pending<Lock> InputGate::wait() { return root_->wait(); }

Pending<void> InputGate::onBroken() { return root_->brokenSignal_.branch(); }

bool InputGate::isBroken() const { return root_->broken_ != nullptr; }

void InputGate::breakWith(std::exception_ptr error) { root_->failed(std::move(error)); }

// ---- Locks ----

Lock::Lock(std::shared_ptr<CriticalSection> section) : section_(std::move(section)) {
  ++section_->unfinished().lockCount_;
}

Lock& Lock::operator=(Lock&& other) noexcept {
  if (this == &other) return *this;
  // The old lock goes last, when this one is in its new state: its release runs continuations.
  Lock old = std::move(*this);
  section_ = std::move(other.section_);
  return *this;
}

Lock::~Lock() {
  if (!section_) return;
  auto section = std::move(section_);
  section->unfinished().releaseLock();
}

Lock Lock::share() const { return Lock(section_); }

std::shared_ptr<CriticalSection> Lock::startCriticalSection() const {
  return std::shared_ptr<CriticalSection>(new CriticalSection(
      section_->unfinished().shared_from_this(), CriticalSection::State::kNotStarted));
}

std::shared_ptr<CriticalSection> Lock::criticalSection() const {
  CriticalSection& section = section_->unfinished();
  return section.parent_ ? section.shared_from_this() : nullptr;
}

bool Lock::isFor(const InputGate& gate) const {
  const CriticalSection* section = section_.get();
  while (section && section->parent_) section = section->parent_.get();
  return section == gate.root_.get();
}

// ---- Sections ----

CriticalSection::CriticalSection(std::shared_ptr<CriticalSection> parent, State state)
    : parent_(std::move(parent)), state_(state), depth_(parent_ ? parent_->depth_ + 1 : 0) {}

CriticalSection::~CriticalSection() {
  // A loop instead of destructors that call each other: chains may be very long. It stops at the
  // first ancestor that somebody else still refers to.
  auto next = detach();
  while (next && next.use_count() == 1) next = next->detach();
}

std::shared_ptr<CriticalSection> CriticalSection::detach() {
  auto parent = std::move(parent_);
  if (!parent) return nullptr;  // the gate, or detached before
  if (state_ == State::kRunning) {
    state_ = State::kFinished;
    if (!broken_) {
      broken_ = std::make_exception_ptr(CriticalSectionDropped());
      parent->failed(broken_);
    }
  }
  { Lock released = std::move(parentLock_); }
  return parent;
}

CriticalSection& CriticalSection::unfinished() {
  if (state_ != State::kFinished) return *this;
  // Finished ones are skipped for good, so that a long row of them is walked once.
  while (parent_->state_ == State::kFinished) {
    auto skipped = std::exchange(parent_, parent_->parent_);
  }
  return *parent_;
}

Pending<Lock> CriticalSection::wait() {
  switch (state_) {
    case State::kNotStarted:
      return waitToStart();
    case State::kStarting:
      throw std::logic_error("a critical section was waited for again before it had started");
    case State::kFinished:
      return unfinished().wait();
    case State::kRunning:
      break;
  }
  if (broken_) return Pending<Lock>::failed(broken_);
  if (lockCount_ == 0 && !granting_) return Pending<Lock>::ready(takeLock());
  return enqueue(waiters_, nullptr);
}

Pending<Lock> CriticalSection::waitToStart() {
  CriticalSection& around = parent_->unfinished();
  if (around.broken_) broken_ = around.broken_;
  if (broken_) return Pending<Lock>::failed(broken_);
  if (around.lockCount_ == 0 && !around.granting_) {
    parentLock_ = around.takeLock();
    state_ = State::kRunning;
    return Pending<Lock>::ready(takeLock());
  }
  state_ = State::kStarting;
  return around.enqueue(around.startWaiters_, shared_from_this());
}

Pending<Lock> CriticalSection::enqueue(Queue& queue, std::shared_ptr<CriticalSection> starting) {
  auto channel = makePending<Lock>();
  auto place =
      queue.insert(queue.end(), Waiter{std::move(channel.resolver), std::move(starting), &queue});
  // The waiter keeps the queue's owner alive: waits keep their section, and the queues they move to
  // belong to those around it.
  place->resolver.onDropped([place, owner = shared_from_this()] {
    auto unstarted = std::move(place->starting);
    if (unstarted) unstarted->state_ = State::kNotStarted;
    place->queue->erase(place);
  });
  return std::move(channel.pending);
}

Lock CriticalSection::takeLock() { return Lock(shared_from_this()); }

void CriticalSection::releaseLock() {
  --lockCount_;
  grantWhileOpen();
}

void CriticalSection::grantWhileOpen() {
  // A grant whose continuation gives the lock back at once leads here again: the loop outside goes
  // on then, so that a long queue of those takes no stack.
  if (granting_) return;
  auto self = shared_from_this();
  granting_ = true;
  CriticalSection* open = this;
  while (open->lockCount_ == 0) {
    Queue& queue = open->startWaiters_.empty() ? open->waiters_ : open->startWaiters_;
    if (queue.empty()) break;
    Waiter next = std::move(queue.front());
    queue.pop_front();
    open->grant(std::move(next));
  }
  granting_ = false;
}

void CriticalSection::grant(Waiter waiter) {
  if (waiter.starting) {
    CriticalSection& section = *waiter.starting;
    section.parentLock_ = takeLock();
    section.state_ = State::kRunning;
    waiter.resolver.resolve(section.takeLock());
  } else {
    waiter.resolver.resolve(takeLock());
  }
}

Lock CriticalSection::succeeded() {
  if (state_ != State::kRunning || !parent_) {
    throw std::logic_error("only a running critical section can succeed");
  }
  auto self = shared_from_this();
  CriticalSection& around = parent_->unfinished();
  state_ = State::kFinished;
  around.lockCount_ += std::exchange(lockCount_, 0);
  moveWaiters(startWaiters_, around.startWaiters_);
  moveWaiters(waiters_, around.waiters_);
  return std::move(parentLock_);
}

void CriticalSection::failed(std::exception_ptr error) {
  // All levels are broken before the first waiter hears of it: what it calls finds them so.
  std::vector<std::shared_ptr<CriticalSection>> levels;
  for (CriticalSection* level = this; level; level = level->parent_.get()) {
    if (level->broken_) break;  // and so are those around it
    level->broken_ = error;
    levels.push_back(level->shared_from_this());
  }
  for (const auto& level : levels) {
    rejectAll(level->startWaiters_, error);
    rejectAll(level->waiters_, error);
    if (!level->parent_) level->brokenSignal_.reject(error);
  }
  // Innermost first: each then still finds the one around it referenced from here.
  for (auto& level : levels) level.reset();
}

void CriticalSection::moveWaiters(Queue& from, Queue& to) {
  for (Waiter& waiter : from) waiter.queue = &to;
  to.splice(to.end(), from);
}

void CriticalSection::rejectAll(Queue& queue, const std::exception_ptr& error) {
  // One at a time: a continuation may drop other waiters.
  while (!queue.empty()) {
    Waiter waiter = std::move(queue.front());
    queue.pop_front();
    if (waiter.starting) {
      waiter.starting->broken_ = error;
      waiter.starting->state_ = State::kNotStarted;
    }
    waiter.resolver.reject(error);
  }
}

}  // namespace lathe::io
