#pragma once
// Floor 1. What an objective of XGBoost means for scoring: the link, and the margin to start from.

#include <vector>

#include "base/error.hpp"
#include "model/ensemble.hpp"
#include "model/xgboost_file.hpp"

namespace jury::model::xgboost {

// An error for an objective that this importer does not know.
[[nodiscard]] result<link> link_of(const file& file);

// base_score is a prediction, "5E-1", or one an output, "[1E-1,2E-1]"; the margins are its inverse through the link, by
// the float32 formulas of the version that wrote the file.
[[nodiscard]] result<std::vector<double>> base_margins(const file& file, std::size_t outputs);

}  // namespace jury::model::xgboost
