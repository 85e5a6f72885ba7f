#include "model/manifest.hpp"

#include <algorithm>
#include <array>

namespace jury::model {

std::string_view to_string(feature_type type) noexcept {
  static constexpr std::array<std::string_view, 4> names{"number", "integer", "boolean", "category"};
  return names[static_cast<std::size_t>(type)];
}

std::optional<std::uint32_t> feature::code(std::string_view category) const noexcept {
  const auto found = std::ranges::find(categories, category);
  if (found == categories.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - categories.begin());
}

std::string_view policy::decide(std::span<const double> scores, jury::arithmetic arithmetic) const noexcept {
  if (labels.empty() || scores.empty()) return {};
  if (scores.size() == 1) {
    const double limit = arithmetic == arithmetic::f32 ? static_cast<float>(threshold) : threshold;
    return labels[scores[0] >= limit && labels.size() > 1 ? 1 : 0];
  }
  const auto largest = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
  return labels[std::min(largest, labels.size() - 1)];
}

std::optional<std::size_t> manifest::find(std::string_view feature_name) const noexcept {
  const auto found = std::ranges::find(features, feature_name, &feature::name);
  if (found == features.end()) return std::nullopt;
  return static_cast<std::size_t>(found - features.begin());
}

}  // namespace jury::model
