// What LMDB alone does with one thread: the yardstick for writes of lathe. Each batch is one
// transaction, durable before the next begins, and each writes other values under the same keys.
// Keys are as long as those of lathe's records, values about as long as stored numbers.
//
//   raw-lmdb FOLDER PUTS-OF-A-BATCH SECONDS
//
// Prints the puts per second. FOLDER is there already; the file in it grows to a few megabytes.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <lmdb.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMapBytes = std::size_t{1} << 30;

// As long as what stands before a caller's key in lathe's store (persist/record-key.h): two bytes
// of kinds, a number of four, and an id of 32 bytes with two that end it.
const std::string kPrefix(40, 'p');

void check(int code) {
  if (code != MDB_SUCCESS) throw std::runtime_error(mdb_strerror(code));
}

std::vector<std::string> keysOf(int count) {
  std::vector<std::string> keys;
  for (int index = 0; index < count; ++index) {
    const auto digits = std::to_string(index);
    keys.push_back(kPrefix + "key-" + std::string(7 - digits.size(), '0') + digits);
  }
  return keys;
}

void putBatch(MDB_env* environment, MDB_dbi table, std::vector<std::string>& keys,
              std::uint64_t value) {
  MDB_txn* transaction = nullptr;
  check(mdb_txn_begin(environment, nullptr, 0, &transaction));
  for (auto& key : keys) {
    MDB_val name{key.size(), key.data()};
    MDB_val data{sizeof value, &value};
    check(mdb_put(transaction, table, &name, &data, 0));
    ++value;
  }
  check(mdb_txn_commit(transaction));
}

MDB_env* open(const char* folder, MDB_dbi& table) {
  MDB_env* environment = nullptr;
  check(mdb_env_create(&environment));
  check(mdb_env_set_mapsize(environment, kMapBytes));
  check(mdb_env_open(environment, folder, 0, 0600));
  MDB_txn* transaction = nullptr;
  check(mdb_txn_begin(environment, nullptr, 0, &transaction));
  check(mdb_dbi_open(transaction, nullptr, 0, &table));
  check(mdb_txn_commit(transaction));
  return environment;
}

double putsPerSecond(const char* folder, int putsOfABatch, double seconds) {
  MDB_dbi table = 0;
  MDB_env* environment = open(folder, table);
  auto keys = keysOf(putsOfABatch);
  putBatch(environment, table, keys, 0);  // makes the file as large as it stays

  std::uint64_t puts = 0;
  const auto start = Clock::now();
  std::chrono::duration<double> taken{};
  do {
    putBatch(environment, table, keys, puts);
    puts += keys.size();
    taken = Clock::now() - start;
  } while (taken.count() < seconds);
  mdb_env_close(environment);
  return static_cast<double>(puts) / taken.count();
}

}  // namespace

int main(int argc, char** argv) {
  const int putsOfABatch = argc == 4 ? std::atoi(argv[2]) : 0;
  if (putsOfABatch < 1 || putsOfABatch > 9'999'999) {
    std::cerr << "usage: raw-lmdb FOLDER PUTS-OF-A-BATCH SECONDS\n";
    return 2;
  }
  try {
    std::cout << putsPerSecond(argv[1], putsOfABatch, std::atof(argv[3])) << '\n';
  } catch (const std::runtime_error& failure) {
    std::cerr << "raw-lmdb: " << failure.what() << '\n';
    return 1;
  }
}
