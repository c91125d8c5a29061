#include "cli/wrangler-keys.h"

#include <algorithm>

namespace lathe::cli {

namespace {

using enum WranglerKey::Use;
using enum WranglerKey::Level;

constexpr WranglerKey kKeys[] = {
    {"$schema"},
    {"access", missing, anywhere, "Cloudflare Access"},
    {"account_id"},
    {"addresses", missing, topLevel, "e-mail"},
    {"agent_memory", missing, environment, "Agent Memory", "[].binding"},
    {"ai", missing, environment, "Workers AI", "binding"},
    {"ai_search", missing, environment, "AI Search", "[].binding"},
    {"ai_search_namespaces", missing, environment, "AI Search", "[].binding"},
    {"alias", read, topLevel},
    {"analytics", missing, environment, "Analytics SQL", "binding"},
    {"analytics_engine_datasets", missing, environment, "Analytics Engine", "[].binding",
     "Analytics Engine dataset"},
    {"artifacts", missing, environment, "Artifacts", "[].binding"},
    {"assets", missing, anywhere, "static assets", "binding"},
    {"base_dir", read},
    {"browser", missing, environment, "Browser Rendering", "binding"},
    {"build", read},
    {"cache", missing, anywhere, "a cache in front of workers"},
    {"cloudchamber", elsewhere, environment},
    {"compatibility_date", read},
    {"compatibility_flags", read},
    {"compliance_region"},
    {"connect", missing, environment, "raw sockets"},
    {"containers", missing, environment, "containers"},
    {"d1_databases", missing, environment, "D1 databases", "[].binding", "D1 database"},
    {"data_blobs", missing, topLevel, "data blobs", "{}", "data blob"},
    {"define", read, environment},
    {"dependencies_instrumentation"},
    {"dev", read, topLevel},
    {"dispatch_namespaces", missing, environment, "Workers for Platforms", "[].binding",
     "dispatch namespace"},
    {"durable_objects", read, environment},
    {"env", read, topLevel},
    {"exports", read},
    {"find_additional_modules", read},
    {"first_party_worker"},
    {"flagship", missing, environment, "Flagship", "[].binding"},
    {"hyperdrive", missing, environment, "Hyperdrive", "[].binding"},
    {"images", missing, environment, "Images", "binding"},
    {"jsx_factory", read},
    {"jsx_fragment", read},
    {"k2", missing, environment, "K2 streams", "[].binding", "K2 stream"},
    {"keep_names", read},
    {"keep_vars", elsewhere, topLevel},
    {"kv_namespaces", missing, environment, "KV namespaces", "[].binding", "KV namespace"},
    {"lathe", read},
    {"legacy_env", removed, topLevel, "without it, too, each environment is a worker of its own"},
    {"limits", read},
    {"logfwdr", missing, anywhere, "log forwarding", "bindings.[].name", "log forwarder"},
    {"logpush"},
    {"main", read},
    {"media", missing, environment, "Media Transformations", "binding"},
    {"migrations", read},
    {"minify", read},
    {"mtls_certificates", missing, environment, "client certificates", "[].binding",
     "client certificate"},
    {"name", read},
    {"no_bundle", read},
    {"node_compat", removed, anywhere,
     "put \"nodejs_compat\" into \"compatibility_flags\" instead"},
    {"observability"},
    {"pages_build_output_dir", missing, topLevel, "Pages projects"},
    {"pipelines", missing, environment, "Pipelines", "[].binding", "pipeline"},
    {"placement"},
    {"preserve_file_names"},
    {"preview_urls"},
    {"previews"},
    {"python_modules"},
    {"queues", missing, environment, "queues", "producers.[].binding", "queue"},
    {"r2_buckets", missing, environment, "R2 buckets", "[].binding", "R2 bucket"},
    {"ratelimits", missing, environment, "rate limits", "[].name", "rate limit"},
    {"route", read},
    {"routes", read},
    {"rules", read},
    {"secrets", read, environment},
    {"secrets_store_secrets", missing, environment, "the Secrets Store", "[].binding",
     "Secrets Store secret"},
    {"send_email", missing, environment, "e-mail", "[].name", "e-mail sender"},
    {"send_metrics", elsewhere, topLevel},
    {"services", read, environment},
    {"site", missing, topLevel, "Workers Sites"},
    {"stream", missing, environment, "Stream", "binding"},
    {"streaming_tail_consumers", missing, environment, "tail workers"},
    {"tail_consumers", missing, environment, "tail workers"},
    {"text_blobs", missing, topLevel, "text blobs", "{}", "text blob"},
    {"triggers", missing, anywhere, "cron triggers"},
    {"tsconfig", read},
    {"unsafe", missing, environment, "unsafe bindings", "bindings.[].name", "unsafe binding"},
    {"unsafe_hello_world", missing, environment, "unsafe bindings", "[].binding", "unsafe binding"},
    {"upload_source_maps"},
    {"usage_model"},
    {"vars", read, environment},
    {"vectorize", missing, environment, "Vectorize", "[].binding", "Vectorize index"},
    {"version_metadata", missing, environment, "version metadata", "binding"},
    {"vpc_networks", missing, environment, "private networks", "[].binding", "private network"},
    {"vpc_services", missing, environment, "private networks", "[].binding", "private service"},
    {"wasm_modules", missing, topLevel, "WebAssembly bindings", "{}", "WebAssembly module"},
    {"worker_loaders", missing, environment, "worker loaders", "[].binding", "worker loader"},
    {"workers_dev"},
    {"workflows", missing, environment, "Workflows", "[].binding", "Workflow"},
};

static_assert(std::ranges::is_sorted(kKeys, {}, &WranglerKey::name));

}  // namespace

std::span<const WranglerKey> wranglerKeys() { return kKeys; }

const WranglerKey* wranglerKey(std::string_view name) {
  auto found = std::ranges::lower_bound(kKeys, name, {}, &WranglerKey::name);
  return found != std::end(kKeys) && found->name == name ? &*found : nullptr;
}

}  // namespace lathe::cli
