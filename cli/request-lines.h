#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/terminal-log.h"
#include "engine/http/handler.h"

namespace lathe::cli {

// `handler`, with a line in the log for each request, which gets a number. `log` outlives it.
// `remark`, when given, says what is to be added to the line, if anything.
http::Handler withRequestLines(http::Handler handler, TerminalLog& log, std::string worker,
                               std::function<std::string_view()> remark = {});

}  // namespace lathe::cli
