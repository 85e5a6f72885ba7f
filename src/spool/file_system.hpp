#pragma once
// The system calls the spool makes on files, behind virtual functions so that a test can fail any of them.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace jury::spool {

// Owns a file descriptor; closes it.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();

  [[nodiscard]] int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// A value, or the errno of the call that failed. Never EINTR: calls are repeated.
template <typename T>
using errno_or = std::expected<T, int>;

// The real thing; tests derive from it. Thread-safe.
class file_system {
 public:
  virtual ~file_system() = default;

  // open(2) with O_CLOEXEC and mode 0640.
  virtual errno_or<descriptor> open(const std::string& path, int flags);
  // May write less than asked, as write(2) does.
  virtual errno_or<std::size_t> write(int file, std::span<const std::byte> bytes);
  // Less than asked only at the end of the file.
  virtual errno_or<std::size_t> read_at(int file, std::span<std::byte> bytes, std::uint64_t offset);
  virtual errno_or<void> truncate(int file, std::uint64_t size);
  virtual errno_or<void> synchronize(int file);
  virtual errno_or<void> rename(const std::string& from, const std::string& to);
  virtual errno_or<void> unlink(const std::string& path);
  // The names in a directory, in no order, without "." and "..".
  virtual errno_or<std::vector<std::string>> list(const std::string& directory);
  // Share of the file system's space that is still available to this user, 0 to 1.
  virtual errno_or<double> available_share(const std::string& path);

  // The one instance of this class itself.
  static file_system& posix();
};

}  // namespace jury::spool
