#pragma once
// The memory that all processes of a server share.

#include <memory>
#include <new>
#include <span>

#include "base/metrics.hpp"
#include "base/status_board.hpp"
#include "process/shared_memory.hpp"
#include "spool/shared_page.hpp"

namespace jury::decision {

// Made by the supervisor before its first fork. Blocks of metrics: one a worker's place, one for the recorder, one for
// the supervisor.
class shared_state {
 public:
  static result<shared_state> make(const metrics::registry& registry) {
    constexpr std::size_t blocks = status_board::places + 2;
    auto memory = process::share(sizeof(fixed) + blocks * registry.cells() * sizeof(metrics::cell));
    if (!memory) return std::unexpected(memory.error());
    return shared_state(std::move(*memory), registry, blocks);
  }

  [[nodiscard]] status_board& board() const noexcept { return fixed_->board; }
  [[nodiscard]] spool::shared_page& page() const noexcept { return fixed_->page; }
  [[nodiscard]] metrics::block worker_block(std::size_t number) const { return metrics::block(blocks_[number]); }
  [[nodiscard]] metrics::block recorder_block() const { return metrics::block(blocks_[status_board::places]); }
  [[nodiscard]] metrics::block supervisor_block() const { return metrics::block(blocks_.back()); }
  [[nodiscard]] std::span<const std::span<metrics::cell>> blocks() const noexcept { return blocks_; }

 private:
  struct fixed {
    status_board board;
    spool::shared_page page;
  };

  shared_state(process::mapping memory, const metrics::registry& registry, std::size_t blocks)
      : memory_(std::move(memory)), fixed_(new(memory_.bytes().data()) fixed) {
    // Zeroed memory is a valid start of every cell, so nothing needs to be constructed one by one.
    auto* const cells = reinterpret_cast<metrics::cell*>(memory_.bytes().data() + sizeof(fixed));
    for (std::size_t i = 0; i < blocks; ++i) blocks_.emplace_back(cells + i * registry.cells(), registry.cells());
  }

  process::mapping memory_;
  fixed* fixed_;
  std::vector<std::span<metrics::cell>> blocks_;
};

}  // namespace jury::decision
