#pragma once
// The draining end of the spool: one process a root, the recorder.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spool/file_system.hpp"
#include "spool/shared_page.hpp"

namespace jury::spool {

struct entry {
  unsigned directory;
  std::uint64_t sequence;
  std::span<const std::byte> payload;
};

struct reader_statistics {
  std::uint64_t backlog_records = 0;       // committed and not acknowledged, over all directories
  std::uint64_t freed_segments = 0;        // unlinked
  std::uint64_t quarantined_segments = 0;  // copied to ROOT/quarantine because of damage
  std::uint64_t adopted_directories = 0;   // recovered because their writer was gone
  std::uint64_t read_errors = 0;           // of the file system; the segment is tried again, nothing is skipped
};

class track;

// Reads the records of all directories in order, each directory for itself, and frees the segments that are
// acknowledged. Delivers at least once: after a restart, records that were not acknowledged come again, and some that
// were may too. Damage in a segment is set aside (a copy in ROOT/quarantine), counted and read around. Not
// thread-safe.
class reader {
 public:
  // Takes ROOT/recorder.lock; fails when another recorder holds it. `page` must outlive the reader.
  static result<reader> open(const std::string& root, shared_page& page, file_system& files = file_system::posix());
  reader(reader&&) noexcept;
  reader& operator=(reader&&) noexcept;
  // Does not save the cursors: see save_cursors().
  ~reader();

  // Up to `limit` committed records that were not delivered yet. Entries of one directory are next to each other and
  // in order. Empty when there is nothing to read. The entries are valid until the next call of next() or refresh().
  std::span<const entry> next(std::size_t limit);

  // Everything of `directory` up to and including `sequence` is in the sink: segments that hold nothing else are
  // unlinked, oldest first. The caller must have been given `sequence` by next().
  void acknowledge(unsigned directory, std::uint64_t sequence);

  // Looks for new directories and for those whose writer is gone: these are recovered so that their last records can
  // be read, and emptied once all is acknowledged. Some system calls a directory; call it about once a second.
  void refresh();

  // Writes how far each directory is acknowledged, for a next start with a fresh page. For a clean stop. A cursor is a
  // hint: without it, or with an old one, records are delivered again.
  result<void> save_cursors();

  [[nodiscard]] reader_statistics statistics() const;

 private:
  reader(std::string root, shared_page& page, file_system& files, descriptor lock);

  std::string root_;
  shared_page* page_;
  file_system* files_;
  descriptor lock_;
  std::vector<std::unique_ptr<track>> tracks_;
  std::vector<entry> batch_;
  std::uint64_t list_errors_ = 0;  // of the root
  std::size_t turn_ = 0;           // which directory comes first in the next batch
};

}  // namespace jury::spool
