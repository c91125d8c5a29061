// What the user probably meant: the known name that is closest to a misspelt one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lathe {

// How many single-character edits (insert, delete, replace, swap of neighbours) lead from `a` to
// `b`. Upper and lower case count as the same letter, and so do `-` and `_`: people mix them up.
// An optimal string alignment: no part of the text is edited twice.
int editDistance(std::string_view a, std::string_view b);

// The candidate closest to `name`, or nothing when none is close enough to be worth proposing: at
// most a third of the longer name may differ, and never more than four characters. The first of
// equally close ones wins. The view points into `candidates`.
std::optional<std::string_view> nearestName(std::string_view name,
                                            std::span<const std::string_view> candidates);

// `; did you mean "shop"?`, ready to be appended to an error, or nothing at all.
std::string didYouMean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace lathe
