#include "model/manifest.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "model/expect_error.hpp"

namespace jury::model::test {
namespace {

manifest full() {
  return {.name = "credit",
          .version = "2",
          .target = "risk",
          .features = {{.name = "age", .type = feature_type::integer, .observed = interval{19, 75.5}, .minimum = 18},
                       {.name = "purpose \"x\"\n",
                        .type = feature_type::category,
                        .categories = {"car", "bicycle, used"},
                        .required = false,
                        .title = "Purpose",
                        .description = "Zażółć"}},
          .policy = {.version = "7", .labels = {"bad", "good"}, .threshold = 0.4},
          .training = training_info{.algorithm = "forest", .rows = 800, .metrics = {{"auc", 0.75}}},
          .reasons = {{"age", "Age of the applicant"}}};
}

TEST(manifest, survives_writing_and_reading) {
  const auto written = to_json(full());
  const auto read = parse_manifest(written);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, full());
  EXPECT_EQ(to_json(*read), written);
  EXPECT_TRUE(written.ends_with("}\n"));
}

TEST(manifest, errors_name_the_path) {
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "type": "float"}]})"),
               "at features[0].type (line 1): expected number, integer, boolean or category, got \"float\"");
  EXPECT_ERROR(parse_manifest("{\"policy\":\n {\"treshold\": 1}}"), "at policy.treshold (line 2): unknown key");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"type": "number"}]})"),
               "at features[0] (line 1): the feature has no name");
  EXPECT_ERROR(parse_manifest(R"({"name": ""})"), "at name (line 1): must not be empty");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "observed": [2, 1]}]})"), "expected [minimum, maximum]");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "minimum": 2, "maximum": 1}]})"), "minimum is above");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "type": "boolean", "minimum": 0}]})"),
               "at features[0] (line 1): minimum or maximum of a feature of type boolean");
  EXPECT_ERROR(
      parse_manifest(R"({"features": [{"name": "a", "type": "category", "categories": ["x", "y"], "maximum": 1}]})"),
      "minimum or maximum of a feature of type category");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "type": "integer", "minimum": 0.5}]})"),
               "expected whole numbers as minimum and maximum of a feature of type integer");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "type": "category", "maximum": 9.5}]})"),
               "expected whole numbers");
  EXPECT_TRUE(parse_manifest(R"({"features": [{"name": "a", "type": "category", "maximum": 9}]})").has_value());
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "categories": ["x"]}]})"), "categories of a feature of");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a", "type": "category", "categories": ["x", "x"]}]})"),
               "features[0].categories[1]");
  EXPECT_ERROR(parse_manifest(R"({"features": [{"name": "a"}, {"name": "a"}]})"), "two features are named \"a\"");
  EXPECT_ERROR(parse_manifest(R"({"reasons": {"b": "text"}})"), "there is no feature \"b\"");
  EXPECT_ERROR(parse_manifest(R"({"name": "a", "name": "b"})"), "the key \"name\" comes twice");
  EXPECT_ERROR(parse_manifest(R"({"policy": {"threshold": NaN}})"), "at policy.threshold (line 1): expected a number");
  EXPECT_ERROR(parse_manifest(R"({"name": "a"} x)"), "expected the end");
  EXPECT_ERROR(parse_manifest(""), "ends in the middle");
  EXPECT_ERROR(read_manifest("no/such/manifest.json"), "no/such/manifest.json: No such file");
}

TEST(policy, compares_a_single_score_with_the_threshold) {
  const policy policy{.labels = {"bad", "good"}, .threshold = 0.5};
  const auto decide = [&](double score) { return policy.decide({&score, 1}, arithmetic::f64); };
  EXPECT_EQ(decide(0.5), "good");
  EXPECT_EQ(decide(0.49999997), "bad");
  EXPECT_EQ(decide(std::numeric_limits<double>::quiet_NaN()), "bad");
}

TEST(policy, rounds_the_threshold_to_the_models_arithmetic) {
  const policy policy{.labels = {"below", "above"}, .threshold = 0.7};
  const double single = 0.7F;  // a little below 0.7
  const double below = std::nextafter(0.7F, 0.0F);
  EXPECT_EQ(policy.decide({&single, 1}, arithmetic::f32), "above");
  EXPECT_EQ(policy.decide({&below, 1}, arithmetic::f32), "below");
  EXPECT_EQ(policy.decide({&single, 1}, arithmetic::f64), "below");
}

TEST(policy, takes_the_first_of_the_largest_scores) {
  const policy policy{.labels = {"a", "b", "c"}};
  EXPECT_EQ(policy.decide(std::array{0.2, 0.4, 0.4}, arithmetic::f32), "b");
  EXPECT_EQ(policy.decide(std::array{0.6, 0.2, 0.2}, arithmetic::f32), "a");
}

TEST(policy, decides_nothing_without_labels) { EXPECT_EQ(policy{}.decide(std::array{3.5}, arithmetic::f32), ""); }

}  // namespace
}  // namespace jury::model::test
