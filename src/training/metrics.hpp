#pragma once
// Floor 3. How good predictions are. `scores` holds one probability of the second class a row, or one a class and row;
// for regression the predicted value. `target` holds the class number, or the value.

#include <cstddef>
#include <span>

namespace jury::training {

// Share of rows whose class has the largest probability; a single probability counts as class 1 from 0.5 up.
[[nodiscard]] double accuracy(std::span<const double> scores, std::span<const float> target);

// Mean of -ln of the probability given to the true class, at most -ln(1e-15) a row.
[[nodiscard]] double log_loss(std::span<const double> scores, std::span<const float> target);

// The probability that a random row of class 1 scores above a random row of class 0; equal scores count half. NaN if
// one class has no row.
[[nodiscard]] double auc(std::span<const double> scores, std::span<const float> target);

[[nodiscard]] double rmse(std::span<const double> scores, std::span<const float> target);
[[nodiscard]] double mean_absolute_error(std::span<const double> scores, std::span<const float> target);

}  // namespace jury::training
