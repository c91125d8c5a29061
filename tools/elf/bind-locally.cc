// Makes a copy of a shared library whose references to its own symbols are resolved already.
//
//   bind-locally [--rename-only] [--own=NAMESPACE,…] LIBRARY COPY
//
// Debian links libnode with default visibility and BIND_NOW, so that the dynamic linker looks up
// 60,000 symbols by name before main(), nearly all of which libnode defines itself: 20 ms of each
// start. Had it been linked with -Bsymbolic, those references were plain relative relocations. This
// program does it afterwards:
//
// - The library is named COPY's file name (DT_SONAME), so that whoever is linked with it asks for
//   the copy. With --rename-only that is all.
// - Each R_X86_64_64, GLOB_DAT and JUMP_SLOT relocation against a symbol that the library defines
//   becomes R_X86_64_RELATIVE. Left alone are thread-local symbols (no address), IFUNCs (the
//   address is what a call returns) and GNU_UNIQUE symbols (one for the process, whoever defines
//   it), unless they are in a namespace that `--own` names, which nobody else defines anything in:
//   the dynamic linker keeps a table of all that are left. What the library shares by being
//   interposed (operator new, malloc) it does not define, so that stays a look-up.
// - The relocations are sorted: relative ones first, by address, as DT_RELACOUNT promises the
//   dynamic linker, which then does them in one tight loop; the few slots of calls into other
//   libraries last, before what load-later has left empty.
//
// What cannot be done to a library is left undone: the copy then works as well and starts slower.
// One line on standard error says so, and the exit status is 0. It is 1 when a file cannot be read
// or written.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include "tools/elf/elf-image.h"
#include "tools/elf/namespaces.h"

namespace lathe::elf {
namespace {

// Overwrites the library's name for itself. There is room as long as the new name is no longer than
// the old one, and it is safe as long as no other name is stored as a part of it, as linkers do
// with equal endings.
void rename(Image& image, Dynamic& dynamic, std::string_view name) {
  char* strings = image.mapped<char>(dynamic[DT_STRTAB], dynamic[DT_STRSZ]);
  const std::uint64_t begin = dynamic[DT_SONAME];
  if (begin >= dynamic[DT_STRSZ]) throw Refusal("its name is outside its strings");
  const std::uint64_t length = strnlen(strings + begin, dynamic[DT_STRSZ] - begin);
  if (name.size() > length) throw Refusal("its name is too short to be replaced in place");

  const auto shares = [&](std::uint64_t offset) {
    return offset >= begin && offset <= begin + length;
  };
  for (const Elf64_Dyn* entry : dynamic.entries()) {
    if ((entry->d_tag == DT_NEEDED || entry->d_tag == DT_RUNPATH || entry->d_tag == DT_RPATH) &&
        shares(entry->d_un.d_val)) {
      throw Refusal("another name is stored inside its own");
    }
  }
  if (dynamic.has(DT_VERDEF)) throw Refusal("it defines symbol versions, which carry its name");
  std::memset(strings + begin, 0, length);
  std::memcpy(strings + begin, name.data(), name.size());
}

// Whether a reference to `symbol` may be bound to the library's own definition, for good.
bool isBoundHere(const Elf64_Sym& symbol, bool owned) {
  const unsigned type = ELF64_ST_TYPE(symbol.st_info);
  const unsigned binding = ELF64_ST_BIND(symbol.st_info);
  if (owned && binding == STB_GNU_UNIQUE && type == STT_OBJECT && symbol.st_shndx != SHN_UNDEF) {
    return true;
  }
  return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < SHN_LORESERVE &&
         (type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC) &&
         (binding == STB_LOCAL || binding == STB_GLOBAL || binding == STB_WEAK);
}

// Where a relocation belongs in the sorted table.
enum class Rank { kRelative, kLookUp, kSlot, kNone };

Rank rankOf(const Elf64_Rela& relocation) {
  switch (ELF64_R_TYPE(relocation.r_info)) {
    case R_X86_64_RELATIVE:
      return Rank::kRelative;
    case R_X86_64_JUMP_SLOT:
      return Rank::kSlot;
    case R_X86_64_NONE:
      return Rank::kNone;
    default:
      return Rank::kLookUp;
  }
}

void bindSymbols(Image& image, Dynamic& dynamic, const Namespaces& own) {
  // A lazy call passes the number of its slot in the table to the dynamic linker: no reordering.
  if (!dynamic.bindsNow()) throw Refusal("it binds lazily");
  if (dynamic.has(DT_TEXTREL)) throw Refusal("it relocates its code");
  const std::uint64_t tableAddress = dynamic[DT_RELA];
  const std::uint64_t slotsAddress = dynamic[DT_JMPREL];
  const std::uint64_t tableBytes = dynamic[DT_RELASZ] + dynamic[DT_PLTRELSZ];
  if (tableAddress + dynamic[DT_RELASZ] != slotsAddress) {
    throw Refusal("its two relocation tables are not neighbours");
  }
  auto* begin = dynamic.relocations().data();
  auto* end = begin + dynamic.relocations().size() + dynamic.slots().size();

  for (auto* relocation = begin; relocation != end; ++relocation) {
    const std::uint64_t type = ELF64_R_TYPE(relocation->r_info);
    if (type == R_X86_64_IRELATIVE || type == R_X86_64_COPY)
      throw Refusal("it has relocations that must keep their place");
    if (type != R_X86_64_64 && type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT) continue;
    const std::uint64_t index = ELF64_R_SYM(relocation->r_info);
    const auto& symbol = dynamic.symbol(index);
    const std::string_view name = dynamic.string(symbol.st_name);
    if (!isBoundHere(symbol, own.contain(name))) continue;
    // Only R_X86_64_64 adds its addend (psABI, table 4.9): the others are the symbol's address.
    const auto addend = type == R_X86_64_64 ? relocation->r_addend : 0;
    relocation->r_addend = static_cast<std::int64_t>(symbol.st_value) + addend;
    relocation->r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE);
  }

