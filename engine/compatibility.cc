#include "engine/compatibility.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/nearest-name.h"

namespace lathe {

namespace {

constexpr std::array<FlagInfo, kFlagCount> kFlags = {{
#define FLAG(enumerator, name, opposite, date, conduct, change) \
  {Flag::enumerator, name, opposite, date, Conduct::conduct, change},
#include "engine/compatibility-flags.inc"
#undef FLAG
}};

// `then` is on, unless somebody turned it off, where `when` is on and the date is at least `from`.
// A row whose `when` is some other row's `then` stands after that row: one pass resolves them all.
struct Implication {
  Flag when;
  Flag then;
  std::string_view from;
};

constexpr Implication kImplications[] = {
    {Flag::NodejsCompatV2, Flag::NodejsCompat, "2000-01-01"},
    {Flag::NodejsCompat, Flag::NodejsCompatV2, "2024-09-23"},
    {Flag::NodejsCompatV2, Flag::NodejsZlib, "2024-09-23"},
    {Flag::NodejsCompat, Flag::NodejsZlib, "2024-09-23"},
    {Flag::NodejsCompat, Flag::NodejsCompatPopulateProcessEnv, "2025-04-01"},
    {Flag::NodejsCompat, Flag::EnableNodejsHttpModules, "2025-08-15"},
    {Flag::EnableNodejsHttpModules, Flag::EnableNodejsHttpServerModules, "2025-09-01"},
    {Flag::NodejsCompat, Flag::RemoveNodejsCompatEol, "2025-09-01"},
    {Flag::NodejsCompat, Flag::RemoveNodejsCompatEolV22, "2027-04-30"},
    {Flag::NodejsCompat, Flag::RemoveNodejsCompatEolV24, "2028-04-30"},
    {Flag::RemoveNodejsCompatEolV24, Flag::RemoveNodejsCompatEolV23, "2025-09-01"},
    {Flag::NodejsCompat, Flag::EnableNodejsHttp2Module, "2025-09-01"},
    {Flag::NodejsCompat, Flag::EnableNodejsFsModule, "2025-09-15"},
    {Flag::NodejsCompat, Flag::EnableNodejsOsModule, "2025-09-15"},
    {Flag::NodejsCompat, Flag::EnableNodejsProcessV2, "2025-09-15"},
    {Flag::NodejsCompat, Flag::EnableNodejsConsoleModule, "2025-09-21"},
    {Flag::NodejsCompat, Flag::EnableNodejsVmModule, "2025-10-01"},
    {Flag::NodejsCompat, Flag::EnableNodejsClusterModule, "2025-12-04"},
    {Flag::NodejsCompat, Flag::EnableNodejsPunycodeModule, "2025-12-04"},
    {Flag::NodejsCompat, Flag::EnableNodejsTraceEventsModule, "2025-12-04"},
    {Flag::NodejsCompat, Flag::EnableNodejsWasiModule, "2025-12-04"},
    {Flag::NodejsCompat, Flag::EnableNodejsDomainModule, "2025-12-04"},
    {Flag::NodejsCompat, Flag::EnableNodejsDgramModule, "2026-01-29"},
    {Flag::NodejsCompat, Flag::EnableNodejsStreamWrapModule, "2026-01-29"},
    {Flag::NodejsCompat, Flag::EnableNodejsSqliteModule, "2026-01-29"},
    {Flag::NodejsCompat, Flag::EnableNodejsInspectorModule, "2026-01-29"},
    {Flag::NodejsCompat, Flag::EnableNodejsGlobalTimers, "2026-02-10"},
    {Flag::NodejsCompat, Flag::EnableNodejsPerfHooksModule, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableGlobalPerformanceClasses, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableNodejsChildProcessModule, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableNodejsReadlineModule, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableNodejsReplModule, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableNodejsV8Module, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableNodejsWorkerThreadsModule, "2026-03-17"},
    {Flag::NodejsCompat, Flag::EnableNodejsTtyModule, "2026-03-17"},
    {Flag::FetchIterableTypeSupport, Flag::FetchIterableTypeSupportOverrideAdjustment,
     "2026-01-15"},
    {Flag::CacheOptionEnabled, Flag::CacheNoCacheEnabled, "2025-08-07"},
    {Flag::PythonWorkersDevelopment, Flag::PythonWorkers, "2000-01-01"},
    {Flag::PythonWorkers, Flag::PythonWorkflows, "2025-09-20"},
    {Flag::PythonWorkers, Flag::PythonWorkers20250116, "2025-09-29"},
    {Flag::PythonWorkers20250116, Flag::PythonDedicatedSnapshot, "2025-10-16"},
    {Flag::PythonWorkers, Flag::PythonCheckRngState, "2025-12-16"},
    {Flag::PythonWorkers, Flag::PythonWorkflowsImplicitDependencies, "2026-02-25"},
    {Flag::PythonWorkers, Flag::PythonWorkers314, "2026-09-08"},
};

// A day that exists, written as "yyyy-mm-dd". Such dates sort as text, so nobody needs more.
bool isDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  auto number = [&](size_t from, size_t length) {
    int value = 0;
    for (char c : text.substr(from, length)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 1 || day < 1) return false;
  return std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

// One flag as the user spelt it.
struct Spelling {
  const FlagInfo* info;
  bool on;
};

std::optional<Spelling> find(std::string_view name) {
  if (name.empty()) return std::nullopt;  // a row without an opposite has an empty one
  for (const FlagInfo& info : kFlags) {
    if (info.name == name) return Spelling{&info, true};
    if (info.opposite == name) return Spelling{&info, false};
  }
  return std::nullopt;
}

std::string unknownFlag(std::string_view name) {
  std::vector<std::string_view> known;
  for (const FlagInfo& info : kFlags) {
    known.push_back(info.name);
    if (!info.opposite.empty()) known.push_back(info.opposite);
  }
  return "unknown compatibility flag \"" + std::string(name) + "\"" + didYouMean(name, known);
}

// What to say when `name` asks for something that lathe does the other way.
std::optional<std::string> notice(std::string_view name, const Spelling& spelling) {
  Conduct conduct = spelling.info->conduct;
  bool honoured = conduct == Conduct::Follows || conduct == Conduct::Elsewhere ||
                  (conduct == Conduct::AlwaysOn) == spelling.on;
  if (honoured) return std::nullopt;
  std::string sentence(spelling.info->change);
  sentence.pop_back();
  return "compatibility flag \"" + std::string(name) +
         "\" has no effect in lathe yet: " + (spelling.on ? "not here: " : "always so: ") +
         sentence;
}

}  // namespace

std::span<const FlagInfo> compatibilityFlags() { return kFlags; }

Compatibility::Compatibility()
    : Compatibility(resolve(kNewestCompatibilityDate, {}).compatibility) {}

Compatibility::Resolved Compatibility::resolve(std::optional<std::string_view> date,
                                               std::span<const std::string> flags) {
  Resolved resolved{Compatibility(Unresolved()), {}, {}};
  Compatibility& result = resolved.compatibility;
  if (date && !isDate(*date))
    throw CompatibilityError(std::nullopt,
                             "\"" + std::string(*date) + "\" is no date of the form yyyy-mm-dd");
  if (!date)
    resolved.warnings.push_back("no compatibility_date is set: taking the newest, " +
                                std::string(kNewestCompatibilityDate));
  else if (*date > kNewestCompatibilityDate)
    resolved.warnings.push_back("compatibility_date " + std::string(*date) +
                                " is newer than what this lathe knows, which is " +
                                std::string(kNewestCompatibilityDate));
  result.date_ = date.value_or(kNewestCompatibilityDate);

  for (const FlagInfo& info : kFlags)
    if (!info.defaultDate.empty() && info.defaultDate <= result.date_)
      result.set_.set(static_cast<size_t>(info.flag));

  std::array<std::optional<Spelling>, kFlagCount> asked;
  for (size_t i = 0; i < flags.size(); ++i) {
    std::optional<Spelling> spelling = find(flags[i]);
    if (!spelling) throw CompatibilityError(i, unknownFlag(flags[i]));
    size_t index = static_cast<size_t>(spelling->info->flag);
    if (asked[index] && asked[index]->on != spelling->on)
      throw CompatibilityError(i, "compatibility flags \"" + std::string(spelling->info->name) +
                                      "\" and \"" + std::string(spelling->info->opposite) +
                                      "\" contradict each other");
    if (!asked[index])
      if (auto sentence = notice(flags[i], *spelling)) resolved.notices.push_back(*sentence);
    asked[index] = spelling;
    result.set_.set(index, spelling->on);
  }

  for (const Implication& implication : kImplications) {
    size_t then = static_cast<size_t>(implication.then);
    if (result.has(implication.when) && implication.from <= result.date_ && !asked[then])
      result.set_.set(then);
  }
  return resolved;
}

std::vector<Compatibility::Named> Compatibility::named() const {
  std::vector<Named> all;
  all.reserve(kFlags.size());
  for (const FlagInfo& info : kFlags) all.push_back({info.name, has(info.flag)});
  return all;
}

}  // namespace lathe
