#include "model/xgboost_json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "model/compile.hpp"
#include "model/expect_error.hpp"
#include "model/model.hpp"
#include "model/tiny_model.hpp"

namespace jury::model::test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> margins_of(std::string_view text, std::vector<double> row) {
  const auto compiled = compile(text, std::nullopt);
  EXPECT_TRUE(compiled.has_value()) << compiled.error().message;
  const auto opened = model::open(compiled->bytes()).value();
  std::vector<double> fast(opened.outputs());
  std::vector<double> slow(opened.outputs());
  opened.margins(row, fast);
  opened.reference_margins(row, slow);
  EXPECT_EQ(fast, slow);
  return fast;
}

double margin_of(std::string_view text, double age, double purpose) { return margins_of(text, {age, purpose})[0]; }

double sum(float leaf) { return 0.0F + leaf + 0.1F; }

TEST(xgboost_json, sums_leaf_values_in_float32) {
  EXPECT_EQ(margin_of(tiny_model, 29, 0), sum(-0.5F));
  EXPECT_EQ(margin_of(tiny_model, 30, 0), sum(0.75F));
}

TEST(xgboost_json, casts_the_row_to_float32_before_it_compares) {
  EXPECT_EQ(margin_of(tiny_model, 29.9999999999, 0), sum(0.75F));
  EXPECT_EQ(margin_of(tiny_model, std::nextafter(30.0F, 0.0F), 0), sum(-0.5F));
}

TEST(xgboost_json, sends_categories_of_the_set_right_and_all_others_left) {
  for (const double category : {1.0, 3.0, 3.7}) EXPECT_EQ(margin_of(tiny_model, 40, category), sum(0.25F)) << category;
  for (const double category : {0.0, 2.0, 4.0, -1.0, -0.5, 1e9, 16777216.0, 1e300, HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(margin_of(tiny_model, 40, category), sum(0.75F)) << category;
  }
}

TEST(xgboost_json, sends_missing_values_the_default_way) {
  EXPECT_EQ(margin_of(tiny_model, nan, 0), sum(-0.5F));
  EXPECT_EQ(margin_of(tiny_model, 40, nan), sum(0.25F));
  const auto booleans =
      with("\"default_left\": [1, 0, 0, 0, 0]", "\"default_left\": [false, false, true, false, false]");
  EXPECT_EQ(margin_of(booleans, nan, nan), sum(0.75F));
}

TEST(xgboost_json, leaves_deleted_nodes_out) {
  const auto pruned = with("\"left_children\": [1, -1, 3, -1, -1], \"right_children\": [2, -1, 4, -1, -1]",
                           "\"left_children\": [1, -1, -1, -1, -1], \"right_children\": [2, -1, -1, -1, -1]");
  const auto imported = import_xgboost_json(
      with("\"split_indices\": [0, 0, 1, 0, 0]", "\"split_indices\": [0, 0, 0, 4294967295, 4294967295]", pruned));
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  EXPECT_EQ(imported->trees[0].nodes.size(), 3U);
}

TEST(xgboost_json, reads_every_form_of_base_score) {
  const auto logit = static_cast<double>(-std::log(1.0F / 0.25F - 1.0F));
  for (const std::string_view text : {"2.5E-1", "0.25", "[2.5E-1]", "(0.25)", " [ 0.25 ] "}) {
    const auto imported = import_xgboost_json(with("5E-1", text));
    ASSERT_TRUE(imported.has_value()) << imported.error().message;
    EXPECT_EQ(imported->base, std::vector<double>{logit}) << text;
  }
  for (const std::string_view text : {"", "x", "[0.5", "0.5]", "[0.5,]", "nan", "[0.1, 0.2]"}) {
    EXPECT_ERROR(import_xgboost_json(with("5E-1", text)), "base_score");
  }
}

TEST(xgboost_json, clamps_the_base_probability_only_from_version_3_1) {
  EXPECT_ERROR(import_xgboost_json(with("5E-1", "1")), "expected a probability");
  const auto newer = with("[1, 7, 4]", "[3, 1, 0]");
  const auto imported = import_xgboost_json(with("5E-1", "[1]", newer));
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  EXPECT_EQ(imported->base[0], static_cast<double>(-std::log(1.0F / (1.0F - 1e-6F) - 1.0F)));
}

TEST(xgboost_json, gives_each_class_its_trees) {
  auto text = with("\"num_class\": \"0\"", "\"num_class\": \"3\"", with("binary:logistic", "multi:softprob"));
  text = with("\"tree_info\": [0, 0]", "\"tree_info\": [2, 1]", text);
  EXPECT_EQ(margins_of(text, {40, 0}), (std::vector<double>{0.5, 0.5F + 0.1F, 0.5F + 0.75F}));
}

TEST(xgboost_json, imports_linear_models) {
  const std::string text = R"({"learner": {"learner_model_param": {"base_score": "1E0", "num_feature": "2"},
    "objective": {"name": "reg:squarederror"},
    "gradient_booster": {"name": "gblinear", "model": {"weights": [2E0, -1E0, 5E-1]}}}, "version": [1, 7, 4]})";
  EXPECT_EQ(margins_of(text, {3, 4}), std::vector<double>{1 + 0.5 + 6 - 4});
  EXPECT_EQ(margins_of(text, {nan, 4}), std::vector<double>{1 + 0.5 - 4});
  EXPECT_ERROR(import_xgboost_json(with("[2E0, -1E0, 5E-1]", "[2E0]", text)), "1 weights, expected 3");
}

