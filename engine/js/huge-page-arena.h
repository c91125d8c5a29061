#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace lathe::js {

// Memory in huge pages, where the system gives any, from which pieces are taken and given back.
//
// To touch a page for the first time costs a trap, on virtual machines ten microseconds, and a heap
// that grows and shrinks by 256 KB gets its pages anew each time. Here neighbours share a huge
// page, and pieces that come back stay, so that whoever takes them next finds them at hand.
//
// Pieces are taken from as low as possible, so that what is in use lies close together. Up to
// kKeptBytes of huge pages that nobody uses are kept; more go back to the system. Called on any
// thread.
class HugePageArena {
 public:
  static constexpr std::size_t kHugeBytes = std::size_t{2} << 20;
  static constexpr std::size_t kKeptBytes = 4 * kHugeBytes;

  // Only reserves `bytes`, a multiple of kHugeBytes. When the system refuses that, or knows no huge
  // pages, the arena is empty.
  explicit HugePageArena(std::size_t bytes);
  HugePageArena(const HugePageArena&) = delete;
  HugePageArena& operator=(const HugePageArena&) = delete;
  ~HugePageArena();

  // Zeroed memory, for reading and writing; null when there is no room. `bytes` is a multiple of
  // the page size, `alignment` a power of two, at most kHugeBytes.
  char* take(std::size_t bytes, std::size_t alignment);
  // A piece, or a part of one.
  void give(char* pages, std::size_t bytes);
  bool has(const void* address) const;

  // What of it the system has to find memory for, in bytes.
  std::size_t residentBytes();

 private:
  // A huge page.
  struct Block {
    std::uint32_t usedBytes = 0;
    // Whether somebody has had a part of it since the system gave it, empty.
    bool isResident = false;
  };

  char* fit(std::size_t bytes, std::size_t alignment);
  // Calls `each(block, begin, end)` for the part of [begin, end) in each block.
  template <typename Each>
  void inBlocks(char* begin, char* end, Each each);

  char* begin_ = nullptr;
  char* end_ = nullptr;
  std::mutex mutex_;
  std::map<char*, std::size_t> free_;  // bytes, by where they begin; neighbours are one
  std::vector<Block> blocks_;
  std::size_t idleBlocks_ = 0;  // resident, and nothing of them is used
  char* untouched_ = nullptr;   // nobody has had anything from here on
};

}  // namespace lathe::js
