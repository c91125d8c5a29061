#include "persist/lmdb-check.h"

#include <cstring>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "persist/lmdb-meta.h"
#include "persist/record-key.h"

namespace lathe::persist {
namespace {

constexpr std::uint16_t kBranch = 0x01;
constexpr std::uint16_t kLeaf = 0x02;
constexpr std::uint16_t kOverflow = 0x04;
constexpr std::uint16_t kBigData = 0x01;  // of a node
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint64_t kFirstPage = 2;
constexpr int kDepthMax = 32;

// One entry of a page. Its key is behind it, and behind that its value.
struct NodeHead {
  std::uint16_t low;
  std::uint16_t high;
  std::uint16_t flags;
  std::uint16_t keyBytes;
};
static_assert(sizeof(NodeHead) == 8);

template <class T>
T readAt(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

class Check {
 public:
  Check(int file, std::size_t pageBytes) : file_(file), pageBytes_(pageBytes) {}

  bool passes(std::uint64_t transaction) {
    MetaPage meta;
    const auto at = static_cast<off_t>(transaction % 2 * pageBytes_);
    if (::pread(file_, &meta, sizeof meta, at) != static_cast<ssize_t>(sizeof meta)) return false;
    if (meta.transaction != transaction || meta.trees[1].flags != 0) return false;
    lastPage_ = meta.lastPage;
    return tree(meta.trees[0], Kind::free) && tree(meta.trees[1], Kind::records) && freePages();
  }

 private:
  enum class Kind { free, records };

  bool tree(const MetaPage::Tree& tree, Kind kind) {
    if (tree.root == kNoPage) return tree.depth == 0;
    return tree.depth > 0 && tree.depth <= kDepthMax && page(tree.root, tree.depth, kind);
  }

  // Whether these pages are in the file and were not met before.
  bool take(std::uint64_t first, std::uint64_t count = 1) {
    if (first < kFirstPage || first > lastPage_ || count > lastPage_ - first + 1) return false;
    if (seen_.size() < first + count) seen_.resize(first + count);
    for (std::uint64_t number = first; number < first + count; ++number) {
      if (seen_[number]) return false;
      seen_[number] = true;
    }
    return true;
  }

  bool page(std::uint64_t number, int depth, Kind kind) {
    if (++checked_ > kCheckedPagesMax) return true;
    if (!take(number)) return false;
    std::vector<char> memory(pageBytes_);
    const auto at = static_cast<off_t>(number * pageBytes_);
    if (::pread(file_, memory.data(), pageBytes_, at) != static_cast<ssize_t>(pageBytes_)) {
      return false;
    }
    const std::string_view bytes(memory.data(), pageBytes_);
    const auto head = readAt<PageHead>(bytes, 0);
    const bool leaf = depth == 1;
    if (head.number != number || head.flags != (leaf ? kLeaf : kBranch)) return false;
    if (head.lower < sizeof(PageHead) || head.lower > head.upper || head.upper > pageBytes_ ||
        head.lower % 2 != 0) {
      return false;
    }
    const std::size_t count = (head.lower - sizeof(PageHead)) / 2;
    if (count < (leaf ? 1 : 2)) return false;
    std::size_t used = 0;
    std::string_view before;
    for (std::size_t i = 0; i < count; ++i) {
      const auto place = readAt<std::uint16_t>(bytes, sizeof(PageHead) + 2 * i);
      if (place < head.upper || place + sizeof(NodeHead) > pageBytes_) return false;
      const auto node = readAt<NodeHead>(bytes, place);
      const std::size_t room = pageBytes_ - place - sizeof node;
      if (node.keyBytes > room || node.keyBytes > RecordKey::kBytesMax) return false;
      const auto key = bytes.substr(place + sizeof node, node.keyBytes);
      // The first key of a branch is never compared.
      if ((leaf || i > 0) && !inOrder(i > (leaf ? 0 : 1), before, key, kind)) return false;
      before = key;
      std::size_t size = sizeof node + node.keyBytes;
      if (leaf) {
        const std::uint32_t valueBytes = node.low | std::uint32_t{node.high} << 16;
        const std::size_t stored = node.flags == kBigData ? sizeof(std::uint64_t) : valueBytes;
        if (node.flags > kBigData || stored > room - node.keyBytes) return false;
        const auto value = bytes.substr(place + size, stored);
        if (!this->value(value, valueBytes, node.flags == kBigData, kind)) return false;
        size += stored;
      } else {
        const std::uint64_t child =
            node.low | std::uint64_t{node.high} << 16 | std::uint64_t{node.flags} << 32;
        if (!page(child, depth - 1, kind)) return false;
      }
      used += size + size % 2;
    }
    // Nodes lie close together, none within another.
    return used == pageBytes_ - head.upper;
  }

  static bool inOrder(bool hasBefore, std::string_view before, std::string_view key, Kind kind) {
    if (kind == Kind::records) return !key.empty() && (!hasBefore || before < key);
    constexpr std::size_t kNumber = sizeof(std::uint64_t);
    if (key.size() != kNumber) return false;
    return !hasBefore || readAt<std::uint64_t>(before, 0) < readAt<std::uint64_t>(key, 0);
  }

  bool value(std::string_view stored, std::uint32_t bytes, bool isBig, Kind kind) {
    if (!isBig) return kind == Kind::records || freeList(stored);
    const auto first = readAt<std::uint64_t>(stored, 0);
    if (first > lastPage_) return false;
    const auto at = static_cast<off_t>(first * pageBytes_);
    PageHead head;
    if (::pread(file_, &head, sizeof head, at) != static_cast<ssize_t>(sizeof head)) return false;
    // A value that has become smaller keeps the pages that it had.
    const std::uint64_t pages = head.lower | std::uint64_t{head.upper} << 16;
    const std::uint64_t needed = (sizeof(PageHead) - 1 + bytes) / pageBytes_ + 1;
    if (head.number != first || head.flags != kOverflow || pages < needed) return false;
    if (!take(first, pages)) return false;
    if (kind == Kind::records) return true;
    std::vector<char> list(bytes);
    const auto behind = at + static_cast<off_t>(sizeof head);
    return ::pread(file_, list.data(), bytes, behind) == static_cast<ssize_t>(bytes) &&
           freeList({list.data(), list.size()});
  }

  // How many there are, and then their numbers, each less than the one before.
  bool freeList(std::string_view bytes) {
    constexpr std::size_t kNumber = sizeof(std::uint64_t);
    if (bytes.size() < kNumber || bytes.size() % kNumber != 0) return false;
    const auto count = readAt<std::uint64_t>(bytes, 0);
    if (count > bytes.size() / kNumber - 1) return false;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const auto number = readAt<std::uint64_t>(bytes, i * kNumber);
      if (i > 1 && number >= free_.back()) return false;
      free_.push_back(number);
    }
    return true;
  }

  // Once all is known that is in use.
  bool freePages() {
    if (checked_ > kCheckedPagesMax) return true;
    for (const auto number : free_) {
      if (!take(number)) return false;
    }
    return true;
  }

  const int file_;
  const std::size_t pageBytes_;
  std::uint64_t lastPage_ = 0;
  std::size_t checked_ = 0;
  std::vector<bool> seen_;
  std::vector<std::uint64_t> free_;
};

}  // namespace

bool isWritable(int file, std::uint64_t transaction, std::size_t pageBytes) {
  return Check(file, pageBytes).passes(transaction);
}

}  // namespace lathe::persist
