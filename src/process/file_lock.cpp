#include "process/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

namespace jury::process {

result<descriptor> lock_file(const std::string& path, std::chrono::milliseconds patience) {
  descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return std::unexpected(system_error("open the lock file " + path, errno));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return std::unexpected(system_error("lock " + path, errno));
    if (std::chrono::steady_clock::now() >= deadline) return fail("another server that runs holds " + path);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return file;
}

}  // namespace jury::process
