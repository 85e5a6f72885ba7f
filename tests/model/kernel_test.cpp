// The fast kernels against the reference interpreter, bit for bit, over random ensembles and nasty rows.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/compile.hpp"
#include "model/model.hpp"

namespace jury::model::test {
namespace {

using random_engine = std::mt19937_64;

std::uint32_t below(random_engine& random, std::uint64_t end) { return static_cast<std::uint32_t>(random() % end); }

struct shape {
  std::uint32_t trees = 20;
  std::uint32_t splits = 30;  // a tree, at most
  std::uint32_t grid = 20;    // different thresholds a feature; few make ties
  std::uint32_t features = 5;
  std::uint32_t outputs = 1;
  std::uint32_t max_depth = 64;
  bool is_f32 = true;
  bool balanced = false;
};

constexpr std::uint32_t sets = 6;

float value(random_engine& random, const shape& shape) {
  static constexpr float special[] = {0.0F, -0.0F, 1e-35F, -1e-35F, 1e-45F, 3e38F, HUGE_VALF, -HUGE_VALF};
  const auto pick = below(random, shape.grid);
  if (pick < std::size(special) && below(random, 4) == 0) return special[pick];
  return (static_cast<float>(pick) - static_cast<float>(shape.grid) / 2) / 3;
}

node split(random_engine& random, const shape& shape) {
  node out{.value = value(random, shape),
           .left = 0,
           .right = 0,
           .feature = below(random, shape.features),
           .set = below(random, sets)};
  static constexpr comparison f32[] = {comparison::less_f32, comparison::less_f32, comparison::in_set_f32};
  static constexpr comparison f64[] = {comparison::less_equal_f64, comparison::less_equal_f32, comparison::in_set_f64};
  out.compare = (shape.is_f32 ? f32 : f64)[below(random, 3)];
  if (out.compare == comparison::less_equal_f64) out.value = out.value / 3.0 + 1e-9;
  out.missing = static_cast<missing>(shape.is_f32 ? 2 : below(random, 3));
  out.default_left = below(random, 2) == 0;
  return out;
}

tree grow(random_engine& random, const shape& shape) {
  tree out{.nodes = {{}}, .output = below(random, shape.outputs)};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open{{0, 0}};
  const auto splits = shape.balanced ? shape.splits : below(random, shape.splits + 1);
  for (std::uint32_t i = 0; i < splits && !open.empty(); ++i) {
    const auto pick = shape.balanced ? 0 : below(random, open.size());
    const auto [at, depth] = open[pick];
    open.erase(open.begin() + pick);
    if (depth == shape.max_depth) continue;
    const auto left = static_cast<std::uint32_t>(out.nodes.size());
    out.nodes[at] = split(random, shape);
    out.nodes[at].left = left;
    out.nodes[at].right = left + 1;
    out.nodes.resize(left + 2U);
    open.emplace_back(left, depth + 1);
    open.emplace_back(left + 1, depth + 1);
  }
  std::normal_distribution<float> normal;
  for (auto& node : out.nodes) {
    if (node.is_leaf()) node.value = normal(random);
  }
  return out;
}

ensemble make_ensemble(random_engine& random, const shape& shape) {
  ensemble out{.features = shape.features, .outputs = shape.outputs};
  if (shape.outputs > 1) out.link = link::softmax;  // of several targets that are no classes compile() takes none
  out.arithmetic = shape.is_f32 ? arithmetic::f32 : arithmetic::f64;
  for (std::uint32_t i = 0; i < shape.outputs; ++i) out.base.push_back(0.1F * static_cast<float>(i + 1));
  if (!shape.is_f32 && below(random, 2) == 0) out.divisor = shape.trees;
  for (std::uint32_t i = 0; i < sets; ++i) {
    std::set<std::uint32_t> members;
    for (auto n = below(random, 6); n > 0; --n) members.insert(below(random, 5) == 0 ? 16777215 : below(random, 9));
    out.sets.emplace_back(members.begin(), members.end());
  }
  for (std::uint32_t i = 0; i < shape.trees; ++i) out.trees.push_back(grow(random, shape));
  return out;
}

double cell(random_engine& random, const ensemble& ensemble) {
  static constexpr double special[] = {0.0,
                                       -0.0,
                                       1e-310,
                                       -1e-310,
                                       1e-36,
                                       -1e-36,
                                       1.0000000180025095e-35,
                                       3.7,
                                       -0.5,
                                       -1,
                                       3.4028235677973366e38,
                                       1e300,
                                       -1e300,
                                       HUGE_VAL,
                                       -HUGE_VAL,
                                       16777215,
                                       16777216,
                                       2147483648.0,
                                       4294967296.0,
                                       9,
                                       1e19};
  const auto kind = below(random, 6);
  if (kind == 0) return std::numeric_limits<double>::quiet_NaN();
  if (kind == 1) return special[below(random, std::size(special))];
  if (kind == 2) return below(random, 12);
  const auto& tree = ensemble.trees[below(random, ensemble.trees.size())];
  const auto threshold = tree.nodes[below(random, tree.nodes.size())].value;
  if (kind == 3) return threshold;
  const auto to = below(random, 2) == 0 ? -HUGE_VAL : HUGE_VAL;
  if (kind == 4) return std::nextafter(static_cast<float>(threshold), static_cast<float>(to));
  return std::nextafter(threshold, to);
}

void expect_equal_bits(const shape& shape, std::uint64_t seed, int rows, std::string_view kernel) {
  random_engine random(seed);
  const auto made = make_ensemble(random, shape);
  const auto blob = compile(made, derive_manifest(made, "fuzz"), std::string(64, 'a'));
  ASSERT_TRUE(blob.has_value()) << blob.error().message;
  const auto opened = model::open(blob->bytes()).value();
  if (!kernel.empty()) ASSERT_EQ(opened.summary().kernel, kernel);
  std::vector<double> row(shape.features);
  std::vector<double> fast(shape.outputs);
  std::vector<double> slow(shape.outputs);
  for (int i = 0; i < rows; ++i) {
    for (auto& x : row) x = cell(random, made);
    opened.margins(row, fast);
    opened.reference_margins(row, slow);
    ASSERT_EQ(std::memcmp(fast.data(), slow.data(), fast.size() * sizeof(double)), 0)
        << "seed " << seed << ", row " << i << ": " << fast[0] << " against " << slow[0];
  }
}

constexpr std::string_view narrow = "complete trees, 2-byte nodes";
constexpr std::string_view wide = "complete trees, 4-byte nodes";
constexpr std::string_view path = "paths, 8-byte nodes";

TEST(kernel, equals_the_reference_on_small_float_ensembles) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto trees = static_cast<std::uint32_t>(seed % 19);
    expect_equal_bits({.trees = trees + 1, .outputs = 1 + trees % 3, .max_depth = 6}, seed, 200, {});
  }
}

