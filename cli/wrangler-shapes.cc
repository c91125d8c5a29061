#include "cli/wrangler-shapes.h"

#include <algorithm>

namespace lathe::cli {

namespace {

constexpr WranglerShape kShapes[] = {
    {"access", "dev"},
    {"access.dev", "aud identity"},
    {"agent_memory[]", "binding namespace remote"},
    {"ai", "binding remote staging"},
    {"ai_search[]", "binding instance_name remote"},
    {"ai_search_namespaces[]", "binding namespace remote"},
    {"analytics", "binding remote"},
    {"analytics_engine_datasets[]", "binding dataset remote"},
    {"artifacts[]", "binding namespace remote"},
    {"assets", "base_path binding directory html_handling not_found_handling run_worker_first"},
    {"browser", "binding remote"},
    {"build", "command cwd watch_dir"},
    {"cache", "cross_version_cache enabled"},
    {"connect[]", "address idle_timeout_ms max_pending_bytes port protocol"},
    {"d1_databases[]",
     "binding database_id database_internal_env database_name jurisdiction migrations_dir "
     "migrations_pattern migrations_table preview_database_id remote"},
    {"dependencies_instrumentation", "enabled exclude_packages"},
    {"dev",
     "container_engine enable_containers generate_types host inspector_ip inspector_port ip "
     "local_protocol port upstream_protocol"},
    {"dev.container_engine", "localDocker"},
    {"dev.container_engine.localDocker", "containerEgressInterceptorImage socketPath"},
    {"dispatch_namespaces[]", "binding namespace outbound remote"},
    {"dispatch_namespaces[].outbound", "environment parameters service"},
    {"durable_objects", "bindings code_update_strategy"},
    {"durable_objects.bindings[]", "class_name environment name script_name"},
    {"durable_objects.code_update_strategy", "max_delay mode"},
    {"flagship[]", "app_id binding remote"},
    {"hyperdrive[]", "binding id localConnectionString remote"},
    {"images", "binding remote"},
    {"k2[]", "binding remote stream"},
    {"kv_namespaces[]", "binding id preview_id remote"},
    {"limits", "cpu_ms subrequests"},
    {"logfwdr", "bindings"},
    {"logfwdr.bindings[]", "destination name"},
    {"media", "binding remote"},
    {"mtls_certificates[]", "binding certificate_id remote"},
    {"observability", "enabled head_sampling_rate issues logs redact_query_string traces"},
    {"observability.issues", "enabled"},
    {"observability.logs", "destinations enabled head_sampling_rate invocation_logs persist"},
    {"observability.traces", "destinations enabled head_sampling_rate persist"},
    {"pipelines[]", "binding pipeline remote stream"},
    {"placement", "hint host hostname mode region"},
    {"python_modules", "exclude"},
    {"queues", "consumers producers"},
    {"queues.consumers[]",
     "dead_letter_queue max_batch_size max_batch_timeout max_concurrency max_retries queue "
     "retry_delay type visibility_timeout_ms"},
    {"queues.producers[]", "binding delivery_delay queue remote"},
    {"r2_buckets[]", "binding bucket_name jurisdiction local_dev preview_bucket_name remote"},
    {"r2_buckets[].local_dev", "experimental_s3_credentials"},
    {"r2_buckets[].local_dev.experimental_s3_credentials", "accessKeyId secretAccessKey"},
    {"ratelimits[]", "name namespace_id simple"},
    {"ratelimits[].simple", "limit period"},
    {"route", "custom_domain enabled pattern previews_enabled zone_id zone_name"},
    {"routes[]", "custom_domain enabled pattern previews_enabled zone_id zone_name"},
    {"rules[]", "fallthrough globs type"},
    {"secrets", "required"},
    {"secrets_store_secrets[]", "binding secret_name store_id"},
    {"send_email[]",
     "allowed_destination_addresses allowed_sender_addresses destination_address name remote"},
    {"services[]", "binding entrypoint props remote service"},
    {"site", "bucket entry-point exclude include"},
    {"stream", "binding remote"},
    {"streaming_tail_consumers[]", "service"},
    {"tail_consumers[]", "environment service"},
    {"triggers", "crons events"},
    {"triggers.events[]", "filter targets type"},
    {"triggers.events[].filter", "namespace repo_name"},
    {"triggers.events[].targets[]", "type workflow_name"},
    {"unsafe_hello_world[]", "binding enable_timer"},
    {"vectorize[]", "binding index_name remote"},
    {"version_metadata", "binding"},
    {"vpc_networks[]", "binding network_id remote tunnel_id"},
    {"vpc_services[]", "binding remote service_id"},
    {"worker_loaders[]", "binding"},
    {"workflows[]",
     "binding class_name concurrency default_retention jurisdiction limits name remote schedules "
     "script_name"},
    {"workflows[].concurrency", "limit"},
    {"workflows[].default_retention", "error_retention success_retention"},
    {"workflows[].limits", "steps"},
};

static_assert(std::ranges::is_sorted(kShapes, {}, &WranglerShape::path));

}  // namespace

std::span<const WranglerShape> wranglerShapes() { return kShapes; }

const WranglerShape* wranglerShape(std::string_view path) {
  auto found = std::ranges::lower_bound(kShapes, path, {}, &WranglerShape::path);
  return found != std::end(kShapes) && found->path == path ? &*found : nullptr;
}

}  // namespace lathe::cli
