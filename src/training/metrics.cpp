#include "training/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace jury::training {
namespace {

template <typename Term>
double mean(std::span<const double> scores, std::span<const float> target, Term&& term) {
  if (target.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto outputs = scores.size() / target.size();
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) sum += term(scores.subspan(i * outputs, outputs), target[i]);
  return sum / static_cast<double>(target.size());
}

}  // namespace

double accuracy(std::span<const double> scores, std::span<const float> target) {
  return mean(scores, target, [](std::span<const double> row, float truth) {
    const auto largest = std::ranges::max_element(row) - row.begin();
    const auto guess = row.size() == 1 ? (row[0] >= 0.5 ? 1.0F : 0.0F) : static_cast<float>(largest);
    return guess == truth ? 1.0 : 0.0;
  });
}

double log_loss(std::span<const double> scores, std::span<const float> target) {
  return mean(scores, target, [](std::span<const double> row, float truth) {
    const auto of_class = static_cast<std::size_t>(truth);
    const auto p = row.size() > 1 ? row[of_class] : of_class == 1 ? row[0] : 1 - row[0];
    return -std::log(std::clamp(p, 1e-15, 1.0));
  });
}

double auc(std::span<const double> scores, std::span<const float> target) {
  std::vector<std::size_t> order(target.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
  double positives = 0;
  double rank_sum = 0;  // of the positives, from 1, equal scores sharing the mean of their ranks
  for (std::size_t first = 0; first < order.size();) {
    auto last = first;
    double here = 0;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) here += target[order[last]];
    rank_sum += here * static_cast<double>(first + 1 + last) / 2;
    positives += here;
    first = last;
  }
  const auto negatives = static_cast<double>(target.size()) - positives;
  if (positives == 0 || negatives == 0) return std::numeric_limits<double>::quiet_NaN();
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

double rmse(std::span<const double> scores, std::span<const float> target) {
  return std::sqrt(mean(scores, target, [](auto row, float truth) { return (row[0] - truth) * (row[0] - truth); }));
}

double mean_absolute_error(std::span<const double> scores, std::span<const float> target) {
  return mean(scores, target, [](auto row, float truth) { return std::abs(row[0] - truth); });
}

}  // namespace jury::training
