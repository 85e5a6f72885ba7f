#include "training/train.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "model/compile.hpp"
#include "model/expect_error.hpp"
#include "model/files.hpp"
#include "model/model.hpp"
#include "model/predict_table.hpp"
#include "support/temporary_folder.hpp"
#include "training/xgboost.hpp"

namespace jury::training::test {
namespace {

model::table credit() {
  return model::table::read(std::filesystem::path(JURY_SOURCE_DIR) / "data" / "german_credit.csv").value();
}

// y = 3a + noise; `kind` is a category with a share in it, some cells missing.
model::table made_up(auto&& target) {
  std::mt19937 random(5);
  std::string csv = "a,kind,flag,y\n";
  for (int i = 0; i < 600; ++i) {
    const auto a = static_cast<double>(random() % 1000) / 100;
    const auto kind = random() % 3;
    const auto sum = 3 * a + static_cast<double>(kind) * 4 + static_cast<double>(random() % 100) / 50;
    csv += fmt::format("{},{},{},{}\n", i % 17 == 0 ? "" : fmt::to_string(a),
                       i % 23 == 0 ? "NA" : std::string(1, "pqr"[kind]), random() % 2 == 0, target(sum));
  }
  return model::table::parse(csv).value();
}

class training_folder : public testing::Test {
 protected:
  [[nodiscard]] std::string read(std::string_view name) const {
    return model::read_file(folder_ / name, 1U << 30).value();
  }

