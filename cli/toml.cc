#include "cli/toml.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace lathe::cli {

// Some of what is no TOML the library takes for a mistake of its own, and would end the process.
[[noreturn]] static void failTomlAssertion() { throw std::logic_error("this is no TOML"); }

}  // namespace lathe::cli
#define TOML_ASSERT(expression) \
  (static_cast<bool>(expression) ? static_cast<void>(0) : ::lathe::cli::failTomlAssertion())

// Compiled here and nowhere else: one library less to load when the program starts.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace lathe::cli {

namespace {

using Kind = JsonValue::Kind;

Place placeOf(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

std::string spelling(double number, Place place) {
  if (!std::isfinite(number)) throw JsoncError(place, "expected a finite number");
  char digits[32];
  auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
  return std::string(std::begin(digits), end);
}

template <class Time>
std::string timeText(const Time& time) {
  std::ostringstream text;
  text << time;
  return text.str();
}

// More dots than any key has. The library takes as many as there are, and then needs as many
// frames of the stack to let go of the tables.
constexpr int kDotsInLineMax = 1000;

void refuseManyDots(std::string_view text) {
  Place line;
  int dots = 0;
  for (char c : text) {
    if (c == '.' && ++dots > kDotsInLineMax) throw JsoncError(line, "there are too many dots");
    if (c != '\n') continue;
    ++line.line;
    dots = 0;
  }
}

JsonValue converted(const toml::node& node, int depth = 0) {
  JsonValue value;
  value.place = placeOf(node.source());
  if (depth > kJsoncDepthMax) throw JsoncError(value.place, "this is nested too deeply");
  if (const auto* table = node.as_table()) {
    value.kind = Kind::object;
    for (const auto& [key, member] : *table) {
      value.members.push_back(
          {std::string(key.str()), placeOf(key.source()), converted(member, depth + 1)});
    }
    std::ranges::stable_sort(value.members, {}, [](const JsonMember& member) {
      return std::tuple(member.place.line, member.place.column);
    });
  } else if (const auto* array = node.as_array()) {
    value.kind = Kind::array;
    for (const toml::node& element : *array)
      value.elements.push_back(converted(element, depth + 1));
  } else if (const auto* text = node.as_string()) {
    value.kind = Kind::string;
    value.text = text->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = Kind::boolean;
    value.text = boolean->get() ? "true" : "false";
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::number;
    value.text = std::to_string(integer->get());
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = Kind::number;
    value.text = spelling(number->get(), value.place);
  } else {
    // Wrangler takes none of these for any of its keys.
    std::string written;
    if (const auto* date = node.as_date()) written = timeText(date->get());
    if (const auto* time = node.as_time()) written = timeText(time->get());
    if (const auto* both = node.as_date_time()) written = timeText(both->get());
    throw JsoncError(value.place, "dates and times need quotes, such as \"" + written + "\"");
  }
  return value;
}

}  // namespace

JsonValue parseToml(std::string_view text) {
  refuseManyDots(text);
  try {
    JsonValue root = converted(toml::parse(text));
    root.place = {};
    return root;
  } catch (const toml::parse_error& error) {
    // Such as "Error while parsing key-value pair: expected '=', saw 'x'": what it says first, its
    // place tells better.
    std::string_view message = error.description();
    constexpr std::string_view kOpening = "Error while parsing ";
    std::size_t colon = message.find(": ");
    if (message.starts_with(kOpening) && colon != std::string_view::npos) {
      message.remove_prefix(colon + 2);
    }
    throw JsoncError(placeOf(error.source()), std::string(message));
  } catch (const std::logic_error& error) {
    // Where in it, nobody says.
    throw JsoncError(Place{}, error.what());
  }
}

}  // namespace lathe::cli
