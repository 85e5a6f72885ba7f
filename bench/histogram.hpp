#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bench {

// Counts durations of 0 to 2^64 ns in 128 equal buckets for each doubling, so that a quantile is at most 0.4 % off.
class histogram {
 public:
  void add(std::chrono::nanoseconds duration) {
    auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    ++counts_[bucket(value)];
    ++total_;
    max_ = std::max(max_, value);
  }

  // The duration that the share (0 to 1) of all counted do not exceed, in microseconds; 0 when there are none.
  double quantile(double share) const {
    auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share * static_cast<double>(total_) + 0.5));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= wanted) return std::min(middle(i), static_cast<double>(max_)) / 1000;
    }
    return 0;
  }

  double max() const { return static_cast<double>(max_) / 1000; }

 private:
  static constexpr unsigned bits = 7;

  // Below 2^8 a bucket a value; above, the 8 leading bits and how far they were shifted.
  static std::size_t bucket(std::uint64_t value) {
    auto width = static_cast<unsigned>(std::bit_width(value));
    unsigned shift = width > bits + 1 ? width - (bits + 1) : 0;
    return (static_cast<std::size_t>(shift) << bits) + static_cast<std::size_t>(value >> shift);
  }

  static double middle(std::size_t bucket) {
    std::size_t shift = bucket >> (bits + 1) ? (bucket >> bits) - 1 : 0;
    auto lowest = static_cast<std::uint64_t>(bucket - (shift << bits)) << shift;
    return static_cast<double>(lowest) + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
  }

  std::array<std::uint64_t, (64 - bits + 1) << bits> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
