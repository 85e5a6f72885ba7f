#include "process/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

namespace jury::process {
namespace {

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

}  // namespace

result<mapping> mapping::make(std::size_t size, int protection, int flags, int fd) {
  void* const memory = mmap(nullptr, size, protection, flags, fd, 0);
  if (memory == MAP_FAILED) return std::unexpected(system_error("mmap", errno));
  return mapping(std::span(static_cast<std::byte*>(memory), size));
}

mapping::~mapping() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

result<mapping> share(std::size_t size) {
  return mapping::make(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
}

result<memory_file> memory_file::create(const char* name) {
  descriptor file(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return std::unexpected(system_error("memfd_create", errno));
  return memory_file(std::move(file));
}

result<void> memory_file::fill(std::span<const std::byte> content) const {
  while (!content.empty()) {
    const ssize_t written = write(file_.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(system_error("write to a memory file", errno));
    content = content.subspan(static_cast<std::size_t>(written));
  }
  if (fcntl(file_.get(), F_ADD_SEALS, all_seals) != 0) {
    return std::unexpected(system_error("seal a memory file", errno));
  }
  return {};
}

result<mapping> memory_file::map() const {
  if (fcntl(file_.get(), F_GET_SEALS) != all_seals) return fail("the memory file is not sealed");
  struct stat status{};
  if (fstat(file_.get(), &status) != 0) return std::unexpected(system_error("fstat of a memory file", errno));
  return mapping::make(static_cast<std::size_t>(status.st_size), PROT_READ, MAP_SHARED, file_.get());
}

}  // namespace jury::process
