#pragma once

#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

// The data files of the Web Platform Tests that the repository ships (tests/data/wpt/README.md).
namespace lathe::web::test {

// The cases of a file, without the strings between them, which are comments. Where JavaScript could
// pass a lone surrogate the input has U+FFFD, as after conversion to a USVString.
nlohmann::json wptCases(const std::string& file);

// Counts the cases of one file and compares those that failed with those that are known to: the
// test fails when a new one fails, and also when a known one has begun to pass.
class WptScore {
 public:
  using KnownFailures = std::map<std::string, std::string>;  // case, reason

  explicit WptScore(KnownFailures known) : known_(std::move(known)) {}
  ~WptScore();

  // Only the first verdict of a failing case is told. `name` is unique in its file, or nearly.
  void record(const std::string& name, bool passed, const std::string& detail);

 private:
  KnownFailures known_;
  std::set<std::string> failed_;
  int total_ = 0;
};

}  // namespace lathe::web::test
