#pragma once

#include <cstddef>

namespace jury {

// The CPUs that this process may really use: the affinity mask, further limited by the cgroup's CPU quota (v2 and v1,
// every level up to the root), rounded up. At least 1.
std::size_t available_cpus();

}  // namespace jury
