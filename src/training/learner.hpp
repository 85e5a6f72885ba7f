#pragma once
// Floor 3. The rounds of training: a forest or boosting, one tree (or one a class) at a time.

#include <functional>
#include <string>

#include "training/dataset.hpp"
#include "training/train.hpp"

namespace jury::training {

// The model as XGBoost's JSON. Throws xgboost_error.
//
// A forest grows one tree a round, each on the gradients at the base margin and scaled by 1 / trees. That gives the
// very forest of num_parallel_tree (a test compares them bit for bit), which XGBoost grows in one call without a sign
// of life.
[[nodiscard]] std::string learn(const dataset& training, const dataset& held_out, const options& options,
                                const std::function<void(const progress&)>& on_progress);

}  // namespace jury::training
