#pragma once
// How far a directory was acknowledged, kept on disk for a start with a fresh page.

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "spool/file_system.hpp"
#include "spool/segment.hpp"

namespace jury::spool {

// A hint. It names the segment it speaks of, because a number alone could be taken for one of a later log that began
// anew after a loss.
struct cursor {
  segment_name segment;
  std::uint64_t next;  // records of `segment` below this number are in the sink
};

// Nothing when there is none, or when it is not whole.
std::optional<cursor> load_cursor(file_system& files, const std::string& directory);

// Replaces the cursor: a reader sees the old one or the new one.
result<void> save_cursor(file_system& files, const std::string& directory, const cursor& value);

}  // namespace jury::spool
