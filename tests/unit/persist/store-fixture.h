#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "persist/actor-store.h"

// The words in which the tests of stores are written.
namespace lathe::persist {

// A loop that runs while the test waits for something.
class StoreLoop {
 public:
  boost::asio::any_io_executor executor() { return loop_.get_executor(); }

  template <class T>
  io::Outcome<T> outcome(io::Pending<T> pending) {
    std::optional<io::Outcome<T>> outcome;
    pending.then([&](io::Outcome<T> settled) { outcome.emplace(std::move(settled)); });
    while (!outcome) {
      loop_.restart();
      REQUIRE_MESSAGE(loop_.run_one() == 1, "nothing is left that could settle it");
    }
    return std::move(*outcome);
  }

  template <class T>
  T await(io::Pending<T> pending) {
    return outcome(std::move(pending)).take();
  }

  // Why it failed; nothing when it did not.
  template <class T>
  std::optional<StoreError> failure(io::Pending<T> pending) {
    auto settled = outcome(std::move(pending));
    try {
      if (settled.failed()) std::rethrow_exception(settled.error());
    } catch (const StoreError& error) {
      return error;
    }
    return std::nullopt;
  }

  void turn() {
    loop_.restart();
    loop_.poll();
  }

 private:
  boost::asio::io_context loop_;
};

inline Value valueOf(std::string_view bytes) { return std::make_shared<const std::string>(bytes); }

// Pairs of keys and values, as they are easily written in a test.
using Texts = std::vector<std::pair<std::string, std::string>>;

inline Put putOf(const Texts& texts, RecordKind kind = RecordKind::keyValue) {
  Put put{kind, {}};
  for (const auto& [key, value] : texts) put.pairs.push_back({key, valueOf(value)});
  return put;
}

inline Texts textsOf(const std::vector<Pair>& pairs) {
  Texts texts;
  for (const auto& [key, value] : pairs) texts.emplace_back(key, value ? *value : "(none)");
  return texts;
}

inline AlarmTime at(std::int64_t milliseconds) {
  return AlarmTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace lathe::persist
