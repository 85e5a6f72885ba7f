#include "model/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace jury::model {
namespace {

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  int operator*() const { return number_; }

 private:
  int number_;
};

std::unexpected<error> last_error(const std::filesystem::path& file) {
  return std::unexpected(system_error(file.string(), errno));
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

}  // namespace

result<std::string> read_file(const std::filesystem::path& file, std::uint64_t limit) {
  const descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!in || ::fstat(*in, &status) != 0) return last_error(file);
  if (!S_ISREG(status.st_mode)) return fail(file.string() + ": not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limit) return fail(fmt::format("{}: {} bytes, more than the {} allowed", file.string(), size, limit));
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = ::read(*in, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error(file);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

result<pending_file> pending_file::write(const std::filesystem::path& file, std::string_view bytes) {
  auto name = file.string() + ".XXXXXX";
  const descriptor out(::mkostemp(name.data(), O_CLOEXEC));
  if (!out) return last_error(file);
  pending_file pending(file, std::move(name));
  if (!write_all(*out, bytes) || ::fchmod(*out, 0644) != 0) return last_error(file);
  return pending;
}

pending_file::pending_file(pending_file&& other) noexcept
    : file_(std::move(other.file_)), temporary_(std::exchange(other.temporary_, {})) {}

pending_file::~pending_file() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

result<void> pending_file::commit() {
  if (::rename(temporary_.c_str(), file_.c_str()) != 0) return last_error(file_);
  temporary_.clear();
  return {};
}

}  // namespace jury::model
