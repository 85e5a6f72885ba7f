#include "decision/stores.hpp"

namespace jury::decision {

result<std::optional<record>> stores::find(const uuid& decision_id) {
  std::unique_ptr<store> connection;
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) connection = open_();
  auto found = find_record(*connection, spool_root_, page_, decision_id);
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(connection));
  return found;
}

}  // namespace jury::decision
