#pragma once
// The files of a spool: ROOT/recorder.lock, ROOT/0000 ... ROOT/0255, in each a `lock`, perhaps a `cursor`, and segments
// named FIRST-MILLISECONDS.log: the sequence number of the first record and the Unix time of their making.
//
// Only the newest segment grows. A segment's records are those with numbers below the successor's first: what an
// abandoned write may have left behind them does not count.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "spool/file_system.hpp"

namespace jury::spool {

struct segment_name {
  std::uint64_t first;  // sequence number
  std::uint64_t stamp;  // Unix milliseconds, made to grow within a directory even when the clock does not

  auto operator<=>(const segment_name&) const = default;

  [[nodiscard]] std::string to_string() const;
  static std::optional<segment_name> parse(std::string_view file);
};

// "ROOT/0007".
std::string directory_path(const std::string& root, unsigned number);

// Makes the directory and those above it, unless they are there.
result<void> make_directory(const std::string& path);

// The segments of a directory, oldest first; other files are passed over. No directory: no segments.
errno_or<std::vector<segment_name>> list_segments(file_system& files, const std::string& directory);

// The directories that exist under `root`, in order.
errno_or<std::vector<unsigned>> list_directories(file_system& files, const std::string& root);

// Opens (and creates) a lock file and takes the lock, without waiting. Nothing when somebody else has it. The lock is
// held while the descriptor lives, and dies with the process. A lock file is never unlinked: two processes could then
// hold locks on two files of one name.
result<std::optional<descriptor>> try_lock(file_system& files, const std::string& path);

}  // namespace jury::spool
