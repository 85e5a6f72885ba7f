#include "base/cpu_count.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace jury {
namespace {

std::size_t cpus_of_the_affinity_mask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return 1;
  return static_cast<std::size_t>(CPU_COUNT(&mask));
}

// "max 100000" or "150000 100000": quota and period in microseconds.
double quota_v2(const std::filesystem::path& directory) {
  std::ifstream file(directory / "cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return std::numeric_limits<double>::infinity();
  return std::strtod(quota.c_str(), nullptr) / period;
}

double quota_v1(const std::filesystem::path& directory) {
  double quota = 0;
  double period = 0;
  std::ifstream(directory / "cpu.cfs_quota_us") >> quota;
  std::ifstream(directory / "cpu.cfs_period_us") >> period;
  return quota > 0 && period > 0 ? quota / period : std::numeric_limits<double>::infinity();
}

// A quota of any enclosing group binds too.
template <typename Quota>
double smallest_quota(const std::filesystem::path& root, std::filesystem::path group, Quota quota) {
  double smallest = quota(root);
  while (group.has_relative_path()) {
    smallest = std::min(smallest, quota(root / group.relative_path()));
    group = group.parent_path();
  }
  return smallest;
}

double cgroup_quota() {
  double smallest = std::numeric_limits<double>::infinity();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const std::filesystem::path group = line.substr(second + 1);
    if (controllers.empty()) {
      smallest = std::min(smallest, smallest_quota("/sys/fs/cgroup", group, quota_v2));
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      smallest = std::min(smallest, smallest_quota("/sys/fs/cgroup/cpu", group, quota_v1));
    }
  }
  return smallest;
}

}  // namespace

std::size_t available_cpus() {
  const std::size_t allowed = std::max<std::size_t>(1, cpus_of_the_affinity_mask());
  const double quota = cgroup_quota();
  if (quota >= static_cast<double>(allowed)) return allowed;
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(quota)));
}

}  // namespace jury
