#pragma once
// What the holder of a directory's lock does first.

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "spool/file_system.hpp"
#include "spool/segment.hpp"
#include "spool/shared_page.hpp"

namespace jury::spool {

struct recovered {
  std::uint64_t next = 1;    // the sequence number that the next record gets
  bool quarantined = false;  // the newest segment was damaged, not just torn; a copy is set aside
};

// Finds the end of the log of a directory whose writer is gone, cuts a torn tail off the newest segment, and publishes
// the end as committed. Whole records that were written and not yet published are kept. Only for the holder of the
// lock. Fails only when the newest segment can't be read; damage is no failure.
result<recovered> recover(file_system& files, const std::string& root, unsigned directory, page_slot& slot);

// Copies a segment to ROOT/quarantine, under a name that tells where it was. Does nothing when the copy is there
// already, and nothing when it can't be made: the log goes on either way. Returns whether there is a new copy.
bool quarantine(const std::string& root, unsigned directory, segment_name name);

}  // namespace jury::spool
