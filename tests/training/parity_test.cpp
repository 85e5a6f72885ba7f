// Our importer and kernels against XGBoost's own library, margin by margin, bit for bit: every objective, forests,
// categories, missing values, and rows made to hurt.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <xgboost/c_api.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/compile.hpp"
#include "model/model.hpp"

namespace jury::training::test {
namespace {

constexpr std::size_t features = 6;  // the last two are categories
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

void check(int status) {
  if (status != 0) throw std::runtime_error(XGBGetLastError());
}

using parameters = std::map<std::string, std::string>;

class xgboost_model {
 public:
  xgboost_model(const std::vector<float>& cells, const std::vector<float>& labels, const parameters& chosen, int rounds,
                bool categories) {
    check(XGDMatrixCreateFromMat(cells.data(), labels.size(), features, nan, &data_));
    check(XGDMatrixSetFloatInfo(data_, "label", labels.data(), labels.size()));
    const char* plain[] = {"float", "float", "int", "i", "float", "float"};
    const char* mixed[] = {"float", "float", "int", "i", "c", "c"};
    check(XGDMatrixSetStrFeatureInfo(data_, "feature_type", categories ? mixed : plain, features));
    if (chosen.contains("aft_loss_distribution")) {
      check(XGDMatrixSetFloatInfo(data_, "label_lower_bound", labels.data(), labels.size()));
      check(XGDMatrixSetFloatInfo(data_, "label_upper_bound", labels.data(), labels.size()));
    }
    check(XGBoosterCreate(&data_, 1, &booster_));
    check(XGBoosterSetParam(booster_, "nthread", "1"));
    check(XGBoosterSetParam(booster_, "verbosity", "0"));
    for (const auto& [name, value] : chosen) check(XGBoosterSetParam(booster_, name.c_str(), value.c_str()));
    for (int i = 0; i < rounds; ++i) check(XGBoosterUpdateOneIter(booster_, i, data_));
  }
  ~xgboost_model() {
    XGBoosterFree(booster_);
    XGDMatrixFree(data_);
  }
  xgboost_model(const xgboost_model&) = delete;
  xgboost_model& operator=(const xgboost_model&) = delete;

  [[nodiscard]] std::string json() const {
    bst_ulong size = 0;
    const char* text = nullptr;
    check(XGBoosterSaveModelToBuffer(booster_, R"({"format": "json"})", &size, &text));
    return {text, size};
  }

  // In place, since building a DMatrix refuses infinities.
  [[nodiscard]] std::vector<float> predict(const std::vector<float>& cells, bool margin) const {
    const auto array = fmt::format(R"({{"data": [{}, true], "shape": [{}, {}], "typestr": "<f4", "version": 3}})",
                                   reinterpret_cast<std::uintptr_t>(cells.data()), cells.size() / features, features);
    return call(
        [&](const char* config, auto... out) {
          return XGBoosterPredictFromDense(booster_, array.c_str(), config, nullptr, out...);
        },
        margin);
  }

  [[nodiscard]] std::vector<float> predict_matrix(const std::vector<float>& cells, bool margin) const {
    DMatrixHandle rows = nullptr;
    check(XGDMatrixCreateFromMat(cells.data(), cells.size() / features, features, nan, &rows));
    auto out = call([&](const char* config,
                        auto... results) { return XGBoosterPredictFromDMatrix(booster_, rows, config, results...); },
                    margin);
    check(XGDMatrixFree(rows));
    return out;
  }

 private:
  template <typename Call>
  static std::vector<float> call(Call&& predict, bool margin) {
    const auto config = fmt::format(
        R"({{"type": {}, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true, )"
        R"("missing": NaN, "cache_id": 0}})",
        margin ? 1 : 0);
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    check(predict(config.c_str(), &shape, &dimensions, &values));
    std::size_t count = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
    return {values, values + count};
  }

