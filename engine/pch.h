// What nearly every file of the engine sees, compiled once: the standard library, V8 and Asio.
//
// Not to be included by hand: the build puts it in front of each file, and each file still includes
// what it uses. It holds only what changes with the distribution, never a header of ours.
#include <algorithm>
#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio.hpp>
#include <v8.h>
