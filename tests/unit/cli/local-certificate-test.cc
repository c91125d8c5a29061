#include "cli/local-certificate.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "cli/read-file.h"
#include "engine/http/self-signed.h"
#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;
using std::chrono::days;

constexpr std::chrono::sys_seconds kNow{1'800'000'000s};

mode_t modeOf(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

Names namesOf(const LocalCertificate& local) {
  const auto terms = http::termsOf(local.identity.certificates);
  REQUIRE(terms);
  return terms->names;
}

struct Kept {
  TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path() / "cache" / "lathe";

  LocalCertificate get(const Names& hosts = {}, std::chrono::sys_seconds now = kNow) const {
    auto local = localCertificate(folder, hosts, now);
    CHECK(local.notKept == "");
    CHECK(http::isWhole(local.identity));
    return local;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Kept, "the local certificate is made once, for this machine and a year") {
  const auto first = get();
  CHECK(first.isNew);
  CHECK(namesOf(first) == Names{"localhost", "*.localhost", "127.0.0.1", "::1"});
  const auto terms = http::termsOf(first.identity.certificates);
  CHECK(terms->from <= kNow);
  CHECK(terms->until == kNow + days(365));
  CHECK(readFile(first.file) == first.identity.certificates);

  const auto second = get();
  CHECK_FALSE(second.isNew);
  CHECK(second.identity.certificates == first.identity.certificates);
  CHECK(second.identity.key == first.identity.key);
}

TEST_CASE_FIXTURE(Kept, "only its owner reads the key of the local certificate") {
  const mode_t before = ::umask(0);
  get();
  ::umask(before);
  CHECK(modeOf(folder / "https-key.pem") == 0600);
  CHECK(modeOf(folder / "https-certificate.pem") == 0644);
  CHECK(modeOf(folder) == 0700);
}

TEST_CASE_FIXTURE(Kept, "the local certificate is renewed before it expires") {
  get();
  CHECK_FALSE(get({}, kNow + days(334)).isNew);
  CHECK(get({}, kNow + days(336)).isNew);
  CHECK_FALSE(get({}, kNow + days(337)).isNew);
}

TEST_CASE_FIXTURE(Kept, "a local certificate from the future is replaced") {
  get();
  CHECK(get({}, kNow - days(2)).isNew);
}

TEST_CASE_FIXTURE(Kept, "the local certificate is for all hosts that it has ever been for") {
  get();
  const Names hosts{"192.168.1.20", "desk.example"};
  const auto second = get(hosts);
  CHECK(second.isNew);
  CHECK(namesOf(second) ==
        Names{"localhost", "*.localhost", "127.0.0.1", "::1", "192.168.1.20", "desk.example"});
  CHECK_FALSE(get(hosts).isNew);
  CHECK_FALSE(get({"desk.example"}).isNew);
  CHECK_FALSE(get({"localhost", "127.0.0.1"}).isNew);
  get({"10.0.0.7"});
  CHECK_FALSE(get(hosts).isNew);
}

TEST_CASE_FIXTURE(Kept, "the names of the local certificate do not grow for ever") {
  for (int i = 0; i < 200; ++i) get({"10.0.0." + std::to_string(i)});
  const auto names = namesOf(get());
  CHECK(names.size() <= 50);
  CHECK(std::ranges::find(names, "10.0.0.199") != names.end());
}

TEST_CASE_FIXTURE(Kept, "what is kept and is no certificate with its key is replaced") {
  const auto other = http::makeSelfSigned({{"localhost"}, kNow, kNow + days(365)});
  const auto first = get();
  for (const char* file : {"https-key.pem", "https-certificate.pem"}) {
    for (const auto& content : {std::string(), std::string("hello"), other.key}) {
      CAPTURE(file);
      temporary.write(std::string("cache/lathe/") + file, content);
      CHECK(get().isNew);
      CHECK_FALSE(get().isNew);
    }
    std::filesystem::remove(folder / file);
    CHECK(get().isNew);
  }
}

TEST_CASE("processes that start together share one local certificate") {
  const TemporaryFolder temporary;
  std::vector<LocalCertificate> all(8);
  std::vector<std::thread> threads;
  for (auto& local : all) {
    threads.emplace_back([&] { local = localCertificate(temporary.path() / "lathe", {}, kNow); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::ranges::count_if(all, &LocalCertificate::isNew) == 1);
  for (const auto& local : all) CHECK(local.identity.key == all.front().identity.key);
}

TEST_CASE("a local certificate that cannot be kept says why, and is good all the same") {
  const TemporaryFolder temporary;
  const auto file = temporary.write("file", "");
  temporary.write("taken/https-key.pem.new/x", "");
  struct {
    std::filesystem::path folder;
    std::string want;
  } cases[] = {
      {"", "neither XDG_CACHE_HOME nor HOME says where to keep it"},
      {file / "lathe", (file / "lathe").string() + " cannot be made: Not a directory"},
      {file, file.string() + " cannot be opened: Not a directory"},
      {temporary.path() / "taken",
       (temporary.path() / "taken/https-key.pem").string() + " cannot be written: File exists"},
  };
  for (const auto& [folder, want] : cases) {
    const auto local = localCertificate(folder, {"desk.example"}, kNow);
    CHECK(local.notKept == want);
    CHECK(local.isNew);
    CHECK(http::isWhole(local.identity));
    CHECK(namesOf(local).back() == "desk.example");
  }
}

TEST_CASE("the local certificate is kept where caches of the user are") {
  const std::string home = std::getenv("HOME") ? std::getenv("HOME") : "";
  struct {
    const char* cache;
    const char* home;
    const char* want;
  } cases[] = {
      {"/a/cache", "/b", "/a/cache/lathe"},
      {"", "/b", "/b/.cache/lathe"},
      {"a/cache", "/b", "/b/.cache/lathe"},
      {"", "", ""},
      {"", "b", ""},
  };
  for (const auto& [cache, homeFolder, want] : cases) {
    ::setenv("XDG_CACHE_HOME", cache, 1);
    ::setenv("HOME", homeFolder, 1);
    CHECK(localCertificateFolder() == want);
  }
  ::unsetenv("XDG_CACHE_HOME");
  ::setenv("HOME", home.c_str(), 1);
}

}  // namespace lathe::cli
