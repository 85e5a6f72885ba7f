#pragma once
// The reader's view of one directory. Used by reader.cpp only.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spool/file_system.hpp"
#include "spool/reader.hpp"
#include "spool/scanner.hpp"
#include "spool/segment.hpp"
#include "spool/shared_page.hpp"

namespace jury::spool {

class track {
 public:
  track(file_system& files, std::string root, unsigned number, page_slot& slot);

  // Appends up to `limit` records to `out`; their bytes are valid until the next call.
  void read(std::size_t limit, std::vector<entry>& out);
  void acknowledge(std::uint64_t sequence);
  // Takes the lock, if the writer is gone and there is something to do: recovers, and empties what is drained.
  void adopt();
  result<void> save() const;

  [[nodiscard]] unsigned number() const { return number_; }
  [[nodiscard]] std::uint64_t backlog() const;
  // What happened in this directory; backlog_records is not filled in.
  [[nodiscard]] const reader_statistics& statistics() const { return statistics_; }

 private:
  void start(std::uint64_t committed);
  bool open_segment(std::uint64_t committed);
  [[nodiscard]] const segment_name* successor() const;
  bool move_on(scan_step step, std::uint64_t stop, std::uint64_t committed);
  bool end_segment(std::uint64_t committed);
  void set_aside();
  void settle();
  void free_segments();
  void empty();
  bool list();
  void unlink(segment_name segment);

  file_system* files_;
  std::string root_;
  unsigned number_;
  page_slot* slot_;
  std::string path_;

  bool started_ = false;
  std::vector<segment_name> segments_;  // as last listed, oldest first
  std::optional<scanner> scanner_;
  std::uint64_t next_ = 0;          // the lowest number not delivered
  std::uint64_t delivered_ = 0;     // one past the last number that was delivered
  std::uint64_t acknowledged_ = 0;  // the lowest number not acknowledged

  std::optional<std::uint64_t> recovered_lease_;  // slot_->leases when this track recovered the directory
  std::optional<segment_name> quarantined_;       // the segment last set aside
  reader_statistics statistics_;
};

}  // namespace jury::spool
