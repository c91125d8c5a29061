#pragma once

#include <cstdint>
#include <filesystem>

// How LMDB 0.9 lays out a state file where pointers have 64 bits, in the machine's byte order: as
// far as lathe looks for itself, before LMDB believes it.
namespace lathe::persist {

// What each page begins with.
struct PageHead {
  std::uint64_t number;
  std::uint16_t pad;
  std::uint16_t flags;
  // Of a page of a tree: where its places of nodes end, and where its nodes begin. Of the first of
  // the pages of a large value both are one number: how many pages those are.
  std::uint16_t lower;
  std::uint16_t upper;
};
static_assert(sizeof(PageHead) == 16);

// One of the first two pages, which are written in turn: each transaction has its own.
struct MetaPage {
  PageHead head;
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t mapBytes;
  // First that of the free pages, then that of the records.
  struct Tree {
    std::uint32_t pad;  // of the first tree: the size of a page
    std::uint16_t flags;
    std::uint16_t depth;
    std::uint64_t branchPages;
    std::uint64_t leafPages;
    std::uint64_t overflowPages;
    std::uint64_t entries;
    std::uint64_t root;
  } trees[2];
  std::uint64_t lastPage;
  std::uint64_t transaction;
};
static_assert(sizeof(MetaPage) == 152);

// Whether what a state file's two first pages say of the file's size can be true, as far as LMDB
// relies on it unseen when it opens the file. True also for what LMDB itself will refuse, or begin.
bool metaIsPlausible(const std::filesystem::path& file);

}  // namespace lathe::persist