  // Look-ups stay grouped by symbol, as they were: the dynamic linker remembers the last one.
  std::stable_sort(begin, end, [](const Elf64_Rela& a, const Elf64_Rela& b) {
    const Rank rank = rankOf(a);
    if (rank != rankOf(b)) return rank < rankOf(b);
    return rank == Rank::kRelative && a.r_offset < b.r_offset;
  });
  const auto countOf = [&](Rank rank) {
    return static_cast<std::uint64_t>(
        std::count_if(begin, end, [&](const Elf64_Rela& r) { return rankOf(r) == rank; }));
  };
  const std::uint64_t slotsBytes = countOf(Rank::kSlot) * sizeof(Elf64_Rela);
  const std::uint64_t usedBytes = tableBytes - countOf(Rank::kNone) * sizeof(Elf64_Rela);
  // A linker that packs relative relocations (DT_RELR) leaves this entry out; it is only a hint.
  if (dynamic.has(DT_RELACOUNT)) dynamic[DT_RELACOUNT] = countOf(Rank::kRelative);
  dynamic[DT_RELASZ] = usedBytes - slotsBytes;
  dynamic[DT_JMPREL] = tableAddress + usedBytes - slotsBytes;
  dynamic[DT_PLTRELSZ] = slotsBytes;
  image.moveSection(tableAddress, tableAddress, usedBytes - slotsBytes);
  image.moveSection(slotsAddress, dynamic[DT_JMPREL], slotsBytes);
}

}  // namespace
}  // namespace lathe::elf

int main(int argc, char** argv) {
  using namespace lathe::elf;
  std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const bool renameOnly = !arguments.empty() && arguments.front() == "--rename-only";
  if (renameOnly) arguments.erase(arguments.begin());
  Namespaces own;
  constexpr std::string_view kOwn = "--own=";
  if (!arguments.empty() && arguments.front().starts_with(kOwn)) {
    own = Namespaces(arguments.front().substr(kOwn.size()));
    arguments.erase(arguments.begin());
  }
  if (arguments.size() != 2) {
    std::fprintf(stderr,
                 "usage: bind-locally [--rename-only] [--own=NAMESPACE,...] LIBRARY COPY\n");
    return 2;
  }
  const std::filesystem::path copy = arguments[1];
  try {
    std::vector<char> library = read(arguments[0]);
    attempt(
        library,
        "bind-locally: cannot rename the library, which needs its own file beside the copy",
        [&](Image& image, Dynamic& dynamic) { rename(image, dynamic, copy.filename().string()); });
    if (!renameOnly) {
      attempt(library,
              "bind-locally: cannot bind the library's symbols, so that programs will start slower",
              [&](Image& image, Dynamic& dynamic) { bindSymbols(image, dynamic, own); });
    }
    write(copy, library, std::filesystem::status(arguments[0]).permissions());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bind-locally: %s\n", error.what());
    return 1;
  }
}
