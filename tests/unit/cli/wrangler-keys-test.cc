#include "cli/wrangler-keys.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "cli/config.h"

namespace lathe::cli {
namespace {

Config configOf(const std::string& text) {
  ConfigFile file{"/project/wrangler.jsonc", "wrangler.jsonc", {}};
  file.root = parseJsonc(R"({"name": "x", "main": "a.js", "compatibility_date": "2026-08-01",)"
                         "\n" +
                         text + "}");
  return readConfig(file, {});
}

std::string errorOf(const std::string& text) {
  try {
    configOf(text);
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a key is passed over only where nothing that a worker does depends on it") {
  const std::map<std::string_view, std::string_view> kReasons = {
      {"$schema", "for editors"},
      {"account_id", "deploying"},
      {"cloudchamber", "deploying containers"},
      {"compliance_region", "deploying"},
      {"dependencies_instrumentation", "what is told about a deployment"},
      {"first_party_worker", "deploying"},
      {"keep_vars", "deploying"},
      {"logpush", "what is told about requests"},
      {"observability", "what is told about requests"},
      {"placement", "where it runs"},
      {"preserve_file_names", "the names of what is uploaded"},
      {"preview_urls", "addresses of deployments"},
      {"previews", "deployments of branches"},
      {"python_modules", "Python is refused with a sentence"},
      {"send_metrics", "wrangler's own"},
      {"upload_source_maps", "deploying"},
      {"usage_model", "billing of former days"},
      {"workers_dev", "addresses of deployments"},
  };
  std::set<std::string_view> passedOver;
  for (const WranglerKey& key : wranglerKeys()) {
    if (key.use == WranglerKey::Use::elsewhere) passedOver.insert(key.name);
  }
  for (const auto& [name, why] : kReasons) {
    CAPTURE(name);
    CHECK(passedOver.erase(name) == 1);
  }
  for (std::string_view name : passedOver) FAIL_CHECK(name);
}

TEST_CASE("what a configuration asks for and lathe does not do is told or refused") {
  struct {
    std::string text;
    std::string want;  // empty: nothing is told
  } cases[] = {
      {R"("access": {"dev": {"aud": "a"}})",
       "\"access\": lathe does not have Cloudflare Access yet"},
      {R"("addresses": ["a@example.com"])", "\"addresses\": lathe does not have e-mail yet"},
      {R"("agent_memory": [{"binding": "M", "namespace": "n"}])",
       "lathe does not have Agent Memory yet; using env.M throws"},
      {R"("analytics": {"binding": "A"})",
       "lathe does not have Analytics SQL yet; using env.A throws"},
      {R"("cache": {"enabled": true})",
       "\"cache\": lathe does not have a cache in front of workers"},
      {R"("cache": {"enabled": false})", ""},
      {R"("connect": [{"port": 1, "protocol": "tcp"}])", "lathe does not have raw sockets yet"},
      {R"("k2": [{"binding": "K", "stream": "s"}])",
       "lathe does not have K2 streams yet; using env.K throws"},
      {R"("limits": {"subrequests": 5})",
       "\"limits.subrequests\": lathe does not limit subrequests yet"},
      {R"("services": [{"binding": "S", "service": "far", "remote": true}])",
       "\"services[0].remote\": lathe does not have remote bindings; using env.S throws"},
      {R"("services": [{"binding": "S", "service": "x", "remote": false}])", ""},
      {R"("unsafe": {"bindings": [{"name": "U", "type": "t"}]})", "using env.U throws"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    std::string told;
    for (const std::string& line : configOf(text).notices) told += line;
    CAPTURE(told);
    CHECK(told.empty() == want.empty());
    CHECK(told.find(want) != std::string::npos);
  }
}

TEST_CASE("what wrangler refuses by now is refused, with what to do instead") {
  CHECK(errorOf(R"("node_compat": true)") ==
        "wrangler.jsonc:2:1: \"node_compat\" is not supported any more: put \"nodejs_compat\" into "
        "\"compatibility_flags\" instead");
  CHECK(errorOf(R"("legacy_env": false)") ==
        "wrangler.jsonc:2:1: \"legacy_env\" is not supported any more: without it, too, each "
        "environment is a worker of its own");
}

}  // namespace lathe::cli
