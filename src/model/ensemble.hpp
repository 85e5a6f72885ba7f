#pragma once
// Floor 1. The neutral form between importers and the blob: tree ensembles and linear models as XGBoost, LightGBM and
// scikit-learn produce them. Lives while a model is compiled; scoring never sees it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arithmetic.hpp"
#include "base/error.hpp"

namespace jury::model {

// How a node looks at its value x. Every comparison that fails goes right.
enum class comparison : std::uint8_t {
  less_f32,        // XGBoost: left iff float(x) < float(threshold)
  less_equal_f64,  // LightGBM: left iff x <= threshold
  less_equal_f32,  // scikit-learn: left iff double(float(x)) <= threshold
  in_set_f32,      // XGBoost: right iff 0 <= float(x) < 2^24 and its whole part is in the set
  in_set_f64,      // LightGBM: right iff the whole part of x, towards zero, is in the set (children swapped)
};

// Which values take the default direction instead of the comparison.
enum class missing : std::uint8_t {
  none,  // no value; NaN is compared as 0
  zero,  // NaN and |x| <= 1e-35f
  nan,   // NaN
};

// In which format sums are made, in tree order from the base.
using jury::arithmetic;

// From margins to scores.
enum class link : std::uint8_t {
  identity,
  logistic,
  hinge,  // 1 above 0, else 0
  exp,
  exp_f64,  // the power in double even of float32 margins, as XGBoost's survival:aft
  softmax,
};

[[nodiscard]] std::string_view to_string(link link) noexcept;

inline constexpr std::uint32_t leaf = 0xffffffff;

struct node {
  double value = 0;           // threshold of a split, value of a leaf
  std::uint32_t left = leaf;  // indices into tree::nodes; `leaf` in both for a leaf
  std::uint32_t right = leaf;
  std::uint32_t feature = 0;
  std::uint32_t set = 0;  // index into ensemble::sets, for in_set_*
  comparison compare = comparison::less_f32;
  jury::model::missing missing = missing::nan;
  bool default_left = false;

  [[nodiscard]] bool is_leaf() const noexcept { return left == leaf; }
  [[nodiscard]] bool is_set() const noexcept { return compare >= comparison::in_set_f32; }
};

struct tree {
  std::vector<node> nodes;  // the root first
  std::uint32_t output = 0;
};

struct linear {
  std::vector<double> weights;  // features x outputs, row-major by feature; missing values contribute nothing
  std::vector<double> bias;     // one an output
};

struct ensemble {
  std::uint32_t features = 0;
  std::uint32_t outputs = 1;
  jury::model::arithmetic arithmetic = arithmetic::f32;
  jury::model::link link = link::identity;
  std::vector<double> base;  // margins to start from, one an output
  double divisor = 1;        // of the sum, for forests that average; the division is done in f64
  std::vector<jury::model::tree> trees;
  std::vector<std::vector<std::uint32_t>> sets;  // sorted categories below 2^24, without duplicates
  jury::model::linear linear;                    // instead of trees; empty otherwise
  std::string objective;
  std::vector<std::string> feature_names;  // one a feature, or none
  std::vector<std::string> feature_types;  // as the source spells them; one a feature, or none
};

// The largest that a model may be, so that hostile files end in a message.
inline constexpr std::uint32_t max_features = 65536;
inline constexpr std::uint32_t max_outputs = 4096;

// Everything that the blob's writer relies on: children inside and reached once, no cycle, features and outputs in
// range, sets sorted, no NaN threshold. Errors name tree and node.
[[nodiscard]] result<void> check(const ensemble& ensemble);

}  // namespace jury::model
