#pragma once

#include "engine/api/request.h"
#include "engine/api/response.h"

#include <memory>

namespace lathe::api {

// The far end of a service binding; the workers' floor implements it.
class ServiceTarget {
 public:
  virtual ~ServiceTarget() = default;
  // Begins a request to the service. Fails with what its handler threw.
  virtual io::Pending<io::Response> fetch(io::RequestHead head,
                                          std::unique_ptr<io::BodySource> body) = 0;
};

// A service binding as a script sees it: another worker, or an entry point of one, to `fetch` from.
class Fetcher final : public js::Object {
 public:
  static constexpr const char* kInterface = "Fetcher";

  explicit Fetcher(std::shared_ptr<ServiceTarget> target) : target_(std::move(target)) {}

  v8::Local<v8::Promise> fetch(js::Lock& js, Request::Input input, RequestInit init);

  static void describe(js::Class<Fetcher>& c, const Compatibility&);

 private:
  std::shared_ptr<ServiceTarget> target_;
};

}  // namespace lathe::api
