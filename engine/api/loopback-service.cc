#include "engine/api/loopback-service.h"

namespace lathe::api {

void LoopbackOptions::members(js::Dictionary<LoopbackOptions>& d) {
  d.member<&LoopbackOptions::props>("props");
}

js::Ptr<Fetcher> LoopbackService::specialize(js::Lock& js, LoopbackOptions options) {
  std::shared_ptr<const EntrypointProps> props;
  if (options.props) {
    props = std::make_shared<EntrypointProps>(
        js::serialize(js, *options.props, js::ClonePurpose::script));
  }
  return js::make<Fetcher>(target().withProps(std::move(props)));
}

void LoopbackService::describe(js::Class<LoopbackService>& c, const Compatibility&) {
  c.name(kInterface).hidden().extends<Fetcher>();
  c.callable<&LoopbackService::specialize>();
  c.fallback<&Fetcher::property>();
}

}  // namespace lathe::api
