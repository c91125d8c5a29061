// Makes the startup snapshot, as a step of the build: make-snapshot BUILTINS.js SNAPSHOT.bin
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>

#include "engine/api/platform-bindings.h"
#include "engine/host/start.h"
#include "engine/js/platform.h"
#include "engine/js/snapshot.h"

int latheMain(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: make-snapshot BUILTINS.js SNAPSHOT.bin\n", stderr);
    return 2;
  }
  try {
    std::ifstream in(argv[1], std::ios::binary);
    if (!in) throw std::runtime_error(std::string("cannot read ") + argv[1]);
    std::string builtins{std::istreambuf_iterator<char>(in), {}};
    lathe::js::Platform platform;
    auto snapshot = lathe::js::makeSnapshot(platform, lathe::api::platformBindings(), builtins);
    std::ofstream out(argv[2], std::ios::binary | std::ios::trunc);
    out.write(snapshot.data(), static_cast<std::streamsize>(snapshot.size()));
    out.close();
    if (!out) throw std::runtime_error(std::string("cannot write ") + argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make-snapshot: %s\n", error.what());
    return 1;
  }
}
