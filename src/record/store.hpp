#pragma once
// Where stored records are found again.

#include <optional>

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "record/record.hpp"

namespace jury {

class store {
 public:
  virtual ~store() = default;

  // The record with this id, or nothing. A store that does not exist yet holds nothing. Blocks. Not thread-safe: one
  // store object a thread.
  virtual result<std::optional<record>> find(const uuid& decision_id) = 0;
};

}  // namespace jury
