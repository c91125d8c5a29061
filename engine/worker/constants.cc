#include "engine/worker/constants.h"

#include <algorithm>
#include <span>

#include "engine/js/error.h"
#include "engine/js/value.h"

namespace lathe::worker {
namespace {

bool isOfMeta(const Constant& constant) { return constant.path.front() == "import"; }

// What the last part of the name is a property of.
v8::Local<v8::Object> holderOf(js::Lock& js, v8::Local<v8::Object> holder,
                               std::span<const std::string> path) {
  for (const auto& part : path.first(path.size() - 1)) {
    auto name = js.name(part);
    auto value = js::check(holder->Get(js.context(), name));
    if (!value->IsObject()) {
      value = v8::Object::New(js.v8());
      js::check(holder->DefineOwnProperty(js.context(), name, value));
    }
    holder = value.As<v8::Object>();
  }
  return holder;
}

// `skipped` parts of each name lead to `root`.
void define(js::Lock& js, v8::Local<v8::Object> root, std::size_t skipped,
            std::vector<const Constant*> constants) {
  // `process.env` before `process.env.MODE`, which may be a part of it.
  std::ranges::stable_sort(constants, {},
                           [](const Constant* constant) { return constant->path.size(); });
  for (const Constant* constant : constants) {
    auto holder = holderOf(js, root, std::span(constant->path).subspan(skipped));
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

std::vector<const Constant*> chosen(const std::vector<Constant>& constants, bool ofMeta) {
  std::vector<const Constant*> chosen;
  for (const Constant& constant : constants) {
    if (isOfMeta(constant) == ofMeta) chosen.push_back(&constant);
  }
  return chosen;
}

}  // namespace

void defineGlobalConstants(js::Lock& js, const std::vector<Constant>& constants) {
  define(js, js.context()->Global(), 0, chosen(constants, false));
}

void defineMetaConstants(js::Lock& js, v8::Local<v8::Object> meta,
                         const std::vector<Constant>& constants) {
  define(js, meta, 2, chosen(constants, true));
}

}  // namespace lathe::worker
