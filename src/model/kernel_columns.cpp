#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "model/ensemble.hpp"
#include "model/kernel.hpp"

namespace jury::model {
namespace {

constexpr double zero_band = 1e-35F;

// How many of the sorted thresholds are below x (`Equal`: or equal to it), without a branch that depends on x.
template <bool Equal, typename T>
std::uint32_t rank(const T* thresholds, std::uint32_t count, T x) noexcept {
  const auto* base = thresholds;
  while (count > 1) {
    const auto half = count / 2;
    const bool after = Equal ? base[half - 1] <= x : base[half - 1] < x;
    base += __builtin_unpredictable(after) ? half : 0;
    count -= half;
  }
  return static_cast<std::uint32_t>(base - thresholds) + ((Equal ? *base <= x : *base < x) ? 1U : 0U);
}

std::uint32_t rank(const blob_view& view, const layout::quantizer& quantizer, double x) noexcept {
  const auto first = quantizer.first_threshold;
  switch (static_cast<comparison>(quantizer.compare)) {
    case comparison::less_f32:
      return rank<true>(view.thresholds32.data() + first, quantizer.thresholds, static_cast<float>(x));
    case comparison::less_equal_f32:
      x = static_cast<float>(x);
      [[fallthrough]];
    default:
      return rank<false>(view.thresholds64.data() + first, quantizer.thresholds, x);
  }
}

// The row of a lookup's table for a value.
std::size_t lookup_row(const blob_view& view, const layout::lookup& lookup, double x) noexcept {
  if (std::isnan(x)) return lookup.categories + std::size_t{1};
  double end = 4294967296.0;
  if (static_cast<comparison>(lookup.compare) == comparison::in_set_f32) {
    x = static_cast<float>(x);
    end = x < 0 ? x : 16777216.0;
  }
  if (!(x > -1 && x < end)) return lookup.categories;
  const auto category = static_cast<std::uint32_t>(x);
  const auto known = view.lookup_categories.subspan(lookup.first_category, lookup.categories);
  if (category < known.size() && known[category] == category) return category;
  const auto found = std::ranges::lower_bound(known, category);
  return found != known.end() && *found == category ? static_cast<std::size_t>(found - known.begin())
                                                    : lookup.categories;
}

}  // namespace

void encode_columns(const blob_view& view, std::span<const double> row, std::uint8_t* codes) noexcept {
  codes[0] = 0;  // what the nodes of trees without a split look at
  for (const auto& quantizer : view.quantizers) {
    const auto x = row[quantizer.feature];
    const bool nan = std::isnan(x);
    const auto at = nan ? quantizer.zero_rank : rank(view, quantizer, x);
    const std::array<bool, 3> is_missing{false, nan || std::abs(x) <= zero_band, nan};  // indexed by enum missing
    for (const auto& target : view.targets.subspan(quantizer.first_target, quantizer.targets)) {
      const auto above = std::min<std::uint32_t>(at - std::min(at, target.first_rank), layout::last_code);
      codes[target.column] = is_missing[target.missing] ? target.missing_code : static_cast<std::uint8_t>(above);
    }
  }
  for (const auto& lookup : view.lookups) {
    const auto* from =
        view.lookup_bytes.data() + lookup.table + lookup_row(view, lookup, row[lookup.feature]) * lookup.columns;
    std::memcpy(codes + lookup.first_column, from, lookup.columns);
  }
}

}  // namespace jury::model
