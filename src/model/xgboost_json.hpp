#pragma once
// Floor 1. Models that XGBoost saved as JSON (`save_model("model.json")`), from 0.90 to 3.x.

#include <string_view>

#include "base/error.hpp"
#include "model/ensemble.hpp"

namespace jury::model {

// Tree and linear boosters with every objective of XGBoost 3.0, category splits included. Refused with a message that
// says so: DART, vector leaves, category names kept in the model (`cats`), reg:expectileerror and unknown objectives.
// All trees count, also those behind `best_iteration`. multi:softmax gives probabilities as multi:softprob does.
// Errors name the JSON path, or tree and node.
[[nodiscard]] result<ensemble> import_xgboost_json(std::string_view text);

}  // namespace jury::model
