#pragma once
// Metrics that several processes share: every process counts into a block of its own on memory handed in, and whoever
// is asked merges the blocks. A restarted process goes on in its predecessor's block, so no counter ever falls.

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jury::metrics {

using cell = std::atomic<std::uint64_t>;
static_assert(cell::is_always_lock_free && sizeof(cell) == 8, "cells live in memory shared by processes");

enum class kind : std::uint8_t {
  counter,   // merged: sum
  gauge,     // merged: sum of the processes
  histogram  // of seconds, observed in nanoseconds; merged: sum
};

// Which metrics there are and where each has its cells. Filled once before the first fork and then only read, so that
// all processes agree. Names follow Prometheus' conventions.
class registry {
 public:
  // `labels` is what stands between the braces, as `route="/decisions",status="2xx"`, or empty. Families with the same
  // name must be added next to each other and with the same help. Returns the index of the first cell.
  std::size_t add(kind type, std::string name, std::string help, std::string labels = {});

  // Cells that one process needs.
  [[nodiscard]] std::size_t cells() const noexcept { return cells_; }

  // Prometheus text format 0.0.4 of the sum over `blocks`, each of `cells()` cells.
  [[nodiscard]] std::string render(std::span<const std::span<cell>> blocks) const;

  // Zeroes what the gauges of a process that is gone say; its counters stay in the sum.
  void forget_gauges(std::span<cell> block) const;

 private:
  struct family {
    kind type;
    std::string name;
    std::string help;
    std::string labels;
    std::size_t first;
  };
  std::vector<family> families_;
  std::size_t cells_ = 0;
};

// The upper bounds of a histogram's buckets in nanoseconds; one more bucket takes the rest.
inline constexpr std::uint64_t bucket_bounds[] = {10'000,     25'000,     50'000,      100'000,     250'000,
                                                  500'000,    1'000'000,  2'500'000,   5'000'000,   10'000'000,
                                                  25'000'000, 50'000'000, 100'000'000, 500'000'000, 2'500'000'000};
inline constexpr std::size_t buckets = std::size(bucket_bounds) + 1;

// One process's view of its block. Thread-safe. The memory is not owned.
class block {
 public:
  block() = default;
  explicit block(std::span<cell> cells) noexcept : cells_(cells) {}

  void add(std::size_t counter, std::uint64_t amount = 1) const noexcept {
    cells_[counter].fetch_add(amount, std::memory_order_relaxed);
  }
  void set(std::size_t gauge, std::uint64_t value) const noexcept {
    cells_[gauge].store(value, std::memory_order_relaxed);
  }
  void observe(std::size_t histogram, std::uint64_t nanoseconds) const noexcept;

 private:
  std::span<cell> cells_;
};

}  // namespace jury::metrics
