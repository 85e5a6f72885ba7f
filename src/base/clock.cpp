#include "base/clock.hpp"

#include <fmt/format.h>

#include <ctime>

namespace jury {

std::string rfc3339(std::int64_t unix_nanoseconds) {
  const std::time_t seconds = unix_nanoseconds / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, unix_nanoseconds % 1'000'000'000 / 1000);
}

}  // namespace jury
