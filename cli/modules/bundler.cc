#include "cli/modules/bundler.h"

#include <algorithm>

#include "cli/modules/bundle-files.h"
#include "cli/modules/bundle-messages.h"
#include "cli/modules/bundle-options.h"
#include "cli/read-file.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

// How often esbuild may end during one build before that is taken for the build's fault.
constexpr int kAttemptsMax = 2;

}  // namespace

// What esbuild remembers of one worker, under a key.
struct Bundler::Project {
  Project(const Config& read, EsbuildService& service, int number)
      : config(read), key(number), plugins(config, service, number) {}

  const Config config;
  int key;
  BundlePlugins plugins;
  // What the last build came to.
  EsbuildValue result;
  // The last bundle that is not in the cache.
  std::shared_ptr<Bundle> unkept;
};

Bundler::Bundler(OnRemark onRemark, BundleCache cache)
    : onRemark_(std::move(onRemark)), cache_(std::move(cache)) {}

Bundler::~Bundler() { stop(); }

void Bundler::stop() {
  for (const auto& [signature, project] : projects_) {
    if (project->unkept) cache_.keep(signature, *project->unkept);
  }
  projects_.clear();
  service_.reset();
}

std::shared_ptr<Bundle> Bundler::bundle(const Config& config) {
  if (service_ && !service_->running()) stop();
  EsbuildValue request = bundleRequest(config);
  request["plugins"] = EsbuildValue::array({BundlePlugins::describe(config)});
  std::string signature = bundleSignature(config, request);
  // What esbuild remembers is newer. Which files there are else, the cache does not know.
  if (!projects_.contains(signature) && !config.bundle.findAdditionalModules) {
    if (auto kept = cache_.find(signature)) return kept;
  }
  for (int attempt = 1;; ++attempt) {
    try {
      return build(config, request, signature);
    } catch (const EsbuildMissing& error) {
      stop();
      throw worker::LoadError(error.what());
    } catch (const EsbuildEnded& error) {
      stop();
      std::string line = std::string("esbuild has ended while it bundled ") +
                         shownPath(config.main.path) + ": " + error.what();
      if (attempt == kAttemptsMax) throw worker::LoadError(line);
      onRemark_(line + "; it is started again");
    }
  }
}

EsbuildService& Bundler::service() {
  if (service_) return *service_;
  service_ = std::make_unique<EsbuildService>(esbuildProgram(), life_);
  service_->setRequestHandler([this](EsbuildValue request, EsbuildService::Reply reply) {
    auto key = request.find("key");
    auto found = std::ranges::find_if(projects_, [&](const auto& entry) {
      return key != request.end() && key->is_number() &&
             entry.second->key == key->template get<int>();
    });
    if (found == projects_.end()) return reply(EsbuildValue::object());
    Project& project = *found->second;
    if (request["command"] != "on-end") return project.plugins.answer(std::move(request), reply);
    project.result = std::move(request);
    reply({{"errors", EsbuildValue::array()}, {"warnings", EsbuildValue::array()}});
  });
  return *service_;
}

Bundler::Project& Bundler::projectOf(const Config& config, EsbuildValue request,
                                     const std::string& signature) {
  EsbuildService& esbuild = service();
  auto found = projects_.find(signature);
  if (found != projects_.end()) return *found->second;

  auto made = std::make_unique<Project>(config, esbuild, nextKey_++);
  request["key"] = made->key;
  Project& project = *projects_.emplace(signature, std::move(made)).first->second;
  EsbuildValue answer = esbuild.call(request);
  std::string error = answer.value("error", "");
  if (error.empty() && answer.contains("errors") && !answer["errors"].empty()) {
    error = bundleErrors(answer["errors"], config);
  }
  if (error.empty()) return project;
  projects_.erase(signature);
  throw BundleError(error, {});
}

std::vector<fs::path> Bundler::inputsOf(const Config& config) {
  EsbuildService& esbuild = service();
  EsbuildValue request = bundleRequest(config);
  auto made = std::make_unique<Project>(config, esbuild, nextKey_++);
  request["plugins"] = EsbuildValue::array({BundlePlugins::describe(config, true)});
  request["key"] = made->key;
  request["context"] = false;
  constexpr const char* kListing = "listing";
  Project& project = *projects_.insert_or_assign(kListing, std::move(made)).first->second;
  esbuild.call(request);
  std::vector<fs::path> files = project.plugins.listed();
  projects_.erase(kListing);
  for (fs::path& file : settingsOfInputs(files, config)) files.push_back(std::move(file));
  return files;
}

std::shared_ptr<Bundle> Bundler::build(const Config& config, const EsbuildValue& request,
                                       const std::string& signature) {
  Project& project = projectOf(config, request, signature);
  project.result = nullptr;
  timespec begun = fileClockNow();
  EsbuildValue answer = service().call({{"command", "rebuild"}, {"key", project.key}});
  EsbuildValue result = std::move(project.result);
  if (!result.is_object()) {
    throw worker::LoadError("esbuild: " + answer.value("error", "it has built nothing"));
  }
  if (!result["errors"].empty()) {
    std::vector<fs::path> files = inputsOf(config);
    for (fs::path& file : filesOfErrors(result["errors"], config)) files.push_back(std::move(file));
    throw BundleError(bundleErrors(result["errors"], config), std::move(files));
  }
  auto bundle = std::make_shared<Bundle>();
  bundle->name = bundleNameOf(config);
  bundle->begun = begun;
  for (EsbuildValue& file : result["outputFiles"]) {
    const std::string path = file["path"].get<std::string>();
    // Style sheets that scripts import come out, too.
    if (path.ends_with(".js.map")) {
      bundle->map = std::make_shared<BundleMap>(takeBytes(file["contents"]));
    } else if (path.ends_with(".js")) {
      bundle->code = takeBytes(file["contents"]);
    }
  }
  if (!bundle->map) bundle->map = std::make_shared<BundleMap>("");
  bundle->inputs = inputsOfMetafile(takeBytes(result["metafile"]), config);
  bundle->settings = settingsOfInputs(bundle->inputs, config);
  bundle->outside = project.plugins.outside();
  for (const EsbuildValue& warning : result["warnings"]) {
    bundle->warnings.push_back(bundleMessage(warning, config));
  }
  if (!config.bundle.findAdditionalModules) project.unkept = bundle;
  return bundle;
}

}  // namespace lathe::cli
