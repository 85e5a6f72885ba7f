#pragma once
// The two clocks, as integers of nanoseconds: small to store, cheap to subtract.

#include <chrono>
#include <cstdint>
#include <string>

namespace jury {

// Wall clock: nanoseconds since 1970-01-01 UTC. May jump.
inline std::int64_t unix_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Never goes back; the zero means nothing. For durations and deadlines.
inline std::int64_t steady_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// "2026-11-22T23:23:41.123456Z" (RFC 3339, UTC, microseconds).
std::string rfc3339(std::int64_t unix_nanoseconds);

}  // namespace jury
