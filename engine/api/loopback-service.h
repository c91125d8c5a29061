#pragma once

#include "engine/api/entrypoint-props.h"
#include "engine/api/fetcher.h"

namespace lathe::api {

struct LoopbackOptions {
  // What `ctx.props` is for whom the new stub calls; it must be cloneable.
  std::optional<v8::Local<v8::Value>> props;

  static void members(js::Dictionary<LoopbackOptions>& d);
};

// An entry point of a worker, as its own script finds it in `ctx.exports`: a stub, and a function
// that gives stubs with props of the script's choice.
class LoopbackService final : public Fetcher {
 public:
  static constexpr const char* kInterface = "LoopbackServiceStub";

  explicit LoopbackService(std::shared_ptr<ServiceTarget> target) : Fetcher(std::move(target)) {}

  // Throws DataCloneError for props that cannot be copied.
  js::Ptr<Fetcher> specialize(js::Lock& js, LoopbackOptions options);

  static void describe(js::Class<LoopbackService>& c, const Compatibility&);
};

}  // namespace lathe::api
