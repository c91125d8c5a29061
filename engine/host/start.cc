#include "engine/host/start.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <dlfcn.h>
#include <unistd.h>

namespace {

using Main = int (*)(int, char**, char**);
using Initialize = void (*)(int, char**, char**);
using Start = int (*)(Main, int, char**, Initialize, void (*)(), void (*)(), void*);

// What the host gave the C library to be called before main().
Initialize initializeHost = nullptr;
int argumentCount = 0;
char** argumentValues = nullptr;

int runOurMain(int count, char** arguments, char**) { return latheMain(count, arguments); }

// Takes the place of the host's initialisers.
void initializeNothing(int, char**, char**) {}

}  // namespace

namespace lathe::host {

void initialize() {
  static std::once_flag once;
  std::call_once(once, [] { initializeHost(argumentCount, argumentValues, ::environ); });
}

}  // namespace lathe::host

// The host's entry point calls this one, as every program's does, with its main() and initialisers.
extern "C" [[gnu::visibility("default")]] int __libc_start_main(Main, int count, char** arguments,
                                                                Initialize initialize, void (*)(),
                                                                void (*finishLoader)(),
                                                                void* stackEnd) {
  auto* start = reinterpret_cast<Start>(::dlsym(RTLD_NEXT, "__libc_start_main"));
  if (!start) {
    std::fputs("lathe: the C library has no __libc_start_main\n", stderr);
    std::_Exit(127);
  }
  initializeHost = initialize;
  argumentCount = count;
  argumentValues = arguments;
  return start(runOurMain, count, arguments, initializeNothing, nullptr, finishLoader, stackEnd);
}
