#include "cli/wrangler-flags.h"

#include <string_view>

#include "cli/usage-error.h"

namespace lathe::cli {

namespace {

struct WranglerFlag {
  enum class Form { flag, value, values };
  enum class Use {
    harmless,  // nothing on this machine depends on it
    notYet,    // `text` is what lathe does not have yet
    refused,   // `text` is why
  };

  const char* names;
  Form form;
  Use use;
  const char* text = "";
};

using enum WranglerFlag::Form;
using enum WranglerFlag::Use;

constexpr const char* kHere =
    "lathe runs on this machine alone and reaches nothing of Cloudflare's";

constexpr WranglerFlag kFlags[] = {
    {"--assets", value, notYet, "static assets"},
    {"--enable-containers", flag, notYet, "containers"},
    {"--experimental-vectorize-bind-to-prod", flag, refused, kHere},
    {"--host", value, harmless},
    {"--https-cert-path", value, harmless},
    {"--https-key-path", value, harmless},
    {"--inspector-ip", value, notYet, "an inspector"},
    {"--inspector-port", value, notYet, "an inspector"},
    {"--latest", flag, harmless},
    {"--live-reload", flag, notYet, "live reload"},
    {"--local,-l", flag, harmless},
    {"--local-protocol", value, harmless},
    {"--local-upstream", value, harmless},
    {"--no-latest", flag, harmless},
    {"--no-live-reload", flag, harmless},
    {"--no-show-interactive-dev-session", flag, harmless},
    {"--no-types", flag, harmless},
    {"--remote,-r", flag, refused, kHere},
    {"--routes,--route", values, harmless},
    {"--show-interactive-dev-session", flag, harmless},
    {"--site", value, notYet, "Workers Sites"},
    {"--site-exclude", values, harmless},
    {"--site-include", values, harmless},
    {"--test-scheduled", flag, notYet, "scheduled events"},
    {"--tunnel", flag, refused, kHere},
    {"--types", flag, notYet, "generated types"},
    {"--upstream-protocol", value, harmless},
};

void take(const WranglerFlag& flag, std::vector<std::string>& notices) {
  std::string_view names = flag.names;
  std::string name(names.substr(0, names.find(',')));
  if (flag.use == refused) throw UsageError(name + ": " + flag.text);
  if (flag.use == notYet) {
    notices.push_back(name + ": lathe does not have " + flag.text + " yet");
  }
}

// Whether the command has an option of the first of these names.
bool has(const CLI::App& command, std::string_view names) {
  return command.get_option_no_throw(std::string(names.substr(0, names.find(',')))) != nullptr;
}

}  // namespace

void addWranglerFlags(CLI::App& command, std::vector<std::string>& notices) {
  for (const WranglerFlag& flag : kFlags) {
    if (has(command, flag.names)) continue;
    CLI::Option* option = nullptr;
    if (flag.form == WranglerFlag::Form::flag) {
      option = command.add_flag_callback(flag.names, [&] { take(flag, notices); });
    } else {
      option = command.add_option_function<std::vector<std::string>>(
          flag.names, [&](const std::vector<std::string>&) { take(flag, notices); });
      option->allow_extra_args(false);
    }
    option->group("");
  }
}

}  // namespace lathe::cli
