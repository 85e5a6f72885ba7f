#include "training/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace jury::training::test {
namespace {

using numbers = std::vector<double>;
using floats = std::vector<float>;

TEST(metrics, accuracy_counts_the_most_probable_class) {
  EXPECT_EQ(accuracy(numbers{0.5, 0.4, 0.9, 0.1}, floats{1, 1, 1, 0}), 0.75);
  EXPECT_EQ(accuracy(numbers{0.2, 0.5, 0.3, 0.4, 0.4, 0.2}, floats{1, 1}), 0.5);
}

TEST(metrics, log_loss_is_the_mean_surprise) {
  EXPECT_DOUBLE_EQ(log_loss(numbers{0.5, 0.25}, floats{1, 0}), -(std::log(0.5) + std::log(0.75)) / 2);
  EXPECT_DOUBLE_EQ(log_loss(numbers{0.2, 0.5, 0.3}, floats{2}), -std::log(0.3));
  EXPECT_DOUBLE_EQ(log_loss(numbers{0}, floats{1}), -std::log(1e-15));
}

TEST(metrics, auc_counts_pairs_and_halves_ties) {
  EXPECT_EQ(auc(numbers{0.1, 0.4, 0.35, 0.8}, floats{0, 0, 1, 1}), 0.75);
  EXPECT_EQ(auc(numbers{0.5, 0.5, 0.5}, floats{0, 1, 1}), 0.5);
  EXPECT_EQ(auc(numbers{0.1, 0.9, 0.9}, floats{0, 1, 0}), 0.75);
  EXPECT_TRUE(std::isnan(auc(numbers{0.5}, floats{1})));
}

TEST(metrics, errors_of_regression) {
  EXPECT_EQ(rmse(numbers{1, 5}, floats{4, 1}), std::sqrt(12.5));
  EXPECT_EQ(mean_absolute_error(numbers{1, 5}, floats{4, 1}), 3.5);
}

}  // namespace
}  // namespace jury::training::test
