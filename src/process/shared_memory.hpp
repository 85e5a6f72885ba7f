#pragma once
// Memory that a parent and the children it forks see alike.

#include <cstddef>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "process/descriptor.hpp"

namespace jury::process {

// A mapping, unmapped at the end. Children inherit it over a fork.
class mapping {
 public:
  mapping() = default;
  mapping(mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  mapping& operator=(mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~mapping();

  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }

 private:
  friend result<mapping> share(std::size_t size);
  friend class memory_file;
  static result<mapping> make(std::size_t size, int protection, int flags, int fd);
  explicit mapping(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}

  std::span<std::byte> bytes_;
};

// `size` zeroed bytes, writable by this process and its future children.
result<mapping> share(std::size_t size);

// A file that lives in memory only. One process fills and seals it; the others map it read-only and can rely on it
// never changing again.
class memory_file {
 public:
  // `name` shows up in /proc/PID/maps.
  static result<memory_file> create(const char* name);

  // Writes the whole content and seals it against every further change.
  result<void> fill(std::span<const std::byte> content) const;
  // Fails if the file was not sealed.
  [[nodiscard]] result<mapping> map() const;

 private:
  explicit memory_file(descriptor file) noexcept : file_(std::move(file)) {}

  descriptor file_;
};

}  // namespace jury::process
