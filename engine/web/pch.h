// The part of the standard library that nearly every file in this folder and of its tests sees,
// compiled once. Not to be included by hand: each file still includes what it uses.
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
