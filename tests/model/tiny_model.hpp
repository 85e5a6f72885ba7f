#pragma once
// A small XGBoost model as text, to be bent by tests: two features, two trees.
//
//   tree 0: age < 30 (missing left) ? -0.5 : (purpose in {1, 3} ? 0.25 : 0.75)       tree 1: 0.1

#include <string>
#include <string_view>

namespace jury::model::test {

inline constexpr std::string_view tiny_model = R"({"version": [1, 7, 4], "learner": {
  "attributes": {"best_iteration": "1"},
  "feature_names": ["age", "purpose"], "feature_types": ["int", "c"],
  "learner_model_param": {"base_score": "5E-1", "boost_from_average": "1", "num_class": "0", "num_feature": "2",
                          "num_target": "1"},
  "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}},
  "gradient_booster": {"name": "gbtree", "model": {
    "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "2", "size_leaf_vector": "0"},
    "tree_info": [0, 0],
    "trees": [
     {"id": 0, "tree_param": {"num_deleted": "0", "num_feature": "2", "num_nodes": "5", "size_leaf_vector": "0"},
      "left_children": [1, -1, 3, -1, -1], "right_children": [2, -1, 4, -1, -1],
      "parents": [2147483647, 0, 0, 2, 2], "split_indices": [0, 0, 1, 0, 0],
      "split_conditions": [3E1, -5E-1, NaN, 7.5E-1, 2.5E-1], "default_left": [1, 0, 0, 0, 0],
      "split_type": [0, 0, 1, 0, 0], "categories": [1, 3], "categories_nodes": [2], "categories_segments": [0],
      "categories_sizes": [2], "base_weights": [0E0, -5E-1, 0E0, 7.5E-1, 2.5E-1],
      "loss_changes": [1E0, 0E0, 1E0, 0E0, 0E0], "sum_hessian": [4E0, 1E0, 3E0, 1E0, 2E0]},
     {"id": 1, "tree_param": {"num_deleted": "0", "num_feature": "2", "num_nodes": "1", "size_leaf_vector": "0"},
      "left_children": [-1], "right_children": [-1], "parents": [2147483647], "split_indices": [0],
      "split_conditions": [1E-1], "default_left": [0], "split_type": [0], "categories": [], "categories_nodes": [],
      "categories_segments": [], "categories_sizes": [], "base_weights": [1E-1], "loss_changes": [0E0],
      "sum_hessian": [4E0]}]}}}})";

// tiny_model with the first occurrence of one text replaced by another.
inline std::string with(std::string_view from, std::string_view to, std::string_view text = tiny_model) {
  std::string out(text);
  out.replace(out.find(from), from.size(), to);
  return out;
}

}  // namespace jury::model::test
