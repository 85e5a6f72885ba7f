#include "model/columns.hpp"

#include <algorithm>

namespace jury::model {
namespace {

constexpr std::size_t ranks_a_column = layout::last_code;
constexpr std::uint64_t max_lookup_bytes = 64U << 20;

}  // namespace

std::size_t column_set::rank_of(const numeric& numeric, const node& split) {
  return static_cast<std::size_t>(std::ranges::lower_bound(numeric.thresholds, split.value) -
                                  numeric.thresholds.begin());
}

column_set::variant column_set::variant_of(const node& split, std::size_t rank) {
  const bool default_left = split.missing != missing::none && split.default_left;
  return {split.missing, default_left, static_cast<std::uint32_t>(rank / ranks_a_column)};
}

column_set::column_set(const ensemble& ensemble) : ensemble_(ensemble) {
  const auto each_split = [&](auto&& visit) {
    for (const auto& tree : ensemble.trees) {
      for (const auto& node : tree.nodes) {
        if (!node.is_leaf()) visit(node, source{node.feature, node.compare});
      }
    }
  };
  each_split([&](const node& split, const source& from) {
    if (split.is_set()) {
      sets_[from].try_emplace({split.set, split.default_left});
    } else {
      numerics_[from].thresholds.push_back(split.value);
    }
  });
  for (auto& [from, numeric] : numerics_) {
    // Negative and positive zero are one threshold: they compare alike.
    std::ranges::sort(numeric.thresholds);
    numeric.thresholds.erase(std::ranges::unique(numeric.thresholds).begin(), numeric.thresholds.end());
  }
  each_split([&](const node& split, const source& from) {
    if (split.is_set()) return;
    auto& numeric = numerics_[from];
    numeric.columns.try_emplace(variant_of(split, rank_of(numeric, split)));
  });
}

bool column_set::number(kernel_plan& plan) {
  std::size_t columns = 0;
  for (const auto& [from, numeric] : numerics_) columns += numeric.columns.size();
  for (const auto& [from, members] : sets_) columns += members.size();
  if (columns > layout::max_columns) return false;
  number_quantizers(plan);
  return number_lookups(plan);
}

void column_set::number_quantizers(kernel_plan& plan) {
  for (auto& [from, numeric] : numerics_) {
    const auto [feature, compare] = from;
    const bool narrow = compare == comparison::less_f32;
    const auto first = narrow ? plan.thresholds32.size() : plan.thresholds64.size();
    const auto zero = compare == comparison::less_f32 ? std::ranges::upper_bound(numeric.thresholds, 0.0)
                                                      : std::ranges::lower_bound(numeric.thresholds, 0.0);
    plan.quantizers.push_back({.feature = feature,
                               .compare = static_cast<std::uint32_t>(compare),
                               .first_threshold = static_cast<std::uint32_t>(first),
                               .thresholds = static_cast<std::uint32_t>(numeric.thresholds.size()),
                               .first_target = static_cast<std::uint32_t>(plan.targets.size()),
                               .targets = static_cast<std::uint32_t>(numeric.columns.size()),
                               .zero_rank = static_cast<std::uint32_t>(zero - numeric.thresholds.begin())});
    for (const auto threshold : numeric.thresholds) {
      if (narrow)
        plan.thresholds32.push_back(static_cast<float>(threshold));
      else
        plan.thresholds64.push_back(threshold);
    }
    for (auto& [key, column] : numeric.columns) {
      const auto [missing, default_left, part] = key;
      column = plan.columns++;
      plan.targets.push_back({.first_rank = static_cast<std::uint32_t>(part * ranks_a_column),
                              .column = static_cast<std::uint16_t>(column),
                              .missing = static_cast<std::uint8_t>(missing),
                              .missing_code = default_left ? std::uint8_t{0} : layout::last_code});
    }
  }
}

bool column_set::number_lookups(kernel_plan& plan) {
  for (auto& [from, members] : sets_) {
    std::vector<std::uint32_t> categories;
    for (const auto& [member, column] : members) {
      const auto& set = ensemble_.sets[member.first];
      categories.insert(categories.end(), set.begin(), set.end());
    }
    std::ranges::sort(categories);
    categories.erase(std::ranges::unique(categories).begin(), categories.end());
    const auto width = members.size();
    const auto rows = categories.size() + 2;
    if (plan.lookup_bytes.size() + rows * width > max_lookup_bytes) return false;
    const layout::lookup lookup{.feature = from.first,
                                .compare = static_cast<std::uint32_t>(from.second),
                                .first_category = static_cast<std::uint32_t>(plan.lookup_categories.size()),
                                .categories = static_cast<std::uint32_t>(categories.size()),
                                .first_column = plan.columns,
                                .columns = static_cast<std::uint32_t>(width),
                                .table = plan.lookup_bytes.size()};
    plan.lookups.push_back(lookup);
    plan.lookup_categories.insert(plan.lookup_categories.end(), categories.begin(), categories.end());
    plan.lookup_bytes.resize(plan.lookup_bytes.size() + rows * width);
    auto* const table = plan.lookup_bytes.data() + lookup.table;
    std::size_t at = 0;
    for (auto& [member, column] : members) {
      column = plan.columns++;
      for (const auto category : ensemble_.sets[member.first]) {
        const auto row = static_cast<std::size_t>(std::ranges::lower_bound(categories, category) - categories.begin());
        table[row * width + at] = 1;
      }
      table[(rows - 1) * width + at] = member.second ? 0 : 1;
      ++at;
    }
  }
  return true;
}

column_test column_set::test(const node& split) const {
  const source from{split.feature, split.compare};
  if (split.is_set()) return {.column = sets_.at(from).at({split.set, split.default_left}), .rank = 0};
  const auto& numeric = numerics_.at(from);
  const auto rank = rank_of(numeric, split);
  return {.column = numeric.columns.at(variant_of(split, rank)),
          .rank = static_cast<std::uint8_t>(rank % ranks_a_column)};
}

}  // namespace jury::model
