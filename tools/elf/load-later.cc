// Makes a copy of a program or a shared library that comes without some of the libraries that it is
// linked with.
//
//   load-later --libraries=LIBRARY,… [--skip=FUNCTION,…] FILE COPY
//
// Each library that a program is linked with costs every start of it, OpenSSL a quarter of lathe's,
// used or not.
//
// - The copy does not name LIBRARY… as needed, nor their versions.
// - In a program, which binds its calls when they are first made, nothing else changes: whoever
//   calls a function of LIBRARY has loaded it before, for all to see (dlopen, RTLD_GLOBAL).
// - In a library that binds at once, all that refers to LIBRARY is left out: what needs it must
//   not be called. FUNCTION… are the library's own that would be while it is loaded; in the copy
//   they return at once.
//
// What cannot be done to a file is left undone: the copy then works as well and starts slower. One
// line on standard error says so, and the exit status is 0. It is 1 when a file cannot be read or
// written.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <elf.h>

#include "tools/elf/elf-image.h"

namespace lathe::elf {
namespace {

// The libraries that are to come later.
class Libraries {
 public:
  // Throws Refusal when one of them is not on this machine.
  explicit Libraries(const std::vector<std::string>& names) : names_(names.begin(), names.end()) {
    for (const auto& name : names_) {
      handles_.push_back(::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL));
      if (!handles_.back()) throw Refusal("there is no " + name);
    }
  }
  Libraries(const Libraries&) = delete;
  Libraries& operator=(const Libraries&) = delete;
  ~Libraries() {
    for (void* handle : handles_) {
      if (handle) ::dlclose(handle);
    }
  }

  bool has(const std::string& name) const { return names_.contains(name); }

  // Whether one of them, and none that they need themselves, defines it.
  bool define(const char* symbol) const {
    return std::ranges::any_of(handles_, [&](void* handle) {
      void* address = ::dlsym(handle, symbol);
      Dl_info info;
      return address && ::dladdr(address, &info) != 0 &&
             has(std::filesystem::path(info.dli_fname).filename());
    });
  }

 private:
  std::set<std::string> names_;
  std::vector<void*> handles_;
};

void skip(Image& image, Dynamic& dynamic, const std::vector<std::string>& functions) {
  constexpr unsigned char kReturn = 0xc3;
  for (const auto& function : functions) {
    bool found = false;
    for (std::uint64_t i = 1; i < dynamic.symbolCount(); ++i) {
      const auto& symbol = dynamic.symbol(i);
      if (symbol.st_shndx == SHN_UNDEF || function != dynamic.string(symbol.st_name)) continue;
      *image.mapped<unsigned char>(symbol.st_value, 1) = kReturn;
      found = true;
    }
    if (!found) throw Refusal("it has no function " + function);
  }
}

// Takes the names of the libraries out of what the dynamic linker checks before it relocates.
void forget(Image& image, Dynamic& dynamic, const Libraries& libraries) {
  const auto entries = dynamic.entries();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if ((*entry)->d_tag == DT_NEEDED && libraries.has(dynamic.string((*entry)->d_un.d_val))) {
      dynamic.remove(*entry);
    }
  }
  if (!dynamic.has(DT_VERNEED)) return;
  // A chain of offsets, each relative to its own entry.
  std::vector<std::uint64_t> kept;
  std::uint64_t address = dynamic[DT_VERNEED];
  for (auto left = dynamic[DT_VERNEEDNUM]; left != 0; --left) {
    const auto* entry = image.mapped<Elf64_Verneed>(address, 1);
    if (!libraries.has(dynamic.string(entry->vn_file))) kept.push_back(address);
    if (entry->vn_next == 0) break;
    address += entry->vn_next;
  }
  if (kept.empty()) {
    for (const auto tag : {DT_VERNEED, DT_VERNEEDNUM}) dynamic.remove(tag);
    if (!dynamic.has(DT_VERDEF)) dynamic.remove(DT_VERSYM);
    return;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto next = i + 1 < kept.size() ? kept[i + 1] - kept[i] : 0;
    image.mapped<Elf64_Verneed>(kept[i], 1)->vn_next = static_cast<Elf64_Word>(next);
  }
  dynamic[DT_VERNEED] = kept.front();
  dynamic[DT_VERNEEDNUM] = kept.size();
}

void detach(Image& image, Dynamic& dynamic, const Libraries& libraries) {
  std::vector<bool> later(dynamic.symbolCount());
  for (std::uint64_t i = 1; i < later.size(); ++i) {
    auto& symbol = dynamic.symbol(i);
    if (symbol.st_shndx != SHN_UNDEF || !libraries.define(dynamic.string(symbol.st_name))) continue;
    later[i] = true;
    // Nobody minds that it is not there yet, in whatever version.
    symbol.st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbol.st_info));
    if (dynamic.has(DT_VERSYM)) {
      *image.mapped<Elf64_Versym>(dynamic[DT_VERSYM] + i * sizeof(Elf64_Versym), 1) =
          VER_NDX_GLOBAL;
    }
  }
  const auto concerns = [&](const Elf64_Rela& relocation) {
    return later[ELF64_R_SYM(relocation.r_info)];
  };
  if (!dynamic.bindsNow()) {
    const auto relocations = dynamic.relocations();
    const auto early = std::ranges::find_if(relocations, concerns);
    if (early != relocations.end()) {
      const auto& symbol = dynamic.symbol(ELF64_R_SYM(early->r_info));
      throw Refusal(std::string("it takes the address of ") + dynamic.string(symbol.st_name));
    }
  } else {
    for (const auto table : {dynamic.relocations(), dynamic.slots()}) {
      for (auto& relocation : table) {
        if (concerns(relocation)) relocation.r_info = ELF64_R_INFO(0, R_X86_64_NONE);
      }
    }
  }
  forget(image, dynamic, libraries);
}

}  // namespace
}  // namespace lathe::elf

int main(int argc, char** argv) {
  using namespace lathe::elf;
  std::vector<std::string> libraries, skipped, paths;
  for (const std::string_view argument : std::vector<std::string_view>(argv + 1, argv + argc)) {
    constexpr std::string_view kLibraries = "--libraries=", kSkip = "--skip=";
    if (argument.starts_with(kLibraries)) {
      libraries = split(argument.substr(kLibraries.size()));
    } else if (argument.starts_with(kSkip)) {
      skipped = split(argument.substr(kSkip.size()));
    } else {
      paths.emplace_back(argument);
    }
  }
  if (paths.size() != 2 || libraries.empty()) {
    std::fprintf(stderr,
                 "usage: load-later --libraries=LIBRARY,... [--skip=FUNCTION,...] FILE COPY\n");
    return 2;
  }
  try {
    auto file = read(paths[0]);
    attempt(file,
            "load-later: cannot put off loading libraries, so that programs will start slower",
            [&](Image& image, Dynamic& dynamic) {
              skip(image, dynamic, skipped);
              detach(image, dynamic, Libraries(libraries));
            });
    write(paths[1], file, std::filesystem::status(paths[0]).permissions());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load-later: %s\n", error.what());
    return 1;
  }
}
