#pragma once

#include <memory>

#include "engine/api/entrypoint-props.h"
#include "engine/api/request.h"
#include "engine/api/response.h"
#include "engine/api/rpc.h"

namespace lathe::api {

// The far end of a service binding or an actor's stub; the workers' floor implements it.
class ServiceTarget {
 public:
  virtual ~ServiceTarget() = default;
  // Begins a request to the service. Fails with what its handler threw.
  virtual io::Pending<io::Response> fetch(io::RequestHead head,
                                          std::unique_ptr<io::BodySource> body) = 0;
  // Begins a method call. Fails with what the method threw.
  virtual io::Pending<RpcResult> call(RpcCall call) = 0;
  // The same far end, whose handlers get these props (null: none) as their `ctx.props`. Null when
  // it takes none.
  virtual std::shared_ptr<ServiceTarget> withProps(std::shared_ptr<const EntrypointProps>) {
    return nullptr;
  }
};

// A service binding as a script sees it: another worker, or an entry point of one. It has `fetch`,
// and every other name is a method or a property of the far end, to be called or awaited.
class Fetcher : public js::Object {
 public:
  static constexpr const char* kInterface = "Fetcher";

  explicit Fetcher(std::shared_ptr<ServiceTarget> target) : target_(std::move(target)) {}

  v8::Local<v8::Promise> fetch(js::Lock& js, Request::Input input,
                               std::optional<Request::Init> init);

  // What a name that the interface does not have stands for.
  v8::Local<v8::Value> property(js::Lock& js, js::Receiver receiver, std::string name);

  static void describe(js::Class<Fetcher>& c, const Compatibility&);

 protected:
  ServiceTarget& target() { return *target_; }

 private:
  friend v8::Local<v8::Promise> rpcSend(js::Lock&, js::Ptr<Fetcher>, v8::Local<v8::Value>,
                                        std::optional<v8::Local<v8::Value>>);
  std::shared_ptr<ServiceTarget> target_;
};

// Sends a call, or without arguments (an array) the question for a property, for the built-in
// JavaScript. `path` is an array of texts of its own. A promise of the result.
v8::Local<v8::Promise> rpcSend(js::Lock& js, js::Ptr<Fetcher> stub, v8::Local<v8::Value> path,
                               std::optional<v8::Local<v8::Value>> arguments);

}  // namespace lathe::api