  temporary_folder temporary_;
  std::filesystem::path folder_ = std::filesystem::path(temporary_.path()) / "model";
};

TEST_F(training_folder, a_forest_learns_german_credit) {
  const auto table = credit();
  int rounds = 0;
  const auto report = train(table, {.target = "credit_risk", .out = folder_, .n_jobs = 2}, [&](const progress& now) {
    EXPECT_EQ(now.done, ++rounds);
    EXPECT_EQ(now.total, 100);
    EXPECT_EQ(now.metric, "log loss");
    EXPECT_TRUE(std::isfinite(now.value));
  });
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(rounds, 100);
  EXPECT_EQ(report->task, task::binary);
  EXPECT_EQ(report->held_out_rows, 200U);
  EXPECT_GT(report->metrics.at("accuracy"), 0.70);
  EXPECT_GT(report->metrics.at("auc"), 0.72);
  EXPECT_LT(report->metrics.at("log_loss"), 0.60);
  EXPECT_EQ(report->manifest.policy.labels, (std::vector<std::string>{"bad", "good"}));

  const auto blob = model::compile(folder_);
  ASSERT_TRUE(blob.has_value()) << blob.error().message;
  const auto opened = model::model::open(blob->bytes()).value();
  EXPECT_EQ(opened.summary().trees, 100U);
  EXPECT_EQ(model::parse_manifest(opened.manifest_text()).value(), report->manifest);
  EXPECT_TRUE(model::predict_table(opened, report->manifest, table).has_value());
}

TEST_F(training_folder, boosting_learns_german_credit) {
  const auto report = train(credit(), {.target = "credit_risk", .out = folder_, .algorithm = algorithm::boosting});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_GT(report->metrics.at("auc"), 0.70);
}

TEST_F(training_folder, the_last_progress_figure_is_the_reports) {
  for (const auto algorithm : {algorithm::forest, algorithm::boosting}) {
    double last = 0;
    const auto report = train(credit(), {.target = "credit_risk", .out = folder_, .algorithm = algorithm, .trees = 20},
                              [&](const progress& now) { last = now.value; });
    EXPECT_NEAR(report.value().metrics.at("log_loss"), last, 1e-5);
  }
}

TEST_F(training_folder, three_classes_get_a_probability_each) {
  const auto table = made_up([](double sum) { return sum < 12 ? "low" : sum < 24 ? "middle" : "high"; });
  for (const auto algorithm : {algorithm::forest, algorithm::boosting}) {
    const auto report = train(table, {.target = "y", .out = folder_, .algorithm = algorithm, .trees = 30});
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(report->task, task::multiclass);
    EXPECT_GT(report->metrics.at("accuracy"), 0.8);
    EXPECT_FALSE(report->metrics.contains("auc"));
    const auto blob = model::compile(folder_).value();
    EXPECT_EQ(model::model::open(blob.bytes()).value().outputs(), 3U);
  }
}

TEST_F(training_folder, numbers_are_regressed) {
  const auto table = made_up([](double sum) { return 1000 + sum; });
  for (const auto algorithm : {algorithm::forest, algorithm::boosting}) {
    const auto report = train(table, {.target = "y", .out = folder_, .algorithm = algorithm});
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(report->task, task::regression);
    EXPECT_LT(report->metrics.at("rmse"), 5) << "the target's own deviation is 9";
    EXPECT_TRUE(report->manifest.policy.labels.empty());
  }
}

TEST_F(training_folder, the_seed_decides_the_files) {
  const auto table = credit();
  options options{.target = "credit_risk", .out = folder_, .trees = 10, .n_jobs = 2, .seed = 7};
  ASSERT_TRUE(train(table, options).has_value());
  const auto model = read("model.json");
  const auto manifest = read("manifest.json");
  ASSERT_TRUE(train(table, options).has_value());
  EXPECT_EQ(read("model.json"), model);
  EXPECT_EQ(read("manifest.json"), manifest);
  options.seed = 8;
  ASSERT_TRUE(train(table, options).has_value());
  EXPECT_NE(read("model.json"), model);
}

TEST_F(training_folder, keeps_names_of_any_language) {
  std::string csv = "wzrost \xc5\xbc\xc3\xb3\xc5\x82wia,y\n";
  for (int i = 0; i < 100; ++i) csv += fmt::format("{},{}\n", i, i < 50 ? "tak" : "nie");
  const auto report = train(model::table::parse(csv).value(), {.target = "y", .out = folder_, .trees = 3});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_TRUE(model::compile(folder_).has_value());
}

TEST_F(training_folder, refuses_before_learning_what_could_not_be_written_after_it) {
  const auto refused = [&](const model::table& table, options chosen) {
    return train(table, chosen, [](const progress&) { ADD_FAILURE() << "it learns"; });
  };
  const options sound{.target = "credit_risk", .out = folder_, .trees = 1};
  auto wrong = sound;
  wrong.version = "";
  EXPECT_ERROR(refused(credit(), wrong), "version: expected");
  wrong = sound;
  wrong.name = "caf\xe9";
  EXPECT_ERROR(refused(credit(), wrong), "name: expected UTF-8");
  wrong = sound;
  wrong.out = std::filesystem::path(JURY_SOURCE_DIR) / "README.md";
  EXPECT_ERROR(refused(credit(), wrong), "README.md: ");
  wrong.out = "/proc/self/fdinfo";
  EXPECT_ERROR(refused(credit(), wrong), "/proc/self/fdinfo/manifest.json: ");
}

TEST(xgboost, errors_have_no_stack_trace) {
  const auto data = prepare(credit(), "credit_risk").value();
  const matrix rows(data, 1);
  const std::array<const matrix*, 1> matrices{&rows};
  booster booster(matrices);
  booster.set("objective", "none:such");
  try {
    booster.update(0, rows);
    FAIL() << "an unknown objective is taken";
  } catch (const xgboost_error& error) {
    EXPECT_FALSE(std::string_view(error.what()).contains("Stack trace")) << error.what();
    EXPECT_TRUE(std::string_view(error.what()).contains("none:such")) << error.what();
  }
}

TEST_F(training_folder, refuses_options_out_of_range) {
  const auto table = credit();
  EXPECT_ERROR(train(table, {.target = "credit_risk", .out = folder_, .trees = 0}),
               "trees: expected 1 to 10000, got 0");
  EXPECT_ERROR(train(table, {.target = "credit_risk", .out = folder_, .depth = 17}), "depth: expected 1 to 16");
  EXPECT_ERROR(train(table, {.target = "credit_risk", .out = folder_, .held_out = 0}), "held_out");
  EXPECT_ERROR(train(table, {.target = "risk", .out = folder_}), "no column \"risk\"");
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(training_folder, names_the_folder_that_cannot_be_made) {
  std::ofstream(folder_) << "a file, not a folder";
  EXPECT_ERROR(train(credit(), {.target = "credit_risk", .out = folder_ / "x", .trees = 1}), (folder_ / "x").string());
}

}  // namespace
}  // namespace jury::training::test
