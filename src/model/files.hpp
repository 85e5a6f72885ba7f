#pragma once
// Floor 1. Whole files in and out, for models, manifests and tables.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace jury::model {

// The bytes of a regular file, or "PATH: No such file or directory"; refuses more than `limit` bytes.
[[nodiscard]] result<std::string> read_file(const std::filesystem::path& file, std::uint64_t limit);

// A file being replaced: the new bytes stand beside it, flushed to the disk, until commit() renames them over it, so
// that readers see the old file or the new one. Destroyed without commit(), it leaves the old file as it was.
class pending_file {
 public:
  [[nodiscard]] static result<pending_file> write(const std::filesystem::path& file, std::string_view bytes);
  pending_file(pending_file&& other) noexcept;
  pending_file& operator=(pending_file&&) = delete;
  ~pending_file();

  [[nodiscard]] result<void> commit();

 private:
  pending_file(std::filesystem::path file, std::string temporary)
      : file_(std::move(file)), temporary_(std::move(temporary)) {}
  std::filesystem::path file_;
  std::string temporary_;  // empty when there is nothing left to remove
};

}  // namespace jury::model
