#include "cli/local-variables.h"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "cli/config-file.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

// A variable of this process's environment, for the life of this.
class ProcessVariable {
 public:
  ProcessVariable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ProcessVariable(const ProcessVariable&) = delete;
  ProcessVariable& operator=(const ProcessVariable&) = delete;
  ~ProcessVariable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

std::string textOf(const LocalVariables& local) {
  std::string all;
  for (const LocalVariable& variable : local.variables) {
    all += (all.empty() ? "" : " ") + variable.name + "=" + variable.value;
  }
  return all;
}

std::string readIn(const TemporaryFolder& folder, const std::string& environment = "",
                   std::vector<std::string> envFiles = {}) {
  return textOf(readLocalVariables({folder.path(), environment, std::move(envFiles), {}}));
}

}  // namespace

TEST_CASE("the files of variables have wrangler's precedence") {
  TemporaryFolder folder;
  CHECK(readIn(folder) == "");

  folder.write(".env", "A=env\nB=env\nC=env\nD=env");
  CHECK(readIn(folder) == "A=env B=env C=env D=env");
  folder.write(".env.local", "B=local\nC=local\nD=local");
  folder.write(".env.staging", "C=staging\nD=staging");
  folder.write(".env.staging.local", "D=staging.local\nE=${A}-$B");
  CHECK(readIn(folder) == "A=env B=local C=local D=local");
  CHECK(readIn(folder, "staging") == "A=env B=local C=staging D=staging.local E=env-local");
  CHECK(readIn(folder, "other") == "A=env B=local C=local D=local");

  // One .dev.vars and none of the above; nothing is expanded.
  folder.write(".dev.vars", "A=dev\nX=${A}");
  CHECK(readIn(folder) == "A=dev X=${A}");
  CHECK(readIn(folder, "staging") == "A=dev X=${A}");
  folder.write(".dev.vars.staging", "Y=1");
  CHECK(readIn(folder, "staging") == "Y=1");
  CHECK(readIn(folder, "other") == "A=dev X=${A}");

  // What --env-file names, and nothing else.
  folder.write("one.env", "A=one\nB=one");
  folder.write("sub/two.env", "B=two $A");
  CHECK(readIn(folder, "staging", {"one.env", "sub/two.env"}) == "A=one B=two one");
  CHECK(readIn(folder, "", {"sub/two.env", "one.env"}) == "B=one A=one");
}

TEST_CASE("an empty .dev.vars counts as one") {
  TemporaryFolder folder;
  folder.write(".env", "A=env");
  folder.write(".dev.vars", "");
  CHECK(readIn(folder) == "");
}

TEST_CASE("variables tell where they are from, and files that are not there are named too") {
  TemporaryFolder folder;
  auto env = folder.write(".env", "\nA=1\nnonsense");
  LocalVariables local = readLocalVariables({folder.path(), "staging", {}, {}});
  REQUIRE(local.variables.size() == 1);
  CHECK(local.variables[0].source.ends_with(".env:2"));
  REQUIRE(local.warnings.size() == 1);
  CHECK(local.warnings[0].ends_with(".env:3: this line is passed over; expected NAME=value"));
  std::string files;
  for (const auto& file : local.files) files += file.filename().string() + " ";
  CHECK(files == ".dev.vars.staging .dev.vars .env .env.local .env.staging .env.staging.local ");
}

TEST_CASE("what cannot be read is told where it was meant") {
  TemporaryFolder folder;
  LocalVariables local = readLocalVariables({folder.path(), "", {"absent.env"}, {}});
  REQUIRE(local.warnings.size() == 1);
  CHECK(local.warnings[0].ends_with("absent.env does not exist"));
  std::filesystem::create_directory(folder.path() / ".env");
  CHECK(readLocalVariables({folder.path(), "", {}, {}}).warnings.empty());
  std::filesystem::create_directory(folder.path() / ".dev.vars");
  CHECK_THROWS_AS(readIn(folder), ConfigError);
}

TEST_CASE("required secrets leave out the others, and are looked for in the environment") {
  TemporaryFolder folder;
  folder.write(".env", "KEY=file\nOTHER=1");
  auto read = [&](std::vector<std::string> required) {
    return readLocalVariables({folder.path(), "", {}, std::move(required)});
  };
  LocalVariables local = read({"KEY", "LATHE_TEST_TOKEN"});
  CHECK(textOf(local) == "KEY=file");
  REQUIRE(local.warnings.size() == 1);
  CHECK(local.warnings[0].find("missing: LATHE_TEST_TOKEN;") != std::string::npos);
  ProcessVariable token("LATHE_TEST_TOKEN", "secret");
  local = read({"KEY", "LATHE_TEST_TOKEN"});
  CHECK(textOf(local) == "KEY=file LATHE_TEST_TOKEN=secret");
  CHECK(local.warnings.empty());
  CHECK(textOf(read({})) == "");
}

TEST_CASE("wrangler's variables of the environment choose what is read") {
  TemporaryFolder folder;
  folder.write(".env", "LATHE_TEST_A=file\nB=1");
  ProcessVariable own("LATHE_TEST_A", "process");
  CHECK(readIn(folder) == "LATHE_TEST_A=file B=1");
  {
    ProcessVariable include("CLOUDFLARE_INCLUDE_PROCESS_ENV", "true");
    CHECK(readIn(folder).starts_with("LATHE_TEST_A=process B=1 "));
  }
  ProcessVariable load("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV", "false");
  CHECK(readIn(folder) == "");
}

}  // namespace lathe::cli
