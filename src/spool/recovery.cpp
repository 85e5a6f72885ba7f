#include "spool/recovery.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "spool/format.hpp"
#include "spool/scanner.hpp"

namespace jury::spool {
namespace {

struct tail {
  std::uint64_t next = 0;  // one past the last record's number
  std::uint64_t end = 0;   // one past the last record's last byte
  bool damaged = false;    // by more than a write that was cut short
  bool torn = false;       // bytes follow the last record
};

// What a killed write leaves is a prefix of a record. A record of which all bytes are there and wrong is damage.
errno_or<tail> find_tail(scanner& segment) {
  tail found{.next = segment.expected()};
  for (;;) {
    const scanned here = segment.next(max_sequence);
    switch (here.step) {
      case scan_step::record:
        found.next = segment.expected();
        found.end = segment.offset();
        break;
      case scan_step::stop:
        return found;
      case scan_step::more: {
        const auto filled = segment.fill();
        if (!filled) return std::unexpected(filled.error());
        if (*filled) break;
        found.torn = !segment.window().empty();
        return found;
      }
      case scan_step::damaged: {
        found.damaged = true;
        const auto moved = segment.resync(max_sequence);
        if (!moved) return std::unexpected(moved.error());
        if (*moved) break;
        found.torn = true;
        return found;
      }
    }
  }
}

}  // namespace

result<recovered> recover(file_system& files, const std::string& root, unsigned directory, page_slot& slot) {
  const std::string path = directory_path(root, directory);
  recovered outcome{.next = std::max<std::uint64_t>(1, slot.committed.load(std::memory_order_relaxed))};

  const auto segments = list_segments(files, path);
  if (!segments) return std::unexpected(system_error("list the spool directory " + path, segments.error()));
  if (!segments->empty()) {
    const segment_name newest = segments->back();
    const std::string file = path + "/" + newest.to_string();
    auto segment = scanner::open(files, path, newest);
    if (!segment) return std::unexpected(system_error("open the spool segment " + file, segment.error()));
    const auto found = find_tail(*segment);
    if (!found) return std::unexpected(system_error("read the spool segment " + file, found.error()));
    if (found->damaged) outcome.quarantined = quarantine(root, directory, newest);
    if (found->torn && (!found->damaged || outcome.quarantined)) {
      // A tail that can't be cut off, or must not because there is no copy of it, does no harm: the next segment's name
      // bounds this one's records.
      if (const auto writable = files.open(file, O_WRONLY))
        static_cast<void>(files.truncate(writable->number(), found->end));
    }
    outcome.next = std::max(outcome.next, found->next);
  }
  slot.committed.store(outcome.next, std::memory_order_release);
  return outcome;
}

bool quarantine(const std::string& root, unsigned directory, segment_name name) {
  const std::string folder = root + "/quarantine";
  if (!make_directory(folder)) return false;
  std::error_code code;
  return std::filesystem::copy_file(directory_path(root, directory) + "/" + name.to_string(),
                                    fmt::format("{}/{:04}-{}", folder, directory, name.to_string()),
                                    std::filesystem::copy_options::skip_existing, code) &&
         !code;
}

}  // namespace jury::spool
