#pragma once
// The writing end of the spool: one a worker.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spool/file_system.hpp"
#include "spool/segment.hpp"
#include "spool/shared_page.hpp"

namespace jury::spool {

struct writer_options {
  // A segment that has reached this size gets a successor. A batch is never split over two segments.
  std::uint64_t segment_bytes = 8 << 20;
  // Bound on the bytes in segments not yet freed; at it `append` answers `full`.
  std::uint64_t max_bytes = 1 << 30;
  // Bound on the batch in memory, between two flushes.
  std::uint64_t max_batch_bytes = 16 << 20;
  // No segment is started when less than this share of the file system is available.
  double reserved_share = 0.01;
  file_system* files = &file_system::posix();
};

// Why a record was not taken. In either case nothing was changed; the caller refuses the request (503).
enum class append_error {
  too_large,  // longer than max_record_bytes: will never fit
  full,       // over a byte bound: the sink lags; may fit later
};

// Appends records to one leased directory. Not thread-safe; belongs to the process that leased it (do not fork with
// one). The destructor gives the lease back and does not flush: records of an unflushed batch are lost, exactly as if
// the process had been killed.
//
//   auto spool = writer::lease(root, page);
//   spool->append(bytes);            // any number, in one turn of the loop
//   if (auto done = spool->flush())  // one write(2); now the records survive kill -9 of any process
//     answer(200);
//
// The durability levels are only a matter of when the caller answers: `process` after flush(), `memory` after append()
// with flush() called from a timer.
class writer {
 public:
  // Takes the first directory under `root` that no one holds, creating what is missing, and recovers it: a torn tail
  // left by a killed writer is cut off. `page` must outlive the writer. Fails when all directories are taken or the
  // file system refuses.
  static result<writer> lease(const std::string& root, shared_page& page, writer_options options = {});

  // Copies a record into the batch. Returns its sequence number, which is final once flush() succeeds. No system call.
  std::expected<std::uint64_t, append_error> append(std::span<const std::byte> record);

  // Writes the batch and publishes it to readers. An empty batch succeeds at once. On failure (ENOSPC, EIO, ...) none
  // of the batch is in the spool, the batch is empty again, and its sequence numbers will be used anew; the next batch
  // may well succeed, when space has returned.
  result<void> flush();

  [[nodiscard]] unsigned directory() const { return directory_; }
  [[nodiscard]] std::size_t pending_records() const { return static_cast<std::size_t>(pending_ - next_); }
  // Bytes in segments not yet freed, the batch included.
  [[nodiscard]] std::uint64_t held_bytes() {
    forget_freed();
    return held_ + batch_.size();
  }

 private:
  struct extent {  // a segment not yet known to be freed
    std::uint64_t first;
    std::uint64_t bytes;
  };

  writer(writer_options options, page_slot& slot, unsigned directory, std::string path, descriptor lock);
  result<void> take_over(std::uint64_t next);
  void forget_freed();
  enum class reserve { kept, used };
  result<void> start_segment(reserve share = reserve::kept);
  result<void> write_batch();
  void roll_back(int reason);

  writer_options options_;
  page_slot* slot_;
  unsigned directory_;
  std::string path_;
  descriptor lock_;

  std::vector<std::byte> batch_;
  std::uint64_t next_ = 1;     // sequence number of the batch's first record
  std::uint64_t pending_ = 1;  // one past the batch's last record

  descriptor segment_;  // being appended to; none before the first flush and after an abandoned one
  std::uint64_t last_stamp_ = 0;
  std::deque<extent> extents_;
  std::uint64_t held_ = 0;
  std::uint64_t freed_ = 0;  // slot_->freed when extents_ were last looked through
};

}  // namespace jury::spool
