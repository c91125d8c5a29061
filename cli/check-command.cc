#include "cli/check-command.h"

#include "cli/build-run.h"
#include "cli/output.h"
#include "cli/runtime.h"

namespace lathe::cli {

ExitCode check(const ProjectChoice& project, TerminalLog& log) {
  Config config = loadConfigAlone(project);
  runBuild(config, log);
  Runtime runtime(log, {config}, {.ephemeral = true, .byDefault = ObjectStorage::none});
  runtime.load({config});
  if (log.format() == LogFormat::json) {
    writeOut(jsonLine({{"event", "checked"}, {"worker", config.name}, {"file", config.shownAs}}));
  } else {
    writeOut("The worker \"" + config.name + "\" of " + config.shownAs + " loads.\n");
  }
  return ExitCode::done;
}

}  // namespace lathe::cli
