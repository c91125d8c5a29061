#pragma once

#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <stdexcept>

#include "engine/io/pending.h"
#include "engine/io/shared-pending.h"

// The door through which events reach an actor, one at a time.
//
// Whoever wants to run code in the actor waits for a `Lock` and holds it while the code runs, and
// while the code waits for storage. A *critical section* is a gate inside the gate: while one runs,
// it holds the lock around it, and only who waits at the section itself gets in. Sections nest.
//
// Everything here belongs to one thread. Every call does its work at once: the order of the calls
// of `wait` is the order of the grants. Granting and breaking run the continuations of those who
// wait before they return; a continuation may call back in, and may drop anything.
namespace lathe::io {

// The section was dropped while it ran: nobody is left who could end it.
class CriticalSectionDropped : public std::runtime_error {
 public:
  CriticalSectionDropped();
};

class InputGate {
 public:
  class CriticalSection;
  class Lock;

  InputGate();
  InputGate(const InputGate&) = delete;
  InputGate& operator=(const InputGate&) = delete;
  // Whoever still waits hears `Abandoned`.
  ~InputGate();

  // Joins the queue: settled at once when nobody holds the gate. Dropping the Pending leaves the
  // queue, or gives the lock back. Fails with what broke the gate.
  Pending<Lock> wait();

  // Fails once the gate has broken, and never succeeds. May be called any number of times.
  Pending<void> onBroken();
  bool isBroken() const;

  // Breaks the gate for good: who waits now or later gets `error`. Only the first error counts.
  void breakWith(std::exception_ptr error);

 private:
  std::shared_ptr<CriticalSection> root_;
};

// The right to run code in the actor. Move-only; when the last share of it goes, the next in the
// queue is granted: the oldest section that wants to start, else the oldest other waiter.
//
// A lock taken inside a section that has since succeeded counts for what was around the section.
class InputGate::Lock {
 public:
  Lock() = default;
  Lock(Lock&& other) noexcept = default;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

  // Another share of this lock.
  Lock share() const;

  // A new section inside the one that this lock belongs to. It blocks nobody before its first wait.
  std::shared_ptr<CriticalSection> startCriticalSection() const;

  // The innermost unfinished section that this lock belongs to; null at the top level.
  std::shared_ptr<CriticalSection> criticalSection() const;

  bool isFor(const InputGate& gate) const;
  explicit operator bool() const { return section_ != nullptr; }

 private:
  friend class CriticalSection;
  explicit Lock(std::shared_ptr<CriticalSection> section);

  std::shared_ptr<CriticalSection> section_;
};

// A stretch of an actor's work that shuts everybody else out, also while it waits for I/O. Locks
// taken inside it and waits for them keep it alive.
//
// It ends with `succeeded` or `failed`. When the last reference to a running section goes without
// either, the gate breaks with `CriticalSectionDropped`; one that never ran goes silently.
class InputGate::CriticalSection : public std::enable_shared_from_this<CriticalSection> {
 public:
  CriticalSection(const CriticalSection&) = delete;
  CriticalSection& operator=(const CriticalSection&) = delete;
  ~CriticalSection();

  // The first call queues the section at what is around it, ahead of ordinary waiters, and is
  // granted the section's first lock when it starts. Later calls wait inside the section; after it
  // has succeeded they wait at the nearest unfinished section around it, or at the gate. A second
  // call before the first is granted is a mistake: std::logic_error.
  Pending<Lock> wait();

  // Ends a running section: what waits in it now waits around it, behind those already there. Gives
  // the outer lock that the section held, so that its holder goes on before any other event. On a
  // section that does not run: std::logic_error.
  Lock succeeded();

  // Breaks this section, those around it, and the gate. A second call changes nothing.
  void failed(std::exception_ptr error);

  // 1 for a section at the top level, 2 for one inside it, and so on.
  std::size_t depth() const { return depth_; }

 private:
  friend class InputGate;
  friend class Lock;

  enum class State { kNotStarted, kStarting, kRunning, kFinished };

  struct Waiter {
    Resolver<Lock> resolver;
    // The section that wants to start, or null for an ordinary waiter.
    std::shared_ptr<CriticalSection> starting;
    // Where this waiter stands now: queues are merged when a section succeeds.
    std::list<Waiter>* queue;
  };
  using Queue = std::list<Waiter>;

  // The gate itself is the section at depth 0: it always runs and cannot finish.
  CriticalSection(std::shared_ptr<CriticalSection> parent, State state);

  // This one, or the nearest around it that has not finished.
  CriticalSection& unfinished();
  Pending<Lock> enqueue(Queue& queue, std::shared_ptr<CriticalSection> starting);
  Pending<Lock> waitToStart();
  Lock takeLock();
  void releaseLock();
  void grantWhileOpen();
  void grant(Waiter waiter);
  // Leaves the tree as its destruction does, but hands out the parent instead of dropping it.
  std::shared_ptr<CriticalSection> detach();
  static void moveWaiters(Queue& from, Queue& to);
  static void rejectAll(Queue& queue, const std::exception_ptr& error);

  std::shared_ptr<CriticalSection> parent_;
  State state_;
  std::size_t depth_;
  std::size_t lockCount_ = 0;
  bool granting_ = false;
  Lock parentLock_;  // held while running
  std::exception_ptr broken_;
  Queue waiters_;
  Queue startWaiters_;
  SharedPending<void> brokenSignal_;  // settled at the gate only
};

}  // namespace lathe::io
