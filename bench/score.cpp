// One row of a 100-tree, depth-8 XGBoost forest: XGBoost's own C call against ours, in one process over the same rows.
// Prints one line of JSON; exit code 1 if a single margin differs in a single bit.
//
// XGBoost's side is XGBoosterPredictFromDense with nthread 1 on a prepared config and array interface, whose buffer
// the row is copied into: of the C calls that score one row from memory it is the fastest, since it builds no DMatrix.

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/compile.hpp"
#include "model/model.hpp"

namespace {

constexpr std::size_t features = 20;
constexpr std::size_t training_rows = 20000;
constexpr std::size_t rows = 10000;
constexpr int repetitions = 15;

void check(int status) {
  if (status != 0) throw std::runtime_error(XGBGetLastError());
}

// Numbers, whole numbers and flags, one value in fifty missing.
std::vector<float> make_table(std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<int> whole(0, 60);
  std::vector<float> cells(count * features);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto feature = i % features;
    cells[i] = feature < 12 ? normal(random) : feature < 17 ? float(whole(random)) : float(random() % 2);
    if (random() % 50 == 0) cells[i] = std::numeric_limits<float>::quiet_NaN();
  }
  return cells;
}

std::vector<float> make_labels(const std::vector<float>& cells, std::mt19937_64& random) {
  std::normal_distribution<float> noise(0, 0.7F);
  std::vector<float> labels;
  for (std::size_t i = 0; i < cells.size(); i += features) {
    float sum = noise(random);
    for (std::size_t f = 0; f < features; ++f) {
      const auto x = std::isnan(cells[i + f]) ? 0.0F : cells[i + f];
      sum += (f < 12 ? std::sin(x * float(f + 1)) : f < 17 ? (x - 30) / 40 : x - 0.5F) * (f % 2 == 0 ? 1.0F : -1.0F);
    }
    labels.push_back(sum > 0 ? 1.0F : 0.0F);
  }
  return labels;
}

BoosterHandle train_forest(const std::vector<float>& cells, const std::vector<float>& labels) {
  DMatrixHandle data = nullptr;
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  check(XGDMatrixCreateFromMat(cells.data(), labels.size(), features, nan, &data));
  check(XGDMatrixSetFloatInfo(data, "label", labels.data(), labels.size()));
  BoosterHandle booster = nullptr;
  check(XGBoosterCreate(&data, 1, &booster));
  const std::pair<const char*, const char*> parameters[] = {{"objective", "binary:logistic"},
                                                            {"tree_method", "hist"},
                                                            {"max_depth", "8"},
                                                            {"num_parallel_tree", "100"},
                                                            {"learning_rate", "1"},
                                                            {"subsample", "0.8"},
                                                            {"seed", "7"},
                                                            {"colsample_bynode", "0.8"},
                                                            {"nthread", "2"},
                                                            {"min_child_weight", "0.1"}};
  for (const auto& [name, value] : parameters) check(XGBoosterSetParam(booster, name, value));
  check(XGBoosterUpdateOneIter(booster, 0, data));
  check(XGBoosterSetParam(booster, "nthread", "1"));
  check(XGDMatrixFree(data));
  return booster;
}

// One row at a time from the same buffer, so that nothing is formatted in the measured call.
class xgboost_scorer {
 public:
  explicit xgboost_scorer(BoosterHandle booster) : booster_(booster), row_(features) {
    array_ = fmt::format(R"({{"data": [{}, true], "shape": [1, {}], "typestr": "<f4", "version": 3}})",
                         reinterpret_cast<std::uintptr_t>(row_.data()), features);
  }

  float margin(const float* row) {
    std::memcpy(row_.data(), row, features * sizeof(float));
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* out = nullptr;
    check(XGBoosterPredictFromDense(booster_, array_.c_str(), config, nullptr, &shape, &dimensions, &out));
    return out[0];
  }

 private:
  static constexpr const char* config =
      R"({"type": 1, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false, "missing": NaN, "cache_id": 0})";
  BoosterHandle booster_;
  std::vector<float> row_;
  std::string array_;
};

template <typename Score>
double microseconds_a_row(Score&& score) {
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < rows; ++i) score(i);
  const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start;
  return elapsed.count() / double(rows);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main() {
  std::mt19937_64 random(42);
  const auto training = make_table(training_rows, random);
  auto* const booster = train_forest(training, make_labels(training, random));
  bst_ulong size = 0;
  const char* text = nullptr;
  check(XGBoosterSaveModelToBuffer(booster, R"({"format": "json"})", &size, &text));
  const auto blob = jury::model::compile(std::string_view(text, size), std::nullopt, "forest");
  if (!blob) throw std::runtime_error(blob.error().message);
  const auto model = jury::model::model::open(blob->bytes()).value();

  const auto cells = make_table(rows, random);
  const std::vector<double> wide(cells.begin(), cells.end());
  std::vector<float> theirs(rows);
  std::vector<float> ours(rows);
  xgboost_scorer scorer(booster);
  std::vector<double> their_times;
  std::vector<double> our_times;
  for (int i = 0; i < repetitions; ++i) {
    their_times.push_back(microseconds_a_row([&](std::size_t r) { theirs[r] = scorer.margin(&cells[r * features]); }));
    our_times.push_back(microseconds_a_row([&](std::size_t r) {
      double margin = 0;
      model.margins(std::span(wide).subspan(r * features, features), {&margin, 1});
      ours[r] = static_cast<float>(margin);
    }));
  }
  const bool equal = std::memcmp(theirs.data(), ours.data(), rows * sizeof(float)) == 0;
  const auto summary = model.summary();
  fmt::print(
      R"({{"bench": "score", "rows": {}, "features": {}, "trees": {}, "depth": {}, "nodes": {}, "kernel": "{}", )"
      R"("xgboost_call": "XGBoosterPredictFromDense", "xgboost_us": {:.3f}, "jury_us": {:.3f}, "ratio": {:.2f}, )"
      R"("bit_equal": {}}})"
      "\n",
      rows, features, summary.trees, summary.depth, summary.nodes, summary.kernel, median(their_times),
      median(our_times), median(their_times) / median(our_times), equal);
  check(XGBoosterFree(booster));
  return equal ? 0 : 1;
}
