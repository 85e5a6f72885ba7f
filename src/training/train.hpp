#pragma once
// Floor 3. `jury train`: a table in, model.json and manifest.json out. XGBoost's library does the learning.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "model/manifest.hpp"
#include "model/table.hpp"

namespace jury::training {

enum class algorithm : std::uint8_t {
  forest,    // independent trees on samples of rows (80 %) and of features at each node; their mean
  boosting,  // each tree corrects the sum of those before it
};

[[nodiscard]] std::string_view to_string(algorithm algorithm) noexcept;

struct options {
  std::string target;         // the column to predict
  std::filesystem::path out;  // folder, made if it is not there; model.json and manifest.json in it are replaced
  training::algorithm algorithm = algorithm::forest;
  int trees = 100;      // 1 to 10000; a class for each with more than two classes
  int depth = 0;        // 1 to 16; 0: 8 for a forest, 6 for boosting
  unsigned n_jobs = 0;  // most threads; 0: one a CPU that this process may use. Small tables take fewer
  std::uint64_t seed = 0;
  double held_out = 0.2;       // share of rows kept for the metrics, from each class alike
  double learning_rate = 0.1;  // of boosting
  std::string name;            // of the model; empty: the target's name
  std::string version = "1";
};

// After each round: what a progress bar shows.
struct progress {
  int done = 0;  // rounds; one tree each, or one a class
  int total = 0;
  std::string_view metric;  // "log loss" or "RMSE", on the held-out rows
  double value = 0;
};

enum class task : std::uint8_t { binary, multiclass, regression };

struct report {
  training::task task = task::binary;
  std::size_t rows = 0;
  std::size_t held_out_rows = 0;
  // On the held-out rows, scored by the model as it was written and as it will be served. Keys: "accuracy",
  // "log_loss" and, with two classes, "auc"; or "rmse" and "mae".
  std::map<std::string, double> metrics;
  std::filesystem::path model_file;
  std::filesystem::path manifest_file;
  model::manifest manifest;
};

// Learns `options.target` from the other columns, whose types follow from their cells: all true or false is boolean,
// all whole numbers integer, all numbers number, anything else category. A feature with missing cells is not required.
// The target is regressed if it is fractional or has more than 20 distinct whole numbers, else it names classes: equal
// values are one, called as the first of them is spelt (0 and 0.0, true and TRUE); of two classes the second in sort
// order is the positive one.
//
// The same table, options and number of threads give the same files. The files replace old ones only when both are
// complete; that they can be written is tried before learning. Errors name the column and say what was expected.
[[nodiscard]] result<report> train(const model::table& table, const options& options,
                                   const std::function<void(const progress&)>& on_progress = {});

}  // namespace jury::training
