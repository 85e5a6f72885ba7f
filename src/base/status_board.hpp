#pragma once
// What every process of a server says about itself, on memory that all of them share. Zeroed memory is an empty board.

#include <array>
#include <atomic>
#include <cstdint>

namespace jury {

enum class process_state : std::uint32_t { absent, starting, ready, draining };

// Written by its process and, when that died, by the supervisor. All fields are relaxed: they inform, they don't
// synchronise.
struct process_status {
  std::atomic<std::int32_t> pid;
  std::atomic<process_state> state;
  std::atomic<std::int64_t> started_at;    // unix nanoseconds
  std::atomic<std::uint64_t> starts;       // how often this place was filled
  std::atomic<std::uint64_t> connections;  // of clients, open now

  [[nodiscard]] bool is(process_state expected) const noexcept {
    return state.load(std::memory_order_relaxed) == expected;
  }
};

struct status_board {
  static constexpr std::size_t most_workers = 128;
  static constexpr std::size_t places = 2 * most_workers;  // while all are replaced, each worker is there twice

  std::array<process_status, places> workers;
  process_status recorder;
  std::atomic<std::uint32_t> worker_count;  // how many there should be
  std::atomic<bool> stopping;               // the whole server is on its way out
};

static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<process_state>::is_always_lock_free);

}  // namespace jury
