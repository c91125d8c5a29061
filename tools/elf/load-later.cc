// Makes a copy of a program or a shared library that comes without some of the libraries that it is
// linked with.
//
//   load-later --libraries=LIBRARY,… [--unused=NAMESPACE,…] FILE COPY
//
// Each library that a program is linked with costs every start of it, OpenSSL a quarter of lathe's,
// used or not.
//
// - The copy does not name LIBRARY… as needed, nor their versions.
// - In a program, which binds its calls when they are first made, nothing else changes: whoever
//   calls a function of LIBRARY has loaded it before, for all to see (dlopen, RTLD_GLOBAL).
// - In a library that binds at once, all that refers to LIBRARY is left out: what needs it must
//   not be called. Nor must what is in the library's own NAMESPACE…: initializers that call LIBRARY
//   or something there do not run.
//
// What cannot be done to a file is left undone: the copy then works as well and starts slower. One
// line on standard error says so, and the exit status is 0. It is 1 when a file cannot be read or
// written.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <elf.h>

#include "tools/elf/elf-image.h"
#include "tools/elf/namespaces.h"

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

// Where a call to `address` finds out where to go, if that is a stub which only goes on to another
// library: `jmp *slot(%rip)`, behind a mark for indirect jumps or none. Otherwise 0.
std::uint64_t slotOf(Image& image, std::uint64_t address) {
  constexpr unsigned char kMark[] = {0xf3, 0x0f, 0x1e, 0xfa}, kJump[] = {0xff, 0x25};
  constexpr std::uint64_t kJumpBytes = sizeof kJump + sizeof(std::int32_t);
  try {
    const auto* code = image.mapped<unsigned char>(address, sizeof kMark + kJumpBytes);
    if (std::equal(std::begin(kMark), std::end(kMark), code)) {
      code += sizeof kMark;
      address += sizeof kMark;
    }
    if (!std::equal(std::begin(kJump), std::end(kJump), code)) return 0;
    std::int32_t distance;
    std::memcpy(&distance, code + sizeof kJump, sizeof distance);
    return address + kJumpBytes + static_cast<std::uint64_t>(distance);
  } catch (const Refusal&) {
    return 0;  // no code is there
  }
}

// What a library runs while it is loaded.
class Initializers {
 public:
  Initializers(Image& image, Dynamic& dynamic) : image_(image) {
    const std::uint64_t array = dynamic[DT_INIT_ARRAY];
    for (const auto& relocation : dynamic.relocations()) {
      if (relocation.r_offset < array || relocation.r_offset >= array + dynamic[DT_INIT_ARRAYSZ]) {
        continue;
      }
      // Relative, or to a symbol of the library's own: addresses both.
      const auto& symbol = dynamic.symbol(ELF64_R_SYM(relocation.r_info));
      addresses_.insert(symbol.st_value + static_cast<std::uint64_t>(relocation.r_addend));
    }
  }

  // Those that call through one of `slots` return at once.
  void skip(const std::set<std::uint64_t>& slots) {
    constexpr unsigned char kReturn = 0xc3;
    std::vector<std::uint64_t> skipped;
    for (const std::uint64_t address : addresses_) {
      std::set<std::uint64_t> seen;
      if (callsThrough(slots, address, seen)) skipped.push_back(address);
    }
    for (const std::uint64_t address : skipped) *image_.mapped<unsigned char>(address, 1) = kReturn;
  }

 private:
  // Whether the code from `begin` on calls through one of `slots`, itself or by what else stands
  // among the initializers, where compilers put their parts. All end where the next begins at the
  // latest. Bytes that only look like such a call are no danger: they would have to hit a stub.
  bool callsThrough(const std::set<std::uint64_t>& slots, std::uint64_t begin,
                    std::set<std::uint64_t>& seen) {
    constexpr unsigned char kCall = 0xe8, kJump = 0xe9;
    constexpr std::uint64_t kBytes = 1 + sizeof(std::int32_t);
    const auto end = addresses_.upper_bound(begin);
    if (end == addresses_.begin() || end == addresses_.end()) return false;
    if (!seen.insert(begin).second) return false;
    const auto* code = image_.mapped<unsigned char>(begin, *end - begin);
    for (std::uint64_t at = 0; begin + at + kBytes <= *end; ++at) {
      if (code[at] != kCall && code[at] != kJump) continue;
      std::int32_t distance;
      std::memcpy(&distance, code + at + 1, sizeof distance);
      const std::uint64_t target = begin + at + kBytes + static_cast<std::uint64_t>(distance);
      if (slots.contains(slotOf(image_, target)) || callsThrough(slots, target, seen)) return true;
    }
    return false;
  }

