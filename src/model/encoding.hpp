#pragma once
// Floor 1. From the cells of a table to the row of numbers that a model takes, as the manifest prescribes.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/manifest.hpp"
#include "model/table.hpp"

namespace jury::model {

// One cell as the model sees it: a number; a boolean as 0 or 1; a category as its code; NaN for a missing cell. The
// error says what was expected and what came, not where.
[[nodiscard]] result<double> encode_cell(const feature& feature, std::string_view cell);

// Which column of a table feeds which feature, bound by name once. Refers to both; they must outlive it.
class row_encoder {
 public:
  // Extra columns are ignored. A column that is not there is an error unless its feature is not required: then every
  // row misses it.
  [[nodiscard]] static result<row_encoder> bind(const manifest& manifest, const table& table);

  // Writes one number a feature into `out` (manifest.features.size() of them). An error names line and column.
  [[nodiscard]] result<void> encode(std::size_t row, std::span<double> out) const;

 private:
  row_encoder(const manifest& manifest, const table& table) : manifest_(&manifest), table_(&table) {}
  const manifest* manifest_;
  const table* table_;
  std::vector<std::size_t> columns_;  // of each feature; table_->columns() for a feature without one
};

}  // namespace jury::model
