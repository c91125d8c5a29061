#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

// Programs and shared libraries as the dynamic linker sees them, to be changed in place: nothing
// moves, and each table keeps its size or shrinks.
namespace lathe::elf {

// Why a file is not changed.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The bytes of a file, addressed as the dynamic linker does: by virtual address.
class Image {
 public:
  // Throws Refusal unless it is a library, or a program that can be loaded anywhere.
  explicit Image(std::vector<char> bytes);

  // `count` objects at a virtual address. Valid as long as the image.
  template <typename T>
  T* mapped(std::uint64_t address, std::uint64_t count) {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
          address - segment.p_vaddr < segment.p_filesz) {
        const std::uint64_t into = address - segment.p_vaddr;
        if (count > (segment.p_filesz - into) / sizeof(T))
          throw Refusal("a table leaves its segment");
        return at<T>(segment.p_offset + into, count);
      }
    }
    throw Refusal("a table is in no segment");
  }

  // The entries of the dynamic section, up to and with the closing DT_NULL.
  std::vector<Elf64_Dyn*> dynamic();

  // Tells tools that read section headers, which the dynamic linker does not, where a relocation
  // table is now.
  void moveSection(std::uint64_t from, std::uint64_t to, std::uint64_t size);

  unsigned machine() const { return machine_; }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  template <typename T>
  T* at(std::uint64_t offset, std::uint64_t count) {
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) {
      throw Refusal("it is truncated");
    }
    if (offset % alignof(T) != 0) throw Refusal("a table is not aligned");
    return reinterpret_cast<T*>(bytes_.data() + offset);
  }

  std::vector<char> bytes_;
  unsigned machine_ = EM_NONE;
  std::vector<Elf64_Phdr> segments_;
  Elf64_Shdr* sections_ = nullptr;
  std::uint64_t sectionCount_ = 0;
};

// The dynamic section as a record: one entry of each tag, but for DT_NEEDED.
class Dynamic {
 public:
  explicit Dynamic(Image& image) : image_(image), entries_(image.dynamic()) {}

  bool has(std::int64_t tag) const { return find(tag) != nullptr; }
  // Throws Refusal when there is none.
  std::uint64_t& operator[](std::int64_t tag);
  const std::vector<Elf64_Dyn*>& entries() const { return entries_; }
  void remove(const Elf64_Dyn* entry);
  // Of a tag that there is.
  void remove(std::int64_t tag) { remove(find(tag)); }

  // Whether all calls into other libraries are bound before the first.
  bool bindsNow();
  // A name at its place among the strings.
  const char* string(std::uint64_t offset);
  std::uint64_t symbolCount();
  Elf64_Sym& symbol(std::uint64_t index);

  // The two relocation tables: what is done at once, and the slots of calls into other libraries.
  // Throw Refusal unless they have x86-64's format.
  std::span<Elf64_Rela> relocations() { return table(DT_RELA, DT_RELASZ); }
  std::span<Elf64_Rela> slots() { return table(DT_JMPREL, DT_PLTRELSZ); }

 private:
  Elf64_Dyn* find(std::int64_t tag) const;
  std::span<Elf64_Rela> table(std::int64_t address, std::int64_t bytes);

  Image& image_;
  std::vector<Elf64_Dyn*> entries_;
};

// Changes `file`, or leaves it as it is and says `failure` and why on standard error.
void attempt(std::vector<char>& file, const char* failure,
             const std::function<void(Image&, Dynamic&)>& change);

// Throw std::runtime_error.
std::vector<char> read(const std::filesystem::path& path);
// Another file takes the place of one that is there: who has that open, or runs it, keeps it.
void write(const std::filesystem::path& path, const std::vector<char>& bytes,
           std::filesystem::perms permissions);

// The parts of a list that commas separate.
std::vector<std::string> split(std::string_view list);

}  // namespace lathe::elf