  DMatrixHandle data_ = nullptr;
  BoosterHandle booster_ = nullptr;
};

std::vector<float> training_cells(std::mt19937_64& random, std::size_t rows) {
  std::normal_distribution<float> normal;
  std::vector<float> cells;
  for (std::size_t row = 0; row < rows; ++row) {
    cells.insert(cells.end(), {normal(random), std::exp(normal(random)), static_cast<float>(random() % 30),
                               static_cast<float>(random() % 2), static_cast<float>(random() % 3),
                               static_cast<float>(random() % 40)});
    for (std::size_t i = 0; i < features; ++i) {
      if (random() % 12 == 0) cells[row * features + i] = nan;
    }
  }
  return cells;
}

// The cells that trees were grown on, their neighbours, and what no table should hold.
std::vector<float> nasty_cells(std::mt19937_64& random, const std::vector<float>& seen, std::size_t rows, bool finite) {
  static constexpr float special[] = {0.0F, -0.0F,    1e-45F,   -1e-45F,       1e-38F, 3.4e38F,   -3.4e38F,
                                      -1,   -0.5F,    0.5F,     3.7F,          39,     40,        31.9F,
                                      32,   16777215, 16777216, 2147483648.0F, 4e9F,   HUGE_VALF, -HUGE_VALF};
  std::vector<float> cells;
  for (std::size_t i = 0; i < rows * features; ++i) {
    const auto source = seen[(random() % (seen.size() / features)) * features + i % features];
    switch (random() % 5) {
      case 0:
        cells.push_back(special[random() % (std::size(special) - (finite ? 2 : 0))]);
        break;
      case 1:
        cells.push_back(std::nextafter(source, HUGE_VALF));
        break;
      case 2:
        cells.push_back(std::nextafter(source, -HUGE_VALF));
        break;
      case 3:
        cells.push_back(random() % 4 == 0 ? nan : source);
        break;
      default:
        cells.push_back(source);
    }
  }
  return cells;
}

enum class answer { label01, count, value, classes };

struct setup {
  std::string name;
  parameters chosen;
  answer labels = answer::label01;
  int rounds = 20;
  bool categories = false;
  bool linear = false;
  bool links_differ = false;  // XGBoost answers something else than scores(): a class
};

void PrintTo(const setup& value, std::ostream* out) { *out << value.name; }

std::vector<float> labels_for(const std::vector<float>& cells, answer kind, std::mt19937_64& random) {
  std::vector<float> labels;
  std::normal_distribution<float> noise(0, 0.5F);
  for (std::size_t i = 0; i < cells.size(); i += features) {
    const auto at = [&](std::size_t f) { return std::isnan(cells[i + f]) ? 0.3F : cells[i + f]; };
    const float sum = at(0) + std::log(at(1)) * at(3) + std::sin(at(2)) + (std::fmod(at(5), 7.0F) > 3 ? 1.0F : -1.0F) +
                      (at(4) == 1 ? 0.8F : 0) + noise(random);
    switch (kind) {
      case answer::label01:
        labels.push_back(sum > 0 ? 1.0F : 0.0F);
        break;
      case answer::count:
        labels.push_back(std::floor(std::exp(std::min(sum, 3.0F))) + 1);
        break;
      case answer::value:
        labels.push_back(sum);
        break;
      case answer::classes:
        labels.push_back(sum < -1 ? 0.0F : sum < 1 ? 1.0F : 2.0F);
        break;
    }
  }
  return labels;
}

class parity : public testing::TestWithParam<setup> {};

TEST_P(parity, margins_and_scores_equal_xgboosts_bit_for_bit) {
  const auto& setup = GetParam();
  std::mt19937_64 random(11);
  const auto seen = training_cells(random, 1500);
  const xgboost_model theirs(seen, labels_for(seen, setup.labels, random), setup.chosen, setup.rounds,
                             setup.categories);
  const auto blob = model::compile(theirs.json(), std::nullopt);
  ASSERT_TRUE(blob.has_value()) << blob.error().message;
  const auto ours = model::model::open(blob->bytes()).value();

  auto cells = nasty_cells(random, seen, 4000, setup.linear);
  cells.insert(cells.end(), seen.begin(), seen.end());
  const auto predict = [&](bool margin) {
    return setup.linear ? theirs.predict_matrix(cells, margin) : theirs.predict(cells, margin);
  };
  const auto margins = predict(true);
  const auto scores = predict(false);
  const auto outputs = ours.outputs();
  ASSERT_EQ(margins.size(), cells.size() / features * outputs);
  std::vector<double> out(outputs);
  for (std::size_t row = 0; row < cells.size() / features; ++row) {
    const std::vector<double> wide(cells.begin() + static_cast<std::ptrdiff_t>(row * features),
                                   cells.begin() + static_cast<std::ptrdiff_t>((row + 1) * features));
    const auto expect_equal = [&](const std::vector<float>& expected, std::string_view what) {
      for (std::size_t i = 0; i < outputs; ++i) {
        const auto value = static_cast<float>(out[i]);
        ASSERT_EQ(static_cast<double>(value), out[i]);
        ASSERT_EQ(std::memcmp(&value, &expected[row * outputs + i], sizeof(value)), 0)
            << what << " of row " << row << ": " << value << ", XGBoost: " << expected[row * outputs + i]
            << "\nrow: " << fmt::format("{}", fmt::join(wide, ", "));
      }
    };
    ours.reference_margins(wide, out);
    ASSERT_NO_FATAL_FAILURE(expect_equal(margins, "reference margin"));
    ours.margins(wide, out);
    ASSERT_NO_FATAL_FAILURE(expect_equal(margins, "margin"));
    ours.scores(out, out);
    if (!setup.links_differ) ASSERT_NO_FATAL_FAILURE(expect_equal(scores, "score"));
  }
}

parameters boosting(std::string objective, parameters more = {}) {
  more.insert({{"objective", std::move(objective)}, {"tree_method", "hist"}, {"max_depth", "5"}});
  return more;
}

INSTANTIATE_TEST_SUITE_P(
    xgboost, parity,
    testing::Values(
        setup{"logistic", boosting("binary:logistic", {{"base_score", "0.3"}})},
        setup{"logistic_exact", boosting("binary:logistic", {{"tree_method", "exact"}, {"gamma", "0.5"}}),
              answer::label01, 40},
        setup{"categories", boosting("binary:logistic", {{"max_depth", "8"}}), answer::label01, 100, true},
        setup{"categories_one_hot", boosting("binary:logistic", {{"max_cat_to_onehot", "100"}}), answer::label01, 40,
              true},
        setup{"forest",
              boosting("binary:logistic", {{"num_parallel_tree", "50"},
                                           {"subsample", "0.8"},
                                           {"learning_rate", "1"},
                                           {"colsample_bynode", "0.6"},
                                           {"max_depth", "8"}}),
              answer::label01, 1, true},
        setup{"lossguide",
              boosting("binary:logistic", {{"grow_policy", "lossguide"}, {"max_leaves", "80"}, {"max_depth", "0"}}),
              answer::label01, 30, true},
        setup{"softprob", boosting("multi:softprob", {{"num_class", "3"}, {"num_parallel_tree", "3"}}), answer::classes,
              10, true},
        setup{"softmax", boosting("multi:softmax", {{"num_class", "3"}}), answer::classes, 10, false, false, true},
        setup{"squared_error", boosting("reg:squarederror"), answer::value},
        setup{"absolute_error", boosting("reg:absoluteerror"), answer::value},
        setup{"pseudo_huber", boosting("reg:pseudohubererror"), answer::value},
        setup{"squared_log_error", boosting("reg:squaredlogerror"), answer::count},
        setup{"reg_logistic", boosting("reg:logistic"), answer::label01},
        setup{"raw_logit", boosting("binary:logitraw"), answer::label01},
        setup{"hinge", boosting("binary:hinge"), answer::label01},
        setup{"poisson", boosting("count:poisson"), answer::count},
        setup{"gamma", boosting("reg:gamma"), answer::count}, setup{"tweedie", boosting("reg:tweedie"), answer::count},
        setup{"cox", boosting("survival:cox"), answer::count},
        setup{"aft", boosting("survival:aft", {{"aft_loss_distribution", "normal"}}), answer::count},
        setup{"one_leaf", boosting("binary:logistic", {{"gamma", "1e9"}}), answer::label01, 3},
        setup{"linear", {{"booster", "gblinear"}, {"objective", "binary:logistic"}}, answer::label01, 10, false, true},
        setup{"linear_classes",
              {{"booster", "gblinear"}, {"objective", "multi:softprob"}, {"num_class", "3"}},
              answer::classes,
              5,
              false,
              true}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace jury::training::test
