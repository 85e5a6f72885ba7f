#pragma once
// Read access to the store for the threads of a pool.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "record/lookup.hpp"
#include "record/store.hpp"

namespace jury::decision {

// Opens stores on demand and keeps them for the next question. Thread-safe.
class stores {
 public:
  stores(std::function<std::unique_ptr<store>()> open, std::string spool_root, const spool::shared_page& page)
      : open_(std::move(open)), spool_root_(std::move(spool_root)), page_(page) {}

  // Blocks: for a thread of the blocking pool.
  result<std::optional<record>> find(const uuid& decision_id);

 private:
  std::function<std::unique_ptr<store>()> open_;
  std::string spool_root_;
  const spool::shared_page& page_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<store>> idle_;
};

}  // namespace jury::decision