  Image& image_;
  std::set<std::uint64_t> addresses_;
};

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

// Has the symbols that `libraries` define bound when they are used, or never, and does without what
// is in the `unused` namespaces.
void detach(Image& image, Dynamic& dynamic, const Libraries& libraries, const Namespaces& unused) {
  enum class Fate : std::uint8_t { bound, later, never };
  std::vector<Fate> fates(dynamic.symbolCount());
  for (std::uint64_t i = 1; i < fates.size(); ++i) {
    auto& symbol = dynamic.symbol(i);
    const char* name = dynamic.string(symbol.st_name);
    if (symbol.st_shndx != SHN_UNDEF) {
      if (unused.contain(name)) fates[i] = Fate::never;
      continue;
    }
    if (!libraries.define(name)) continue;
    fates[i] = Fate::later;
    // Nobody minds that it is not there yet, in whatever version.
    symbol.st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbol.st_info));
    if (dynamic.has(DT_VERSYM)) {
      *image.mapped<Elf64_Versym>(dynamic[DT_VERSYM] + i * sizeof(Elf64_Versym), 1) =
          VER_NDX_GLOBAL;
    }
  }
  const auto fateOf = [&](const Elf64_Rela& relocation) {
    return fates[ELF64_R_SYM(relocation.r_info)];
  };
  if (!dynamic.bindsNow()) {
    const auto relocations = dynamic.relocations();
    const auto early = std::ranges::find(relocations, Fate::later, fateOf);
    if (early != relocations.end()) {
      const auto& symbol = dynamic.symbol(ELF64_R_SYM(early->r_info));
      throw Refusal(std::string("it takes the address of ") + dynamic.string(symbol.st_name));
    }
  } else {
    std::set<std::uint64_t> slots;
    for (const auto table : {dynamic.relocations(), dynamic.slots()}) {
      for (auto& relocation : table) {
        const Fate fate = fateOf(relocation);
        if (fate != Fate::bound) slots.insert(relocation.r_offset);
        if (fate == Fate::later) relocation.r_info = ELF64_R_INFO(0, R_X86_64_NONE);
      }
    }
    if (dynamic.has(DT_INIT_ARRAY)) Initializers(image, dynamic).skip(slots);
  }
  forget(image, dynamic, libraries);
}

}  // namespace
}  // namespace lathe::elf

int main(int argc, char** argv) {
  using namespace lathe::elf;
  std::vector<std::string> libraries, paths;
  Namespaces unused;
  for (const std::string_view argument : std::vector<std::string_view>(argv + 1, argv + argc)) {
    constexpr std::string_view kLibraries = "--libraries=", kUnused = "--unused=";
    if (argument.starts_with(kLibraries)) {
      libraries = split(argument.substr(kLibraries.size()));
    } else if (argument.starts_with(kUnused)) {
      unused = Namespaces(argument.substr(kUnused.size()));
    } else {
      paths.emplace_back(argument);
    }
  }
  if (paths.size() != 2 || libraries.empty()) {
    std::fprintf(stderr,
                 "usage: load-later --libraries=LIBRARY,... [--unused=NAMESPACE,...] FILE COPY\n");
    return 2;
  }
  try {
    auto file = read(paths[0]);
    attempt(file,
            "load-later: cannot put off loading libraries, so that programs will start slower",
            [&](Image& image, Dynamic& dynamic) {
              detach(image, dynamic, Libraries(libraries), unused);
            });
    write(paths[1], file, std::filesystem::status(paths[0]).permissions());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load-later: %s\n", error.what());
    return 1;
  }
}
