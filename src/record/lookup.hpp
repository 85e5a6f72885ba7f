#pragma once
// GET /decisions/{decision_id}: a record is in the spool, in the store, or on its way from one to the other.

#include <optional>
#include <string>

#include "base/error.hpp"
#include "record/store.hpp"
#include "spool/shared_page.hpp"

namespace jury {

// Looks in the store, then in the spool, then in the store again: a record that leaves the spool between the first two
// looks is in the store at the third. So a record whose decision was answered is always found. Blocks: for a thread of
// the blocking pool; as thread-safe as `where`.
result<std::optional<record>> find_record(store& where, const std::string& spool_root, const spool::shared_page& page,
                                          const uuid& decision_id);

}  // namespace jury
