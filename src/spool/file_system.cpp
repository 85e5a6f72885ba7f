#include "spool/file_system.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace jury::spool {
namespace {

// Repeats `call` while a signal interrupts it. close() is not among the calls: Linux frees the number in any case.
template <typename Call>
auto uninterrupted(Call call) -> errno_or<decltype(call())> {
  for (;;) {
    const auto value = call();
    if (value >= 0) return value;
    if (errno != EINTR) return std::unexpected(errno);
  }
}

errno_or<void> without_value(const errno_or<int>& outcome) {
  if (!outcome) return std::unexpected(outcome.error());
  return {};
}

}  // namespace

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

errno_or<descriptor> file_system::open(const std::string& path, int flags) {
  const auto number = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0640); });
  if (!number) return std::unexpected(number.error());
  return descriptor(*number);
}

errno_or<std::size_t> file_system::write(int file, std::span<const std::byte> bytes) {
  const auto written = uninterrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
  if (!written) return std::unexpected(written.error());
  return static_cast<std::size_t>(*written);
}

errno_or<std::size_t> file_system::read_at(int file, std::span<std::byte> bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto got = uninterrupted(
        [&] { return ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done)); });
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    done += static_cast<std::size_t>(*got);
  }
  return done;
}

errno_or<void> file_system::truncate(int file, std::uint64_t size) {
  return without_value(uninterrupted([&] { return ::ftruncate(file, static_cast<off_t>(size)); }));
}

errno_or<void> file_system::synchronize(int file) {
  return without_value(uninterrupted([&] { return ::fsync(file); }));
}

errno_or<void> file_system::rename(const std::string& from, const std::string& to) {
  return without_value(uninterrupted([&] { return std::rename(from.c_str(), to.c_str()); }));
}

errno_or<void> file_system::unlink(const std::string& path) {
  return without_value(uninterrupted([&] { return ::unlink(path.c_str()); }));
}

errno_or<std::vector<std::string>> file_system::list(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code code;
  std::filesystem::directory_iterator at(directory, code);
  for (; !code && at != std::filesystem::directory_iterator(); at.increment(code)) {
    names.push_back(at->path().filename().string());
  }
  if (code) return std::unexpected(code.value());
  return names;
}

errno_or<double> file_system::available_share(const std::string& path) {
  struct statvfs space{};
  const auto asked = uninterrupted([&] { return ::statvfs(path.c_str(), &space); });
  if (!asked) return std::unexpected(asked.error());
  if (space.f_blocks == 0) return 1.0;
  return static_cast<double>(space.f_bavail) / static_cast<double>(space.f_blocks);
}

file_system& file_system::posix() {
  static file_system instance;
  return instance;
}

}  // namespace jury::spool
