#include "cli/command-line.h"

#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "cli/usage-error.h"

namespace lathe::cli {

namespace {

using Words = std::vector<std::string>;

CommandLine parse(Words words) {
  words.insert(words.begin(), "lathe");
  return parseCommandLine(words);
}

template <class Options>
Options parsed(Words words) {
  CommandLine line = parse(std::move(words));
  REQUIRE(std::holds_alternative<Options>(line.command));
  return std::get<Options>(line.command);
}

}  // namespace

TEST_CASE("lathe serve takes a project and where to listen") {
  auto plain = parsed<ServeOptions>({"serve"});
  CHECK(plain.project.path.empty());
  CHECK_FALSE(plain.port);
  CHECK(plain.arguments == Words{"lathe", "serve"});

  auto full = parsed<ServeOptions>(
      {"serve", "a.js", "--port", "0", "--ip", "0.0.0.0", "--ip=::1", "--env", "far"});
  CHECK(full.project.path == "a.js");
  CHECK(full.project.environment == "far");
  CHECK(full.port == 0);
  CHECK(full.ips == Words{"0.0.0.0", "::1"});
  CHECK_FALSE(plain.protocol);
  auto https = parsed<ServeOptions>({"serve", "--local-protocol", "https", "--https-key-path",
                                     "k.pem", "--https-cert-path=c.pem"});
  CHECK(https.protocol == LocalProtocol::https);
  CHECK(https.httpsFiles.key == "k.pem");
  CHECK(https.httpsFiles.certificate == "c.pem");
  CHECK(parsed<DevOptions>({"dev", "--local-protocol=http"}).serve.protocol == LocalProtocol::http);
  CHECK(parse({"serve"}).logFormat == LogFormat::text);
  CHECK(parse({"serve", "--log-format", "json"}).logFormat == LogFormat::json);
}

TEST_CASE("lathe fetch tells projects from URLs") {
  struct {
    Words words;
    std::string path;
    std::string url;
  } cases[] = {
      {{}, "", "/"},
      {{"/a"}, "", "/a"},
      {{"http://x/"}, "", "http://x/"},
      {{"a.js"}, "a.js", "/"},
      {{"a.js", "/a"}, "a.js", "/a"},
      {{"/a", "a.js"}, "a.js", "/a"},
      {{"/project/wrangler.json", "/a"}, "/project/wrangler.json", "/a"},
      {{"-i", "a.js", "-X", "PUT", "/a"}, "a.js", "/a"},
      {{"-H", "a: b", "/a"}, "", "/a"},
      {{"-d", "a", "/a", "-d", "b"}, "", "/a"},
  };
  for (auto [words, path, url] : cases) {
    words.insert(words.begin(), "fetch");
    auto fetch = parsed<FetchOptions>(words);
    CHECK(fetch.project.path == path);
    CHECK(fetch.request.url == url);
  }
  auto full = parsed<FetchOptions>(
      {"fetch", "/", "-XPUT", "-H", "a: b", "-H", "c: d", "-d", "e", "-d", "@f", "-i"});
  CHECK(full.request.method == "PUT");
  CHECK(full.request.headers == Words{"a: b", "c: d"});
  CHECK(full.request.data == Words{"e", "@f"});
  CHECK(full.showHead);
}

TEST_CASE("lathe test takes any number of projects") {
  auto test = parsed<TestOptions>({"test", "a.json", "b.json", "--filter", "x", "c.json"});
  CHECK(test.paths == Words{"a.json", "b.json", "c.json"});
  CHECK(test.filter == "x");
}

TEST_CASE("help and version are for standard output") {
  CHECK(parsed<Information>({"--version"}).text.starts_with("lathe "));
  CHECK(parsed<Information>({"licenses"}).text.starts_with("lathe "));
  std::string all = parsed<Information>({"--help"}).text;
  for (const char* command : {"serve", "fetch", "check", "test", "storage"}) {
    CHECK(all.find(command) != std::string::npos);
    std::string one = parsed<Information>({command, "--help"}).text;
    CHECK(one.find(std::string("lathe ") + command) != std::string::npos);
  }
}

TEST_CASE("wrong usage is refused, with what was meant") {
  struct {
    Words words;
    std::string want;
  } cases[] = {
      {{}, "say what to do"},
      {{""}, "there is no command"},
      {{"srve"}, "there is no command \"srve\"; did you mean \"serve\"?"},
      {{"worker.js"}, "there are dev, serve, fetch, check, test, storage and licenses"},
      {{"--prot"}, "there is no option --prot"},
      {{"serve", "--prot", "1"}, "there is no option --prot; did you mean \"--port\"?"},
      {{"serve", "--port"}, "--port needs a value"},
      {{"serve", "--port", "1", "--port=2"}, "--port is given several times"},
      {{"serve", "-c"}, "--config needs a value"},
      {{"serve", "-c", "a", "-c", "b"}, "--config is given several times"},
      {{"dev", "--config=a", "-cb"}, "`lathe test` alone yet"},
      {{"fetch", "--env", "a", "-e", "b"}, "--env is given several times, and has one value"},
      {{"serve", "--port", "http"}, "http"},
      {{"serve", "--port", "70000"}, "70000"},
      {{"serve", "--port", "-1"}, "-1"},
      {{"serve", "--local-protocol", "ftp"}, "ftp"},
      {{"dev", "--https-key-path", "k.pem"}, "--https-cert-path"},
      {{"serve", "--log-format", "yaml"}, "yaml"},
      {{"serve", "a.js", "b.js"}, "\"b.js\" is one too many"},
      {{"fetch", "a.js", "b.js"}, "found \"b.js\""},
      {{"fetch", "a.js", "/", "/"}, "\"/\" is one too many"},
      {{"fetch", "-X"}, "--request needs a value"},
      {{"check", "a", "b", "c"}, "\"b\" is one too many"},
      {{"test"}, "CONFIG is required"},
  };
  for (const auto& [words, want] : cases) {
    CAPTURE(want);
    try {
      parse(words);
      FAIL("no error");
    } catch (const UsageError& error) {
      std::string text = error.what();
      CAPTURE(text);
      CHECK(text.find(want) != std::string::npos);
    }
  }
}

TEST_CASE("several values may stand behind one --var, --define or --alias") {
  using Pairs = std::vector<ProjectChoice::Pair>;
  auto dev = [](Words words) {
    words.insert(words.begin(), "dev");
    return parsed<DevOptions>(std::move(words)).serve.project;
  };
  CHECK(dev({"--var", "A:1", "B:2"}).variables == Pairs{{"A", "1"}, {"B", "2"}});
  CHECK(dev({"--var=A:1", "B:2", "--var", "C:3"}).variables ==
        Pairs{{"A", "1"}, {"B", "2"}, {"C", "3"}});

  // What does not look like one is no value any more, nor is what stands behind it.
  auto mixed = dev({"--var", "A:1", "B:http://x", "script.js", "--define", "A:1", "B=\":\"",
                    "--alias", "./a.js:./b.js", "c:./c.js", "--env", "far"});
  CHECK(mixed.variables == Pairs{{"A", "1"}, {"B", "http://x"}});
  CHECK(mixed.path == "script.js");
  CHECK(mixed.defines == Pairs{{"A", "1"}, {"B", "\":\""}});
  CHECK(mixed.aliases == Pairs{{"./a.js", "./b.js"}, {"c", "./c.js"}});
  CHECK(mixed.environment == "far");

  auto fetch = parsed<FetchOptions>({"fetch", "--var", "A:1", "http://shop.example/"});
  CHECK(fetch.request.url == "http://shop.example/");
  CHECK(fetch.project.variables == Pairs{{"A", "1"}});
  CHECK(parsed<FetchOptions>({"fetch", "-H", "a: b", "c.js", "-H", "d: e"}).request.headers ==
        Words{"a: b", "d: e"});

  CHECK_THROWS_WITH_AS(dev({"--var", "script.js"}), "--var needs NAME:VALUE; found \"script.js\"",
                       UsageError);
  CHECK_THROWS_WITH_AS(dev({"--define", "A"}), "--define needs NAME:VALUE; found \"A\"",
                       UsageError);
}

TEST_CASE("lathe test takes what replaces parts of a configuration") {
  auto test = parsed<TestOptions>({"test", "a.jsonc", "b.jsonc", "--env", "far", "--var", "A:1",
                                   "--env-file", "x", "--compatibility-date", "2026-01-01"});
  CHECK(test.paths == Words{"a.jsonc", "b.jsonc"});
  CHECK(test.project.environment == "far");
  CHECK(test.project.variables.size() == 1);
  CHECK(test.project.envFiles == Words{"x"});
  CHECK(test.project.compatibilityDate == "2026-01-01");
  // There may be several, which cannot have one name.
  CHECK_THROWS_AS(parse({"test", "a.jsonc", "--name", "x"}), UsageError);
}

}  // namespace lathe::cli
