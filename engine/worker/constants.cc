#include "engine/worker/constants.h"

#include <algorithm>

#include "engine/js/error.h"
#include "engine/js/value.h"

namespace lathe::worker {
namespace {

// What the last part of the name is a property of.
v8::Local<v8::Object> holderOf(js::Lock& js, const std::vector<std::string>& path) {
  auto holder = js.context()->Global();
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    auto name = js.name(path[i]);
    auto value = js::check(holder->Get(js.context(), name));
    if (!value->IsObject()) {
      value = v8::Object::New(js.v8());
      js::check(holder->DefineOwnProperty(js.context(), name, value));
    }
    holder = value.As<v8::Object>();
  }
  return holder;
}

}  // namespace

void defineConstants(js::Lock& js, const std::vector<Constant>& constants) {
  // `process.env` before `process.env.MODE`, which may be a part of it.
  std::vector<const Constant*> ordered;
  for (const Constant& constant : constants) ordered.push_back(&constant);
  std::ranges::stable_sort(ordered, {},
                           [](const Constant* constant) { return constant->path.size(); });
  for (const Constant* constant : ordered) {
    auto holder = holderOf(js, constant->path);
    auto name = js.name(constant->path.back());
    if (constant->kind == Constant::Kind::json) {
      auto value = js::check(v8::JSON::Parse(js.context(), js.string(constant->value)));
      js::check(holder->DefineOwnProperty(js.context(), name, value, v8::DontEnum));
      continue;
    }
    // Looked up at each use, as the script itself would.
    auto source = js.string("() => " + constant->value);
    auto getter =
        js::check(js::check(v8::Script::Compile(js.context(), source))->Run(js.context()));
    holder->SetAccessorProperty(name, getter.As<v8::Function>(), {}, v8::DontEnum);
  }
}

}  // namespace lathe::worker
