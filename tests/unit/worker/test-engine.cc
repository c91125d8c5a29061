#include "tests/unit/worker/test-engine.h"

#include "engine/io/bytes-source.h"
#include "engine/js/embedded-snapshot.h"

namespace lathe::worker {
namespace {

ModuleType typeOf(std::string_view name) {
  if (name.ends_with(".json")) return ModuleType::json;
  if (name.ends_with(".txt")) return ModuleType::text;
  if (name.ends_with(".bin")) return ModuleType::data;
  if (name.ends_with(".cjs")) return ModuleType::commonJs;
  if (name.ends_with(".wasm")) return ModuleType::compiledWasm;
  return ModuleType::esModule;
}

io::RequestHead headOf(const std::string& target, bool hasBody) {
  io::RequestHead head;
  head.message.method_string(hasBody ? "POST" : "GET");
  head.message.target(target);
  head.origin = "http://localhost";
  return head;
}

}  // namespace

js::Platform& platform() {
  static js::Platform made;
  return made;
}

Module MemoryModules::main() { return {"worker.js", ModuleType::esModule, files_.at("worker.js")}; }

std::optional<Module> MemoryModules::load(std::string_view specifier, std::string_view) {
  std::string name(specifier.starts_with("./") ? specifier.substr(2) : specifier);
  auto found = files_.find(name);
  if (found == files_.end()) return std::nullopt;
  return Module{name, typeOf(name), found->second};
}

void CollectingLog::console(const Message& message) { lines.emplace_back(message.text); }
void CollectingLog::exception(std::string_view, std::string_view text, std::uint64_t) {
  lines.emplace_back(text);
}
void CollectingLog::alarm(const Alarm& alarm) {
  lines.push_back("alarm of " + std::string(alarm.className));
}
void CollectingLog::warning(std::string_view, std::string_view text) { lines.emplace_back(text); }

TestEngine::TestEngine() : engine(platform(), loop, log, {js::embeddedSnapshot()}) {}

WorkerSource source(const std::string& name, std::map<std::string, std::string> files,
                    std::vector<Binding> bindings) {
  WorkerSource made;
  made.name = name;
  made.modules = std::make_shared<MemoryModules>(std::move(files));
  made.bindings = std::move(bindings);
  return made;
}

void TestEngine::load(std::map<std::string, std::string> files, std::vector<Binding> bindings) {
  engine.replace({source("main", std::move(files), std::move(bindings))});
}

std::string TestEngine::get(const std::string& target, const std::string& body) {
  std::unique_ptr<io::BodySource> sent;
  if (!body.empty()) {
    sent = std::make_unique<io::BytesSource>(std::make_shared<const std::string>(body));
  }
  auto answer = engine.handleRequest(headOf(target, !body.empty()), std::move(sent));
  io::Response response;
  if (auto* ready = std::get_if<io::Response>(&answer)) {
    response = std::move(*ready);
  } else {
    bool settled = false;
    auto& pending = std::get<io::Pending<io::Response>>(answer);
    pending.then([&](io::Outcome<io::Response> outcome) {
      settled = true;
      response = outcome.take();
    });
    loop.restart();
    while (!settled && loop.run_one() > 0) {
    }
    if (!settled) return "no answer";
  }
  auto* bytes = std::get_if<io::SharedBytes>(&response.body);
  std::string text = std::to_string(response.status) + " " + (bytes ? **bytes : "");
  response = {};
  loop.restart();
  loop.poll();
  return text;
}

bool TestEngine::answersAtOnce(const std::string& target) {
  auto answer = engine.handleRequest(headOf(target, false), nullptr);
  return std::holds_alternative<io::Response>(answer);
}

}  // namespace lathe::worker
