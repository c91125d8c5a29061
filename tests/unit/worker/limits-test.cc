#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "engine/io/cpu-watch.h"
#include "tests/unit/worker/test-engine.h"

namespace lathe::worker {
namespace {

// Polls an engine's watch as the control thread of the program does.
class Polling {
 public:
  explicit Polling(Engine& engine)
      : thread_([this, &watch = engine.cpuWatch()] {
          while (!stopping_) {
            watch.poll();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
          }
        }) {}
  ~Polling() {
    stopping_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

constexpr const char* kHeavy = R"(
const ways = {
  '/loop': () => { while (true) {} },
  '/microtask': () => Promise.resolve().then(() => { while (true) {} }),
  '/timer': () => new Promise(() => setTimeout(() => { while (true) {} }, 1)),
  '/finally': () => { try { while (true) {} } finally { console.log('never'); } },
  '/lists': () => new Array(3e7).fill(0).map((x) => [x]),
  '/growing': () => { const kept = []; for (;;) kept.push({ a: [kept.length] }); },
  '/buffers': () => { const kept = []; for (;;) kept.push(new ArrayBuffer(1 << 24)); },
  '/recursion': () => { const f = () => f() + 1; return f(); },
  '/fine': () => new Response('fine'),
};
export default { fetch(request) { return ways[request.url.slice('http://localhost'.length)](); } };
)";

void loadHeavy(TestEngine& engine, std::uint32_t cpuMs) {
  auto heavy = source("heavy", {{"worker.js", kHeavy}});
  heavy.cpuMsMax = cpuMs;
  heavy.memoryBytesMax = 64 << 20;
  engine.engine.replace({heavy});
}

}  // namespace

TEST_CASE("a script that computes for too long is stopped, and the next request is served") {
  TestEngine engine;
  Polling polling(engine.engine);
  loadHeavy(engine, 100);
  for (const char* path : {"/loop", "/microtask", "/timer", "/finally"}) {
    CAPTURE(path);
    CHECK(engine.get(path) == "500 Error: Worker exceeded CPU time limit.\n");
    CHECK(engine.get("/fine") == "200 fine");
  }
  for (const auto& line : engine.log.lines) CHECK(line != "never");
}

TEST_CASE("a top level that computes for too long is refused") {
  TestEngine engine;
  Polling polling(engine.engine);
  auto endless = source("endless", {{"worker.js", "while (true) {}"}});
  endless.cpuMsMax = 50;
  CHECK_THROWS_WITH_AS(engine.engine.replace({endless}),
                       "worker.js: Worker exceeded CPU time limit. Its top level ran for more than "
                       "the 50 ms of limits.cpu_ms.",
                       LoadError);
  loadHeavy(engine, 100);
  CHECK(engine.get("/fine") == "200 fine");
}

TEST_CASE("a blown heap condemns the isolate, and a fresh one takes the next request") {
  TestEngine engine;
  Polling polling(engine.engine);
  loadHeavy(engine, 60'000);
  for (const char* path : {"/lists", "/growing"}) {
    CAPTURE(path);
    CHECK(engine.get(path) == "500 Error: Worker has exceeded memory limit.\n");
    CHECK(engine.get("/fine") == "200 fine");
  }
}

TEST_CASE("array buffers and the stack have limits that a script can catch") {
  TestEngine engine;
  loadHeavy(engine, 60'000);
  CHECK(engine.get("/buffers").starts_with("500 RangeError: Array buffer allocation failed"));
  CHECK(engine.get("/recursion").starts_with("500 RangeError: Maximum call stack size exceeded"));
  CHECK(engine.get("/fine") == "200 fine");
}

}  // namespace lathe::worker
