#pragma once
// What `jury serve` can be told; each member is an option of the command line.

#include <chrono>
#include <cstdint>
#include <string>

#include "http/limits.hpp"
#include "record/journal.hpp"

namespace jury::decision {

struct settings {
  std::string model;  // folder or file
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: the kernel chooses
  int backlog = 2048;
  std::size_t workers = 0;      // 0: one a CPU that is really there
  std::size_t threadpool = 40;  // threads for blocking work, a worker
  std::size_t cpu_threads = 0;  // 0: CPUs / workers, at least 1
  std::string store = "sqlite:jury-data/decisions.db";
  std::string cache = "memory:";  // or "none"
  std::size_t cache_entries = 100'000;
  std::chrono::seconds cache_time_to_live{300};
  std::string spool = "jury-data/spool";
  std::uint64_t spool_bytes = std::uint64_t{1} << 30;  // bound of each worker's directory
  jury::durability durability = jury::durability::process;
  std::string api_key_file;  // empty: no keys
  bool insecure = false;     // listen beyond loopback without keys
  std::chrono::seconds graceful_timeout{30};
  http::limits http{.body = 64 << 10};
  bool access_log = true;
};

}  // namespace jury::decision
