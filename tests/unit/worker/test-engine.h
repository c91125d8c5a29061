#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "engine/js/platform.h"
#include "engine/worker/engine.h"

namespace lathe::worker {

// V8 starts once in a process.
js::Platform& platform();

// Modules held in memory; the one called "worker.js" is the main module. Names are found as they
// are written, without a leading "./".
class MemoryModules final : public ModuleLoader {
 public:
  explicit MemoryModules(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  Module main() override;
  std::optional<Module> load(std::string_view specifier, std::string_view referrer) override;
  std::optional<Module> loadComputed(std::string_view specifier,
                                     std::string_view referrer) override {
    return load(specifier, referrer);
  }
  std::optional<std::string> nameOf(std::string_view, std::string_view) const override {
    return std::nullopt;
  }
  bool mayBeServiceWorker() const override { return true; }

 private:
  std::map<std::string, std::string> files_;
};

class CollectingLog final : public Log {
 public:
  void console(const Message& message) override;
  void exception(std::string_view worker, std::string_view text, std::uint64_t request) override;
  void alarm(const Alarm& alarm) override;
  void warning(std::string_view worker, std::string_view text) override;
  bool colors() const override { return false; }
  bool places() const override { return true; }
  std::string codeFrame(std::string_view, std::string_view) const override { return {}; }

  std::vector<std::string> lines;
};

// An engine on a loop of its own, driven by the test.
struct TestEngine {
  boost::asio::io_context loop{1};
  CollectingLog log;
  Engine engine;

  TestEngine();
  // Loads one worker. Throws LoadError.
  void load(std::map<std::string, std::string> files, std::vector<Binding> bindings = {});
  void load(const std::string& script) { load({{"worker.js", script}}); }
  // The status and the body, such as "200 hello"; runs the loop until the answer is there.
  std::string get(const std::string& target, const std::string& body = {});
  // Whether the answer was there without running the loop.
  bool answersAtOnce(const std::string& target);
};

WorkerSource source(const std::string& name, std::map<std::string, std::string> files,
                    std::vector<Binding> bindings = {});

}  // namespace lathe::worker