TEST(xgboost_json, refuses_what_it_does_not_support_by_name) {
  EXPECT_ERROR(import_xgboost_json(with("\"gbtree\", ", "\"dart\", ")), "DART");
  EXPECT_ERROR(import_xgboost_json(with("\"tree_info\"", "\"weight_drop\": [1.0], \"tree_info\"")), "DART");
  EXPECT_ERROR(import_xgboost_json(with("\"tree_info\"", "\"cats\": {\"enc\": [{}]}, \"tree_info\"")), "cats");
  EXPECT_ERROR(import_xgboost_json(with("\"num_nodes\": \"5\", \"size_leaf_vector\": \"0\"",
                                        "\"num_nodes\": \"5\", \"size_leaf_vector\": \"3\"")),
               "vector leaves");
  EXPECT_ERROR(import_xgboost_json(with("binary:logistic", "reg:expectileerror")), "\"reg:expectileerror\"");
  EXPECT_TRUE(import_xgboost_json(with("\"tree_info\"", "\"cats\": {\"enc\": []}, \"tree_info\"")).has_value());
}

TEST(xgboost_json, names_the_format_of_other_files) {
  EXPECT_ERROR(import_xgboost_json("{L\0\0"), "UBJSON");
  EXPECT_ERROR(import_xgboost_json("tree\nversion=v4\n"), "LightGBM");
  EXPECT_ERROR(import_xgboost_json("\x08\x08\x12\x08skl2onnx"), "ONNX");
  EXPECT_ERROR(import_xgboost_json("binf\0\0"), "old binary");
  EXPECT_ERROR(import_xgboost_json("[{\"nodeid\": 0}]"), "dump_model");
  EXPECT_ERROR(import_xgboost_json("\x80\x04\x95"), "pickle");
  EXPECT_ERROR(import_xgboost_json(""), "empty");
  EXPECT_ERROR(import_xgboost_json("{}"), "learner");
}

struct hostile {
  std::string_view from, to, complaint;
};

class hostile_file : public testing::TestWithParam<hostile> {};

TEST_P(hostile_file, ends_in_a_message) {
  const auto& [from, to, complaint] = GetParam();
  EXPECT_ERROR(import_xgboost_json(with(from, to)), std::string(complaint));
}

