#include "training/learner.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include "model/compile.hpp"
#include "model/model.hpp"
#include "training/xgboost.hpp"

namespace jury::training::test {
namespace {

TEST(learner, grows_in_rounds_the_very_forest_that_xgboost_grows_in_one_call) {
  const auto table = model::table::read(std::filesystem::path(JURY_SOURCE_DIR) / "data" / "german_credit.csv").value();
  const auto data = prepare(table, "credit_risk").value();
  const auto grown = learn(data, data, {.trees = 40, .depth = 8, .n_jobs = 1, .seed = 3}, {});

  const matrix rows(data, 1);
  const std::array<const matrix*, 1> matrices{&rows};
  booster whole(matrices);
  whole.set("objective", "binary:logistic");
  whole.set("tree_method", "hist");
  whole.set("base_score", "0.5");
  whole.set("num_parallel_tree", "40");
  whole.set("learning_rate", "1");
  whole.set("max_depth", "8");
  whole.set("nthread", "1");
  whole.set("seed", "3");
  whole.set("subsample", "0.8");
  whole.set("colsample_bynode", fmt::to_string(1 / std::sqrt(static_cast<double>(data.features.size()))));
  whole.update(0, rows);

  const auto blob = model::compile(grown, std::nullopt);
  ASSERT_TRUE(blob.has_value()) << blob.error().message;
  const auto ours = model::model::open(blob->bytes()).value();
  const auto expected = whole.margins(rows);
  const auto width = data.features.size();
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto first = data.cells.begin() + static_cast<std::ptrdiff_t>(row * width);
    const std::vector<double> wide(first, first + static_cast<std::ptrdiff_t>(width));
    double margin = 0;
    ours.margins(wide, {&margin, 1});
    ASSERT_EQ(margin, expected[row]) << "row " << row;
  }
}

}  // namespace
}  // namespace jury::training::test
