#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/worker/host.h"
#include "engine/worker/worker.h"

namespace lathe::worker {

class ActorNamespaces;

// Workers that were loaded together and know each other by name. Those with equal settings share an
// isolate. Held by the engine while it is the newest, and by what is under way in its workers: that
// finishes on the code with which it began, wherever it calls.
class Generation final : public Worker::BindingTargets,
                         public std::enable_shared_from_this<Generation> {
 public:
  // Loads all of `sources`. Throws LoadError.
  static std::shared_ptr<Generation> load(const Host& host, ActorNamespaces& actors,
                                          std::vector<WorkerSource> sources);
  Generation(const Host& host, ActorNamespaces& actors) : host_(host), actors_(actors) {}

  const std::vector<std::shared_ptr<Worker>>& workers() const { return workers_; }
  std::shared_ptr<Worker> find(std::string_view name);
  const std::vector<WorkerSource>& sources() const { return sources_; }

  std::shared_ptr<api::ServiceTarget> service(const Binding::Service& binding) override;
  std::shared_ptr<api::ActorDirectory> actors(const Binding::Actors& binding) override;

  // Puts fresh workers, in a fresh isolate, into the place of those whose isolate has blown its
  // heap. Throws LoadError when they do not start any more.
  void replaceCondemned();

 private:
  std::shared_ptr<Worker> make(const WorkerSource& source);

  const Host& host_;
  ActorNamespaces& actors_;
  std::vector<WorkerSource> sources_;
  std::vector<std::weak_ptr<Worker::Isolate>> isolates_;
  std::vector<std::shared_ptr<Worker>> workers_;
};

}  // namespace lathe::worker
