#include <doctest/doctest.h>

#include "tests/unit/worker/test-engine.h"

namespace lathe::worker {
namespace {

std::string answering(const std::string& expression) {
  return "export default { fetch(request, env, ctx) { return " + expression + "; } };";
}

std::string failure(const std::string& script) {
  TestEngine engine;
  try {
    engine.load(script);
  } catch (const LoadError& error) {
    return error.what();
  }
  return "loaded";
}

}  // namespace

TEST_CASE("a handler's response is the answer, at once when no I/O is awaited") {
  TestEngine engine;
  engine.load(answering("new Response('hello')"));
  CHECK(engine.answersAtOnce("/"));
  CHECK(engine.get("/") == "200 hello");
  engine.load(answering("(async () => new Response(await Promise.resolve('later')))()"));
  CHECK(engine.answersAtOnce("/"));
  CHECK(engine.get("/") == "200 later");
}

TEST_CASE("a handler may wait for timers and for its request's body") {
  TestEngine engine;
  engine.load(answering("new Promise((done) => setTimeout(() => done(new Response('slept')), 1))"));
  CHECK_FALSE(engine.answersAtOnce("/"));
  CHECK(engine.get("/") == "200 slept");
  engine.load(answering("request.text().then((text) => new Response(text + '!'))"));
  CHECK(engine.get("/", "sent") == "200 sent!");
}

TEST_CASE("what a handler throws is a 500 with message and stack, and a line in the log") {
  TestEngine engine;
  engine.load("export default {\n  fetch() {\n    throw new RangeError('too far');\n  },\n};");
  auto text = engine.get("/");
  CHECK(text.starts_with("500 RangeError: too far\n"));
  CHECK(text.find("worker.js:3:11") != text.npos);
  REQUIRE(engine.log.lines.size() == 1);
  CHECK(engine.log.lines[0].starts_with("Uncaught RangeError: too far"));
}

TEST_CASE("a rejection that nobody handles is logged, unless a listener prevents it") {
  TestEngine engine;
  engine.load(
      "const reasons = []; addEventListener('unhandledrejection', (event) => {\n"
      "  if (event.reason === 'quiet') event.preventDefault(); });\n"
      "export default { fetch(request) { Promise.reject(request.url.slice(-5));\n"
      "  Promise.reject('handled').catch(() => {}); return new Response('fine'); } };");
  CHECK(engine.get("/quiet") == "200 fine");
  CHECK(engine.log.lines.empty());
  CHECK(engine.get("/aloud") == "200 fine");
  REQUIRE(engine.log.lines.size() == 1);
  CHECK(engine.log.lines[0] == "Uncaught (in promise) aloud");
}

TEST_CASE("a handler that can never answer is ended") {
  TestEngine engine;
  engine.load(answering("new Promise(() => {})"));
  CHECK(engine.get("/").starts_with("500 Error: The Workers runtime canceled this request"));
}

TEST_CASE("modules of every type can be imported") {
  TestEngine engine;
  engine.load(
      {{"worker.js",
        "import text from './a.txt'; import json from './b.json'; import data from './c.bin';\n"
        "import old from './d.cjs'; import { one } from './e.js';\n"
        "export default { fetch() { return new Response([text, json.list[0], data.byteLength,\n"
        "  old.name, one].join()); } };"},
       {"a.txt", "text"},
       {"b.json", "{ \"list\": [7] }"},
       {"c.bin", "abc"},
       {"d.cjs", "exports.name = require('f.json').two;"},
       {"f.json", "{ \"two\": 2 }"},
       {"e.js", "export const one = await Promise.resolve(1);"}});
  CHECK(engine.get("/") == "200 text,7,3,2,1");
}

TEST_CASE("require() of a module with a top-level await is refused") {
  CHECK(failure("import './a.cjs'; export default {};").find("No such module") !=
        std::string::npos);
  TestEngine engine;
  std::string why;
  try {
    engine.load({{"worker.js", "import './a.cjs'; export default {};"},
                 {"a.cjs", "require('b.js');"},
                 {"b.js", "await new Promise((done) => queueMicrotask(done));"}});
  } catch (const LoadError& error) {
    why = error.what();
  }
  CHECK(why.find("the module has a top-level await. Use import.") != why.npos);
}

TEST_CASE("a script without imports and exports is a service worker") {
  TestEngine engine;
  engine.load(
      "var n = 0; addEventListener('fetch', (e) => e.respondWith(new Response(String(++n))));");
  CHECK(engine.get("/") == "200 1");
  CHECK(engine.get("/") == "200 2");
}

TEST_CASE("bindings are found in env, and services by name") {
  TestEngine engine;
  engine.engine.replace(
      {source("front",
              {{"worker.js",
                "export default { async fetch(request, env) { const inner = await "
                "env.BACK.fetch('http://x/path'); return new Response(env.NAME + ' ' + "
                "await inner.text() + ' ' + env.LIST[1]); } };"}},
              {{"NAME", Binding::Text{"front"}},
               {"LIST", Binding::Json{"[1, 2]"}},
               {"BACK", Binding::Service{"back", "", ""}}}),
       source("back", {{"worker.js", answering("new Response('back ' + new "
                                               "Request(request).method)")}})});
  CHECK(engine.get("/") == "200 front back GET 2");
}

TEST_CASE("a worker that does not load is refused in the user's terms") {
  CHECK(failure("let a;\nlet let b;").starts_with("worker.js:2:"));
  CHECK(failure("throw new RangeError('at start')").find("RangeError: at start") !=
        std::string::npos);
  CHECK(failure("import './absent.js';").find("No such module \"./absent.js\"") !=
        std::string::npos);
  CHECK(failure("await new Promise(() => {}); export default {};").find("never ends") !=
        std::string::npos);
  CHECK(failure("export default { x: '\xff' };").starts_with("worker.js:1: the file is not UTF-8"));
}

TEST_CASE(
    "a prepared replacement loads as any other does, also with other settings and after a "
    "failure") {
  TestEngine engine;
  engine.load(answering("new Response('one')"));
  auto prepared = [&](auto load) {
    engine.engine.prepareReplace();
    engine.engine.prepareReplace();
    load();
    return engine.get("/");
  };
  CHECK(prepared([&] { engine.load(answering("new Response('two')")); }) == "200 two");
  CHECK(prepared([&] { CHECK_THROWS_AS(engine.load("let let"), LoadError); }) == "200 two");
  CHECK(prepared([&] {
          auto larger = source("main", {{"worker.js", answering("new Response('three')")}});
          larger.memoryBytesMax *= 2;
          engine.engine.replace({larger});
        }) == "200 three");
  // What one worker leaves on its global object is not there for the next.
  CHECK(prepared([&] {
          engine.load("globalThis.left = 1;" + answering("new Response(typeof left)"));
        }) == "200 number");
  CHECK(prepared([&] { engine.load(answering("new Response(typeof left)")); }) == "200 undefined");
}

TEST_CASE("a failed replacement leaves the old worker in place") {
  TestEngine engine;
  engine.load(answering("new Response('old')"));
  CHECK_THROWS_AS(engine.load("export default {"), LoadError);
  CHECK(engine.get("/") == "200 old");
  engine.load(answering("new Response('new')"));
  CHECK(engine.get("/") == "200 new");
}

}  // namespace lathe::worker