INSTANTIATE_TEST_SUITE_P(
    xgboost_json, hostile_file,
    testing::Values(
        hostile{"[1, -1, 3, -1, -1]", "[0, -1, 3, -1, -1]", "tree 0, node 0: its child 0 is reached twice"},
        hostile{"[1, -1, 3, -1, -1]", "[1, -1, 0, -1, -1]", "tree 0, node 2: its child 0 is reached twice"},
        hostile{"[1, -1, 3, -1, -1]", "[2, -1, 3, -1, -1]", "its child 2 is reached twice"},
        hostile{"[1, -1, 3, -1, -1]", "[9, -1, 3, -1, -1]", "its child 9 is not a node"},
        hostile{"[1, -1, 3, -1, -1]", "[-7, -1, 3, -1, -1]", "its child -7 is not a node"},
        hostile{"[1, -1, 3, -1, -1]", "[-1, -1, 3, -1, -1]", "a right child but no left one"},
        hostile{"[1, -1, 3, -1, -1]", "[1, -1, 3]", "num_nodes is 5, but left_children has 3"},
        hostile{"[2, -1, 4, -1, -1]", "[2, -1, 4]", "differ in length"},
        hostile{"\"num_nodes\": \"5\"", "\"num_nodes\": \"2147483648\"", "num_nodes is 2147483648"},
        hostile{"\"num_nodes\": \"5\"", "\"num_nodes\": \"-5\"", "expected a count"},
        hostile{"\"num_trees\": \"2\"", "\"num_trees\": \"9999999\"", "num_trees is 9999999, but there are 2 trees"},
        hostile{"\"num_feature\": \"2\"", "\"num_feature\": \"4294967295\"", "more than the 65536 allowed"},
        hostile{"\"num_feature\": \"2\"", "\"num_feature\": \"1\"", "feature names or types for 1 features"},
        hostile{"\"num_class\": \"0\"", "\"num_class\": \"4000000000\"", "out of range"},
        hostile{"\"tree_info\": [0, 0]", "\"tree_info\": [0, 1]", "1 is not a class"},
        hostile{"\"split_indices\": [0, 0, 1", "\"split_indices\": [7, 0, 1",
                "looks at feature 7, but the model has 2"},
        hostile{"\"split_indices\": [0, 0, 1", "\"split_indices\": [-1, 0, 1", "feature -1 is out of range"},
        hostile{"[3E1,", "[NaN,", "NaN for a threshold"}, hostile{"[3E1,", "[1E999,", "out of range"},
        hostile{"[3E1,", "[3E1 3,", "expected ']'"},
        hostile{"\"categories\": [1, 3]", "\"categories\": [1, -3]", "category -3 is out of range"},
        hostile{"\"categories\": [1, 3]", "\"categories\": [1, 16777216]", "category 16777216 is out of range"},
        hostile{"\"categories_sizes\": [2]", "\"categories_sizes\": [1152921504606846976]", "outside of categories"},
        hostile{"\"categories_nodes\": [2]", "\"categories_nodes\": [1]", "a category split without categories"},
        hostile{"\"categories_sizes\": [2]", "\"categories_sizes\": []", "differ in length"},
        hostile{"\"default_left\": [1,", "\"default_left\": [2,", "expected 0 or 1"},
        hostile{"\"version\"", "\"learner\"", "expected an object"},
        hostile{"\"id\": 0", "\"id\": \"\xff\"", "not UTF-8"}));

TEST(xgboost_json, names_the_path_of_a_syntax_error) {
  EXPECT_ERROR(import_xgboost_json(with("[1, -1, 3, -1, -1]", "[1, x]")),
               "at learner.gradient_booster.model.trees[0].left_children[1] (line 12): expected a number");
}

TEST(xgboost_json, refuses_features_that_a_request_could_not_tell_apart) {
  EXPECT_ERROR(compile(with("[\"age\", \"purpose\"]", "[\"age\", \"age\"]"), std::nullopt), "two features are named");
  EXPECT_ERROR(compile(with("[\"age\", \"purpose\"]", "[\"age\", \"\"]"), std::nullopt), "must not be empty");
}

TEST(xgboost_json, every_shortened_file_ends_in_a_message) {
  for (std::size_t size = 0; size < tiny_model.size(); ++size) {
    EXPECT_FALSE(import_xgboost_json(tiny_model.substr(0, size)).has_value()) << size;
  }
}

TEST(xgboost_json, deep_nesting_ends_in_a_message) {
  EXPECT_ERROR(import_xgboost_json("{\"x\": " + std::string(1000000, '[')), "nested more than");
}

TEST(xgboost_json, a_chain_of_ten_thousand_nodes_needs_no_stack) {
  constexpr std::uint32_t depth = 10000;
  ensemble chain{.features = 1, .base = {0}};
  tree nodes;
  for (std::uint32_t i = 0; i < depth; ++i) {
    nodes.nodes.push_back({.value = static_cast<float>(i), .left = 2 * i + 1, .right = 2 * i + 2});
    nodes.nodes.push_back({.value = static_cast<float>(i) / 2});
  }
  nodes.nodes.push_back({.value = -1});
  chain.trees.push_back(nodes);
  const auto blob = compile(chain, derive_manifest(chain, "chain"), std::string(64, '0'));
  ASSERT_TRUE(blob.has_value()) << blob.error().message;
  const auto opened = model::open(blob->bytes()).value();
  for (const double x : {-1.0, 0.0, 5000.5, 9998.0, 9999.0, 1e9, nan}) {
    double fast = 0;
    double slow = 0;
    opened.margins({&x, 1}, {&fast, 1});
    opened.reference_margins({&x, 1}, {&slow, 1});
    EXPECT_EQ(fast, slow) << x;
  }
}

}  // namespace
}  // namespace jury::model::test
