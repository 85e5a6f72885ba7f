#pragma once
// Floor 1. Scoring whole tables on several threads.

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "model/manifest.hpp"
#include "model/model.hpp"
#include "model/table.hpp"

namespace jury::model {

struct predictions {
  std::size_t outputs = 1;
  std::vector<double> margins;  // rows x outputs, row-major
  std::vector<double> scores;

  [[nodiscard]] std::span<const double> row_margins(std::size_t row) const noexcept {
    return std::span(margins).subspan(row * outputs, outputs);
  }
  [[nodiscard]] std::span<const double> row_scores(std::size_t row) const noexcept {
    return std::span(scores).subspan(row * outputs, outputs);
  }
};

// Scores every row, each exactly as a single call of model::margins would, on `n_jobs` threads (0: one a CPU that this
// process may use), the caller's included. `progress`, if any, gets (rows done, rows), rising, on the caller's thread.
// A cell that does not fit is the error of the first such row, with line and column.
[[nodiscard]] result<predictions> predict_table(const model& model, const manifest& manifest, const table& table,
                                                unsigned n_jobs = 0,
                                                const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace jury::model