TEST(kernel, equals_the_reference_on_small_double_ensembles) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto trees = static_cast<std::uint32_t>(seed % 19);
    expect_equal_bits({.trees = trees + 1, .outputs = 1 + trees % 3, .max_depth = 6, .is_f32 = false}, seed, 200, {});
  }
}

TEST(kernel, equals_the_reference_with_two_byte_nodes) {
  expect_equal_bits({.trees = 100, .splits = 255, .balanced = true}, 1, 3000, narrow);
}

TEST(kernel, equals_the_reference_with_four_byte_nodes) {
  expect_equal_bits({.trees = 100, .splits = 255, .features = 200, .balanced = true}, 2, 3000, wide);
  expect_equal_bits({.trees = 50, .splits = 255, .features = 200, .is_f32 = false, .balanced = true}, 3, 3000, wide);
}

TEST(kernel, equals_the_reference_on_deep_lopsided_trees) {
  expect_equal_bits({.trees = 30, .splits = 400}, 4, 3000, path);
  expect_equal_bits({.trees = 30, .splits = 400, .is_f32 = false}, 5, 3000, path);
}

TEST(kernel, equals_the_reference_with_more_thresholds_than_a_byte_holds) {
  expect_equal_bits({.trees = 60, .splits = 300, .grid = 5000, .features = 2}, 6, 5000, {});
  expect_equal_bits({.trees = 60, .splits = 300, .grid = 5000, .features = 2, .is_f32 = false}, 7, 5000, {});
}

TEST(kernel, equals_the_reference_without_trees_and_without_splits) {
  random_engine random(8);
  expect_equal_bits({.trees = 9, .splits = 0}, 8, 10, narrow);
  ensemble none{.features = 1, .base = {0.25}};
  const auto blob = compile(none, derive_manifest(none, "none"), std::string(64, 'a')).value();
  const double x = 1;
  double margin = 0;
  model::open(blob.bytes()).value().margins({&x, 1}, {&margin, 1});
  EXPECT_EQ(margin, 0.25);
}

TEST(kernel, falls_back_to_the_reference_when_a_model_has_too_many_columns) {
  expect_equal_bits({.trees = 200, .splits = 400, .grid = 1000, .features = 30000, .balanced = true}, 9, 20,
                    "reference");
}

}  // namespace
}  // namespace jury::model::test
