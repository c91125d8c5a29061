#include "cli/check-command.h"

#include "cli/build-run.h"
#include "cli/output.h"
#include "cli/runtime.h"
#include "engine/shown-text.h"

namespace lathe::cli {

ExitCode check(const ProjectChoice& project, TerminalLog& log) {
  Config config = loadConfigAlone(project);
  runBuild(config, log);
  Runtime runtime(log, {config}, {.ephemeral = true, .byDefault = ObjectStorage::none});
  runtime.load({config});
  if (log.format() == LogFormat::json) {
    JsonLine line("info", "checked");
    writeOut(line.worker(config.name).text("file", config.shownAs).take());
  } else {
    writeOut(shownText("The worker \"" + config.name + "\" of " + config.shownAs + " loads.") +
             "\n");
  }
  return ExitCode::done;
}

}  // namespace lathe::cli
