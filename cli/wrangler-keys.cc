#include "cli/wrangler-keys.h"

#include <algorithm>

namespace lathe::cli {

namespace {

using enum WranglerKey::Use;
using enum WranglerKey::Level;

constexpr WranglerKey kKeys[] = {
    {"$schema"},
    {"account_id"},
    {"ai", missing, environment, "Workers AI", "binding"},
    {"ai_search", missing, environment, "AI Search", "[].binding"},
    {"ai_search_namespaces", missing, environment, "AI Search", "[].binding"},
    {"alias", missing, topLevel, "module aliases"},
    {"analytics_engine_datasets", missing, environment, "Analytics Engine", "[].binding"},
    {"assets", missing, anywhere, "static assets", "binding"},
    {"base_dir", read},
    {"browser", missing, environment, "Browser Rendering", "binding"},
    {"build", missing, anywhere, "build commands"},
    {"cache"},
    {"cloudchamber", elsewhere, environment},
    {"compatibility_date", read},
    {"compatibility_flags", read},
    {"compliance_region"},
    {"containers", missing, environment, "containers"},
    {"d1_databases", missing, environment, "D1 databases", "[].binding"},
    {"data_blobs", missing, topLevel, "data blobs", "{}"},
    {"define", missing, environment, "replacement of identifiers"},
    {"dev", read, topLevel},
    {"dispatch_namespaces", missing, environment, "Workers for Platforms", "[].binding"},
    {"durable_objects", read, environment},
    {"env", read, topLevel},
    {"exports"},
    {"find_additional_modules"},
    {"first_party_worker"},
    {"hyperdrive", missing, environment, "Hyperdrive", "[].binding"},
    {"images", missing, environment, "Images", "binding"},
    {"jsx_factory"},
    {"jsx_fragment"},
    {"keep_names"},
    {"keep_vars", elsewhere, topLevel},
    {"kv_namespaces", missing, environment, "KV namespaces", "[].binding"},
    {"lathe", read},
    {"legacy_env", elsewhere, topLevel},
    {"limits", read},
    {"logfwdr", missing, anywhere, "log forwarding", "bindings.[].name"},
    {"logpush"},
    {"main", read},
    {"media", missing, environment, "Media Transformations", "binding"},
    {"migrations", read},
    {"minify"},
    {"mtls_certificates", missing, environment, "client certificates", "[].binding"},
    {"name", read},
    {"no_bundle"},
    {"node_compat"},
    {"observability"},
    {"pages_build_output_dir", missing, topLevel, "Pages projects"},
    {"pipelines", missing, environment, "Pipelines", "[].binding"},
    {"placement"},
    {"preserve_file_names"},
    {"preview_urls"},
    {"previews"},
    {"python_modules"},
    {"queues", missing, environment, "queues", "producers.[].binding"},
    {"r2_buckets", missing, environment, "R2 buckets", "[].binding"},
    {"ratelimits", missing, environment, "rate limits", "[].name"},
    {"route"},
    {"routes"},
    {"rules", read},
    {"secrets", missing, environment, "secrets"},
    {"secrets_store_secrets", missing, environment, "the Secrets Store", "[].binding"},
    {"send_email", missing, environment, "e-mail", "[].name"},
    {"send_metrics", elsewhere, topLevel},
    {"services", read, environment},
    {"site", missing, topLevel, "Workers Sites"},
    {"stream", missing, environment, "Stream", "binding"},
    {"streaming_tail_consumers", missing, environment, "tail workers"},
    {"tail_consumers", missing, environment, "tail workers"},
    {"text_blobs", missing, topLevel, "text blobs", "{}"},
    {"triggers", missing, anywhere, "cron triggers"},
    {"tsconfig"},
    {"unsafe", missing, environment, "unsafe bindings", "bindings.[].name"},
    {"unsafe_hello_world", missing, environment, "unsafe bindings", "[].binding"},
    {"upload_source_maps"},
    {"usage_model"},
    {"vars", read, environment},
    {"vectorize", missing, environment, "Vectorize", "[].binding"},
    {"version_metadata", missing, environment, "version metadata", "binding"},
    {"vpc_networks", missing, environment, "private networks", "[].binding"},
    {"vpc_services", missing, environment, "private networks", "[].binding"},
    {"wasm_modules", missing, topLevel, "WebAssembly bindings", "{}"},
    {"worker_loaders", missing, environment, "worker loaders", "[].binding"},
    {"workers_dev"},
    {"workflows", missing, environment, "Workflows", "[].binding"},
};

static_assert(std::ranges::is_sorted(kKeys, {}, &WranglerKey::name));

}  // namespace

std::span<const WranglerKey> wranglerKeys() { return kKeys; }

const WranglerKey* wranglerKey(std::string_view name) {
  auto found = std::ranges::lower_bound(kKeys, name, {}, &WranglerKey::name);
  return found != std::end(kKeys) && found->name == name ? &*found : nullptr;
}

}  // namespace lathe::cli
