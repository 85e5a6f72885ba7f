#pragma once

#include <chrono>
#include <string>

#include "base/error.hpp"
#include "process/descriptor.hpp"

namespace jury::process {

// Takes the file `path`, which is made if it is not there, for this process and all children that it will fork, until
// the last of them is gone: so two servers never work on the same files, and a new one waits for what is left of a
// killed one. Waits up to `patience` for another holder; then an error that says whom the lock keeps out.
result<descriptor> lock_file(const std::string& path, std::chrono::milliseconds patience);

}  // namespace jury::process
