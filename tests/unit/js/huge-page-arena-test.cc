#include "engine/js/huge-page-arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using lathe::js::HugePageArena;

namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kHuge = HugePageArena::kHugeBytes;

bool isAll(const char* bytes, std::size_t count, char value) {
  return std::all_of(bytes, bytes + count, [&](char each) { return each == value; });
}

}  // namespace

TEST_CASE("an arena hands out what is aligned, zeroed and nobody else's") {
  HugePageArena arena(4 * kHuge);
  char* first = arena.take(kPiece, kPiece);
  char* odd = arena.take(3 * 4096, 4096);
  char* second = arena.take(kPiece, kPiece);
  REQUIRE(first);
  REQUIRE(odd);
  REQUIRE(second);
  CHECK(reinterpret_cast<std::uintptr_t>(second) % kPiece == 0);
  CHECK(first + kPiece <= odd);
  CHECK(odd + 3 * 4096 <= second);
  for (char* each : {first, second}) {
    CHECK(arena.has(each));
    CHECK(isAll(each, kPiece, 0));
    std::memset(each, 1, kPiece);
  }
  CHECK_FALSE(arena.has(&arena));
}

TEST_CASE("what comes back to an arena is taken again, zeroed") {
  HugePageArena arena(4 * kHuge);
  char* first = arena.take(kPiece, kPiece);
  char* second = arena.take(kPiece, kPiece);
  std::memset(first, 1, kPiece);
  std::memset(second, 2, kPiece);
  arena.give(first, kPiece);
  CHECK(arena.take(kPiece, kPiece) == first);
  CHECK(isAll(first, kPiece, 0));
  CHECK(isAll(second, kPiece, 2));
  CHECK(arena.residentBytes() == kHuge);
}

TEST_CASE("neighbours that came back are one piece, whatever the order") {
  HugePageArena arena(kHuge);
  std::vector<char*> pieces;
  while (char* piece = arena.take(kPiece, kPiece)) pieces.push_back(piece);
  REQUIRE(pieces.size() == kHuge / kPiece);
  for (const std::size_t i : {3, 1, 0, 2, 7, 5, 6, 4}) arena.give(pieces[i], kPiece);
  CHECK(arena.take(kHuge, kHuge) == pieces[0]);
  CHECK_FALSE(arena.take(4096, 4096));
}

TEST_CASE("a part of a piece can come back before the rest") {
  HugePageArena arena(kHuge);
  char* piece = arena.take(kPiece, kPiece);
  arena.give(piece + 4096, kPiece - 4096);
  CHECK(arena.take(4096, 4096) == piece + 4096);
  arena.give(piece, 2 * 4096);
  CHECK(arena.take(kHuge, kHuge) == piece);
}

TEST_CASE("an arena keeps a few huge pages that nobody uses, and no more") {
  constexpr std::size_t kBlocks = 16;
  HugePageArena arena(kBlocks * kHuge);
  char* all = arena.take(kBlocks * kHuge, kHuge);
  REQUIRE(all);
  std::memset(all, 1, kBlocks * kHuge);
  CHECK(arena.residentBytes() == kBlocks * kHuge);
  arena.give(all, kBlocks * kHuge);
  CHECK(arena.residentBytes() == HugePageArena::kKeptBytes);
  CHECK(arena.take(kBlocks * kHuge, kHuge) == all);
  CHECK(isAll(all, kBlocks * kHuge, 0));
}

TEST_CASE("an arena that is full, or too small, has nothing to give") {
  HugePageArena arena(kHuge);
  CHECK_FALSE(arena.take(kHuge + 4096, 4096));
  CHECK(arena.take(kHuge, kHuge));
  CHECK_FALSE(arena.take(4096, 4096));
}

TEST_CASE("pieces never overlap, over many sizes and orders") {
  struct Piece {
    char* pages;
    std::size_t bytes;
    char mark;
  };
  HugePageArena arena(8 * kHuge);
  std::mt19937 random(1);
  std::vector<Piece> pieces;
  for (int round = 0; round < 5000; ++round) {
    if (pieces.size() < 40 && random() % 2 == 0) {
      const std::size_t bytes = 4096 * (1 + random() % 200);
      const std::size_t alignment = random() % 2 == 0 ? 4096 : kPiece;
      char* pages = arena.take(bytes, alignment);
      if (!pages) continue;
      REQUIRE(reinterpret_cast<std::uintptr_t>(pages) % alignment == 0);
      for (std::size_t at = 0; at < bytes; at += 4096) REQUIRE(pages[at] == 0);
      const auto mark = static_cast<char>(1 + round % 100);
      for (std::size_t at = 0; at < bytes; at += 4096) pages[at] = mark;
      pieces.push_back({pages, bytes, mark});
    } else if (!pieces.empty()) {
      const std::size_t which = random() % pieces.size();
      const Piece piece = pieces[which];
      for (std::size_t at = 0; at < piece.bytes; at += 4096) REQUIRE(piece.pages[at] == piece.mark);
      arena.give(piece.pages, piece.bytes);
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(which));
    }
  }
  for (const Piece& piece : pieces) arena.give(piece.pages, piece.bytes);
  CHECK(arena.take(8 * kHuge, kHuge));
}
