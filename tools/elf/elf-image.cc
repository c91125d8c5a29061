#include "tools/elf/elf-image.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>

namespace lathe::elf {

Image::Image(std::vector<char> bytes) : bytes_(std::move(bytes)) {
  const auto& header = *at<Elf64_Ehdr>(0, 1);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_type != ET_DYN ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    throw Refusal("it is no 64-bit little-endian shared library");
  }
  machine_ = header.e_machine;
  const auto* segments = at<Elf64_Phdr>(header.e_phoff, header.e_phnum);
  segments_.assign(segments, segments + header.e_phnum);
  if (header.e_shoff != 0) {
    sections_ = at<Elf64_Shdr>(header.e_shoff, header.e_shnum);
    sectionCount_ = header.e_shnum;
  }
}

std::vector<Elf64_Dyn*> Image::dynamic() {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type != PT_DYNAMIC) continue;
    const std::uint64_t count = segment.p_filesz / sizeof(Elf64_Dyn);
    auto* entries = at<Elf64_Dyn>(segment.p_offset, count);
    std::vector<Elf64_Dyn*> result;
    for (std::uint64_t i = 0; i < count; ++i) {
      result.push_back(entries + i);
      if (entries[i].d_tag == DT_NULL) return result;
    }
  }
  throw Refusal("it has no dynamic section");
}

void Image::moveSection(std::uint64_t from, std::uint64_t to, std::uint64_t size) {
  for (std::uint64_t i = 0; i < sectionCount_; ++i) {
    Elf64_Shdr& section = sections_[i];
    if (section.sh_type != SHT_RELA || section.sh_addr != from) continue;
    section.sh_offset += to - from;
    section.sh_addr = to;
    section.sh_size = size;
    return;
  }
}

std::uint64_t& Dynamic::operator[](std::int64_t tag) {
  Elf64_Dyn* entry = find(tag);
  if (entry == nullptr) throw Refusal("its dynamic section lacks entry " + std::to_string(tag));
  return entry->d_un.d_val;
}

Elf64_Dyn* Dynamic::find(std::int64_t tag) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Elf64_Dyn* entry) { return entry->d_tag == tag; });
  return found == entries_.end() ? nullptr : *found;
}

void Dynamic::remove(const Elf64_Dyn* entry) {
  const auto place = std::ranges::find(entries_, entry);
  for (auto next = place; next + 1 != entries_.end(); ++next) **next = **(next + 1);
  entries_.pop_back();
}

bool Dynamic::bindsNow() {
  return (has(DT_FLAGS) && ((*this)[DT_FLAGS] & DF_BIND_NOW) != 0) ||
         (has(DT_FLAGS_1) && ((*this)[DT_FLAGS_1] & DF_1_NOW) != 0) || has(DT_BIND_NOW);
}

const char* Dynamic::string(std::uint64_t offset) {
  if (offset >= (*this)[DT_STRSZ]) throw Refusal("a name is outside its strings");
  return image_.mapped<char>((*this)[DT_STRTAB], (*this)[DT_STRSZ]) + offset;
}

// The table has no length of its own: linkers put the strings right behind it, and a hash table
// knows how many symbols it leads to.
std::uint64_t Dynamic::symbolCount() {
  if ((*this)[DT_SYMENT] != sizeof(Elf64_Sym)) throw Refusal("its symbols have an unknown format");
  if (has(DT_HASH)) return image_.mapped<std::uint32_t>((*this)[DT_HASH], 2)[1];
  const auto address = (*this)[DT_GNU_HASH];
  const auto* head = image_.mapped<std::uint32_t>(address, 4);
  const std::uint64_t buckets = head[0], first = head[1], bloomWords = head[2];
  const auto bucketsAddress = address + 16 + bloomWords * sizeof(std::uint64_t);
  const auto* bucket = image_.mapped<std::uint32_t>(bucketsAddress, buckets);
  std::uint64_t last = *std::max_element(bucket, bucket + buckets);
  if (last < first) return first;
  // A chain ends at an odd hash.
  const auto chains = bucketsAddress + buckets * sizeof(std::uint32_t);
  while ((*image_.mapped<std::uint32_t>(chains + (last - first) * 4, 1) & 1) == 0) ++last;
  return last + 1;
}

Elf64_Sym& Dynamic::symbol(std::uint64_t index) {
  return *image_.mapped<Elf64_Sym>((*this)[DT_SYMTAB] + index * sizeof(Elf64_Sym), 1);
}

std::span<Elf64_Rela> Dynamic::table(std::int64_t address, std::int64_t bytes) {
  if (image_.machine() != EM_X86_64) throw Refusal("only x86-64 is known");
  if ((*this)[DT_PLTREL] != DT_RELA || (*this)[DT_RELAENT] != sizeof(Elf64_Rela)) {
    throw Refusal("its relocations have an unknown format");
  }
  const auto count = (*this)[bytes] / sizeof(Elf64_Rela);
  return {image_.mapped<Elf64_Rela>((*this)[address], count), count};
}

void attempt(std::vector<char>& file, const char* failure,
             const std::function<void(Image&, Dynamic&)>& change) {
  try {
    Image image(file);
    Dynamic dynamic(image);
    change(image, dynamic);
    file = image.bytes();
  } catch (const Refusal& refusal) {
    std::fprintf(stderr, "%s: %s\n", failure, refusal.what());
  }
}

std::vector<char> read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

void write(const std::filesystem::path& path, const std::vector<char>& bytes,
           std::filesystem::perms permissions) {
  std::filesystem::remove(path);
  std::ofstream file(path, std::ios::binary);
  // The system may cache a file in the pieces that it was written in, and maps these whole where a
  // byte of them is touched.
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  for (std::span<const char> left = bytes; !left.empty();) {
    const auto piece = left.first(std::min(left.size(), kPiece));
    file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    left = left.subspan(piece.size());
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  std::filesystem::permissions(path, permissions);
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    parts.emplace_back(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(list.size(), parts.back().size() + 1));
  }
  return parts;
}

}  // namespace lathe::elf
