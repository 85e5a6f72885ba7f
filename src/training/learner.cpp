#include "training/learner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/link.hpp"
#include "training/metrics.hpp"
#include "training/xgboost.hpp"

namespace jury::training {
namespace {

// XGBoost's threads wait for each other by spinning: below this much work for each, more of them are slower.
constexpr std::size_t cells_a_thread = 32768;

struct gradients {
  std::vector<float> first;
  std::vector<float> second;
};

std::size_t outputs(const dataset& data) { return data.task == task::multiclass ? data.labels.size() : 1; }

// Where every row starts: a half, except for regression, whose trees would else spend themselves on the mean.
float base_score(const dataset& data) {
  if (data.task != task::regression) return 0.5F;
  return static_cast<float>(std::accumulate(data.target.begin(), data.target.end(), 0.0) /
                            static_cast<double>(data.rows()));
}

model::link link_of(task task) {
  return task == task::binary       ? model::link::logistic
         : task == task::multiclass ? model::link::softmax
                                    : model::link::identity;
}

// XGBoost's own formulas at the base: of log loss with p = 1 / classes, or of half the squared error.
gradients gradients_at_base(const dataset& data) {
  gradients out;
  const auto classes = outputs(data);
  const auto base = base_score(data);
  const auto p = data.task == task::binary ? 0.5F : 1.0F / static_cast<float>(classes);
  for (const auto target : data.target) {
    if (data.task == task::regression) {
      out.first.push_back(base - target);
      out.second.push_back(1);
      continue;
    }
    for (std::size_t k = 0; k < classes; ++k) {
      const bool is_class = classes == 1 ? target == 1 : target == static_cast<float>(k);
      out.first.push_back(is_class ? p - 1 : p);
      out.second.push_back(classes == 1 ? p * (1 - p) : 2 * p * (1 - p));
    }
  }
  return out;
}

unsigned useful_threads(const dataset& data, unsigned n_jobs) {
  return static_cast<unsigned>(std::clamp<std::size_t>(data.cells.size() / cells_a_thread, 1, n_jobs));
}

void configure(booster& booster, const dataset& data, const options& options) {
  static constexpr std::array objectives{"binary:logistic", "multi:softprob", "reg:squarederror"};
  booster.set("verbosity", "0");
  booster.set("tree_method", "hist");
  booster.set("objective", objectives[static_cast<std::size_t>(data.task)]);
  if (data.task == task::multiclass) booster.set("num_class", fmt::to_string(data.labels.size()));
  booster.set("base_score", fmt::to_string(base_score(data)));
  booster.set("max_depth", fmt::to_string(options.depth));
  booster.set("nthread", fmt::to_string(useful_threads(data, options.n_jobs)));
  booster.set("seed", fmt::to_string(options.seed % std::numeric_limits<int>::max()));
  if (options.algorithm == algorithm::boosting) {
    booster.set("learning_rate", fmt::to_string(options.learning_rate));
    return;
  }
  const auto features = static_cast<double>(data.features.size());
  booster.set("learning_rate", fmt::to_string(1.0 / options.trees));
  booster.set("subsample", "0.8");
  booster.set("colsample_bynode", fmt::to_string(data.task == task::regression ? std::max(1.0 / 3, 1 / features)
                                                                               : 1 / std::sqrt(features)));
}

// The figure a person watches, of the model so far; for a forest the mean of the trees so far.
double held_out_metric(const booster& booster, const matrix& matrix, const dataset& data, double scale, double base) {
  auto margins = booster.margins(matrix);
  for (auto& margin : margins) margin = base + (margin - base) * scale;
  const auto width = outputs(data);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto span = std::span(margins).subspan(row * width, width);
    model::apply_link(link_of(data.task), model::arithmetic::f32, span, span);
  }
  return data.task == task::regression ? rmse(margins, data.target) : log_loss(margins, data.target);
}

}  // namespace

std::string learn(const dataset& training, const dataset& held_out, const options& options,
                  const std::function<void(const progress&)>& on_progress) {
  const auto threads = useful_threads(training, options.n_jobs);
  const matrix train_matrix(training, threads);
  const matrix test_matrix(held_out, threads);
  const std::array<const matrix*, 2> matrices{&train_matrix, &test_matrix};
  booster booster(matrices);
  configure(booster, training, options);
  booster.describe(training);
  const bool forest = options.algorithm == algorithm::forest;
  auto base_gradients = forest ? gradients_at_base(training) : gradients{};
  const double base_margin = training.task == task::binary ? 0 : base_score(training);
  for (int round = 0; round < options.trees; ++round) {
    if (forest) {
      booster.boost(train_matrix, base_gradients.first, base_gradients.second);
    } else {
      booster.update(round, train_matrix);
    }
    if (!on_progress) continue;
    const auto done = round + 1;
    const double scale = forest ? static_cast<double>(options.trees) / done : 1;
    progress now{.done = done, .total = options.trees};
    now.metric = training.task == task::regression ? "RMSE" : "log loss";
    now.value = held_out_metric(booster, test_matrix, held_out, scale, base_margin);
    on_progress(now);
  }
  return booster.save_json();
}

}  // namespace jury::training
