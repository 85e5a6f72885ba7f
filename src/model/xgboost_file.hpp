#pragma once
// Floor 1. What stands in an XGBoost JSON file, as it stands there: the first half of the import.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_reader.hpp"

namespace jury::model::xgboost {

struct tree {
  std::int64_t num_nodes = 0;
  std::int64_t size_leaf_vector = 0;
  std::vector<std::int64_t> left, right, split_indices;
  std::vector<float> split_conditions;
  std::vector<std::uint8_t> default_left, split_type;
  std::vector<std::int64_t> categories, categories_nodes, categories_segments, categories_sizes;
  bool has_leaf_weights = false;
};

struct file {
  int major = 0, minor = 0;
  std::string booster, objective, base_score;
  std::int64_t num_feature = 0, num_class = 0, num_target = 1, num_trees = -1;
  std::vector<std::string> feature_names, feature_types;
  std::vector<tree> trees;
  std::vector<std::int64_t> tree_info;
  std::vector<float> weights;  // gblinear
  bool has_category_names = false;
  bool has_weight_drop = false;
};

// Throws json_error.
[[nodiscard]] file read(std::string_view text);

}  // namespace jury::model::xgboost
