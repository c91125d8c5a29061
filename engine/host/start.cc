#include "engine/host/start.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <unistd.h>
#include <v8-initialization.h>
#include <v8-version.h>

namespace {

using Main = int (*)(int, char**, char**);
using Initialize = void (*)(int, char**, char**);
using Start = int (*)(Main, int, char**, Initialize, void (*)(), void (*)(), void*);

// What the host gave the C library to be called before main().
Initialize initializeHost = nullptr;
int argumentCount = 0;
char** argumentValues = nullptr;

// A host of another V8 would crash at the first object that is laid out otherwise.
bool isHostTheOneBuiltFor() {
  const std::string wanted = std::to_string(V8_MAJOR_VERSION) + "." +
                             std::to_string(V8_MINOR_VERSION) + "." +
                             std::to_string(V8_BUILD_NUMBER) + "." + std::to_string(V8_PATCH_LEVEL);
  const std::string_view found = v8::V8::GetVersion();
  // What follows is the embedder's: "-node.40".
  if (found.substr(0, found.find('-')) == wanted) return true;
  std::fprintf(
      stderr,
      "lathe: the program and the liblathe.so beside it are of different builds: the library "
      "is for V8 %s, the program has %s. Install both again.\n",
      wanted.c_str(), found.data());
  return false;
}

// liblathe.so's operator new takes from its own allocator, which a library of LD_PRELOAD may have
// come before: then other libraries would give back to that one.
bool isAllocatorOurs() {
#ifndef __SANITIZE_ADDRESS__
  const char* preloaded = std::getenv("LD_PRELOAD");
  if (!preloaded) return true;
  Dl_info ours = {};
  Dl_info first = {};
  ::dladdr(reinterpret_cast<void*>(&isHostTheOneBuiltFor), &ours);
  ::dladdr(::dlsym(RTLD_DEFAULT, "malloc"), &first);
  if (ours.dli_fbase != first.dli_fbase) {
    std::fprintf(stderr,
                 "lathe: LD_PRELOAD (%s) brings another allocator, which cannot be beside lathe's "
                 "own. Start "
                 "lathe without it.\n",
                 preloaded);
    return false;
  }
#endif
  return true;
}

int runOurMain(int count, char** arguments, char**) {
  return isHostTheOneBuiltFor() && isAllocatorOurs() ? latheMain(count, arguments) : 127;
}

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
