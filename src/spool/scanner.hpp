#pragma once
// Reads one segment, record by record.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "spool/file_system.hpp"
#include "spool/segment.hpp"

namespace jury::spool {

enum class scan_step {
  record,   // here is one, whole and checked
  stop,     // the next record has the stop number or a higher one: it was not looked at
  more,     // the bytes read so far end before the record does: fill()
  damaged,  // what should be a record is none: resync()
};

struct scanned {
  scan_step step;
  std::uint64_t sequence = 0;
  std::span<const std::byte> payload{};  // valid until fill() or resync()
};

// Never looks at bytes behind the record before `stop`: a writer may be in the middle of writing them. Bounded memory:
// a window of half a megabyte, or of one record when that is longer.
class scanner {
 public:
  static errno_or<scanner> open(file_system& files, const std::string& directory, segment_name name);

  // The next record with a number below `stop`. Numbers grow within a segment.
  scanned next(std::uint64_t stop);
  // Reads on behind the bytes read so far. False at the end of the file.
  errno_or<bool> fill();
  // Forgets the bytes read ahead and reads anew. What lay behind the committed mark may have been cut off and written
  // again since.
  errno_or<bool> refill();
  // After `damaged`: goes to the next header that is valid and has a number below `stop`. False, and no move, when
  // there is none (yet).
  errno_or<bool> resync(std::uint64_t stop);

  [[nodiscard]] segment_name name() const { return name_; }
  // Where the next record is expected in the file, and the lowest number it may have.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t expected() const { return expected_; }
  // The bytes read and not consumed.
  [[nodiscard]] std::span<const std::byte> window() const { return {buffer_.get() + begin_, end_ - begin_}; }

 private:
  scanner(file_system& files, descriptor file, segment_name name);

  file_system* files_;
  descriptor file_;
  segment_name name_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;  // of buffer_[begin_] in the file
  std::uint64_t expected_;
};

}  // namespace jury::spool
