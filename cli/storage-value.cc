#include "cli/storage-value.h"

#include <stdexcept>

#include "engine/api/platform-bindings.h"
#include "engine/io/realm.h"
#include "engine/js/embedded-snapshot.h"
#include "engine/js/error.h"
#include "engine/js/isolate.h"
#include "engine/js/platform.h"
#include "engine/js/serializer.h"
#include "engine/js/stay.h"
#include "engine/js/value.h"
#include "engine/shown-text.h"

namespace lathe::cli {

class StorageValues::Implementation {
 public:
  explicit Implementation(boost::asio::any_io_executor executor)
      : isolate_(platform_, std::move(executor), api::platformBindings(), isolateOptions()) {
    js::Stay entered(isolate_.v8());
    v8::HandleScope handles(isolate_.v8());
    v8::Local<v8::Object> hooks;
    auto context = isolate_.newContext(&hooks);
    // Objects of the platform that ask for their worker find none.
    context->SetAlignedPointerInEmbedderData(io::Realm::kContextSlot, nullptr, js::kPointerTag);
    context_.Reset(isolate_.v8(), context);
    hooks_.Reset(isolate_.v8(), hooks);
  }

  // Runs `work(js)` inside the context. What it throws is thrown as std::runtime_error.
  template <class Work>
  auto within(Work&& work) {
    js::Stay entered(isolate_.v8());
    v8::HandleScope handles(isolate_.v8());
    v8::Context::Scope inContext(context_.Get(isolate_.v8()));
    js::Lock js(isolate_.v8());
    v8::TryCatch guard(isolate_.v8());
    try {
      return work(js);
    } catch (const js::ExceptionPending&) {
      auto message = guard.Message();
      if (message.IsEmpty()) throw std::runtime_error("it cannot be read");
      std::string text = js::toUtf8(js, message->Get());
      constexpr std::string_view kMark = "Uncaught ";
      throw std::runtime_error(text.starts_with(kMark) ? text.substr(kMark.size()) : text);
    }
  }

  v8::Local<v8::Function> inspect(js::Lock& js) {
    auto hook = js::check(hooks_.Get(js.v8())->Get(js.context(), js.name("inspect")));
    return hook.As<v8::Function>();
  }

 private:
  static js::Isolate::Options isolateOptions() {
    js::Isolate::Options options;
    options.snapshot = js::openSnapshot(js::embeddedSnapshot());
    return options;
  }

  js::Platform platform_;
  js::Isolate isolate_;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Object> hooks_;
};

StorageValues::StorageValues(boost::asio::any_io_executor executor)
    : implementation_(std::make_unique<Implementation>(std::move(executor))) {}

StorageValues::~StorageValues() = default;

std::string StorageValues::shown(std::string_view bytes) {
  try {
    return implementation_->within([&](js::Lock& js) {
      auto value = js::deserializeFromStorage(js, bytes);
      auto text =
          js::check(implementation_->inspect(js)->Call(js.context(), js.undefined(), 1, &value));
      return shownText(js::toUtf8(js, js::check(text->ToString(js.context()))));
    });
  } catch (const std::exception& error) {
    return "<" + std::to_string(bytes.size()) +
           " bytes that cannot be read: " + shownText(error.what()) + ">";
  }
}

bool StorageValues::readable(std::string_view bytes) {
  try {
    implementation_->within([&](js::Lock& js) { js::deserializeFromStorage(js, bytes); });
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::optional<std::string> StorageValues::json(std::string_view bytes) {
  try {
    return implementation_->within([&](js::Lock& js) -> std::optional<std::string> {
      auto value = js::deserializeFromStorage(js, bytes);
      // `undefined` and the like have no JSON at all; the text that V8 gives then is no JSON
      // either.
      auto text = js::check(v8::JSON::Stringify(js.context(), value));
      auto again = js::check(v8::JSON::Parse(js.context(), text));
      bool same = js::serializeForStorage(js, again) == js::serializeForStorage(js, value);
      return same ? std::optional(js::toUtf8(js, text)) : std::nullopt;
    });
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string StorageValues::fromJson(std::string_view text) {
  return implementation_->within([&](js::Lock& js) {
    auto value = js::check(v8::JSON::Parse(js.context(), js::utf8(js, text)));
    return js::serializeForStorage(js, value);
  });
}

}  // namespace lathe::cli
