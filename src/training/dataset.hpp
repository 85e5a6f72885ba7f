#pragma once
// Floor 3. A table as numbers to learn from, with what was found out about its columns on the way.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/manifest.hpp"
#include "model/table.hpp"
#include "training/train.hpp"

namespace jury::training {

struct dataset {
  training::task task = task::binary;
  std::vector<model::feature> features;  // all columns but the target, in the table's order
  std::vector<std::string> labels;       // of the classes, sorted; empty for regression
  std::vector<float> cells;              // rows x features, NaN for missing
  std::vector<float> target;             // class number, or value

  [[nodiscard]] std::size_t rows() const noexcept { return target.size(); }
};

// A column with more distinct texts is taken for an id or free text, and refused.
inline constexpr std::size_t max_categories = 1000;

// What the cells of a column say about a feature: type, categories, range, whether any is missing. Types as train()
// documents them. Errors name the column.
[[nodiscard]] result<model::feature> describe_column(const model::table& table, std::size_t column);

// Types as train() documents them. Errors name the column, and the line where there is one.
[[nodiscard]] result<dataset> prepare(const model::table& table, std::string_view target);

// Which rows are kept for the metrics: a share of each class, or of all rows for regression, at least one of each,
// chosen by the seed. True for a held-out row.
[[nodiscard]] std::vector<bool> hold_out(const dataset& data, double share, std::uint64_t seed);

// The rows whose flag is `value`, in order.
[[nodiscard]] dataset select(const dataset& data, const std::vector<bool>& flags, bool value);

}  // namespace jury::training
