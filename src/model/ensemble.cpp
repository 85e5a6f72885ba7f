#include "model/ensemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace jury::model {
namespace {

constexpr std::uint64_t max_nodes = std::uint64_t{1} << 30;
constexpr std::uint32_t category_limit = 1U << 24;

// What is wrong with one node by itself; empty if nothing is.
std::string complaint(const ensemble& ensemble, const tree& tree, const node& node) {
  const bool is_f32 = static_cast<double>(static_cast<float>(node.value)) == node.value || std::isnan(node.value);
  if (node.is_leaf()) {
    if (ensemble.arithmetic == arithmetic::f32 && !is_f32) return "has a value that is not a float32";
    return node.right == leaf ? "" : "has a right child but no left one";
  }
  if (node.left >= tree.nodes.size() || node.right >= tree.nodes.size()) return "has a child that does not exist";
  if (node.feature >= ensemble.features) {
    return fmt::format("looks at feature {}, but the model has {}", node.feature, ensemble.features);
  }
  if (node.is_set()) return node.set < ensemble.sets.size() ? "" : "has a category set that does not exist";
  if (node.compare == comparison::less_f32 && !is_f32) return "has a threshold that is not a float32";
  return std::isnan(node.value) ? "has NaN for a threshold" : "";
}

result<void> check_tree(const ensemble& ensemble, std::size_t index) {
  const auto& tree = ensemble.trees[index];
  if (tree.nodes.empty()) return fail(fmt::format("tree {} has no nodes", index));
  if (tree.output >= ensemble.outputs) {
    return fail(fmt::format("tree {} adds to output {}, but the model has {}", index, tree.output, ensemble.outputs));
  }
  std::vector<bool> reached(tree.nodes.size());
  std::vector<std::uint32_t> open{0};
  reached[0] = true;
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    const auto& node = tree.nodes[at];
    if (auto what = complaint(ensemble, tree, node); !what.empty()) {
      return fail(fmt::format("tree {}, node {}: {}", index, at, what));
    }
    if (node.is_leaf()) continue;
    for (const auto child : {node.left, node.right}) {
      if (reached[child]) return fail(fmt::format("tree {}: node {} is reached twice", index, child));
      reached[child] = true;
      open.push_back(child);
    }
  }
  return {};
}

result<void> check_sizes(const ensemble& ensemble) {
  if (ensemble.features > max_features) {
    return fail(fmt::format("{} features, more than the {} allowed", ensemble.features, max_features));
  }
  if (ensemble.outputs == 0 || ensemble.outputs > max_outputs) {
    return fail(fmt::format("{} outputs, expected 1 to {}", ensemble.outputs, max_outputs));
  }
  if (ensemble.base.size() != ensemble.outputs) return fail("as many base margins as outputs were expected");
  if (!(ensemble.divisor > 0)) return fail("the divisor of the sum must be positive");
  for (const auto* names : {&ensemble.feature_names, &ensemble.feature_types}) {
    if (!names->empty() && names->size() != ensemble.features) {
      return fail(fmt::format("{} feature names or types for {} features", names->size(), ensemble.features));
    }
  }
  const auto& linear = ensemble.linear;
  const bool is_linear = !linear.bias.empty() || !linear.weights.empty();
  if (is_linear && (!ensemble.trees.empty() || linear.bias.size() != ensemble.outputs ||
                    linear.weights.size() != std::size_t{ensemble.features} * ensemble.outputs)) {
    return fail("a linear model needs a weight for each feature and output, and no trees");
  }
  std::uint64_t nodes = 0;
  for (const auto& tree : ensemble.trees) nodes += tree.nodes.size();
  if (nodes > max_nodes) return fail(fmt::format("{} nodes, more than the {} allowed", nodes, max_nodes));
  return {};
}

}  // namespace

std::string_view to_string(link link) noexcept {
  static constexpr std::array<std::string_view, 6> names{"identity", "logistic", "hinge", "exp", "exp_f64", "softmax"};
  return names[static_cast<std::size_t>(link)];
}

result<void> check(const ensemble& ensemble) {
  if (auto sizes = check_sizes(ensemble); !sizes) return sizes;
  for (std::size_t i = 0; i < ensemble.sets.size(); ++i) {
    const auto& set = ensemble.sets[i];
    if (std::ranges::adjacent_find(set, std::greater_equal{}) != set.end() ||
        (!set.empty() && set.back() >= category_limit)) {
      return fail(fmt::format("category set {} is not sorted, or holds more than 2^24", i));
    }
  }
  for (std::size_t i = 0; i < ensemble.trees.size(); ++i) {
    if (auto sound = check_tree(ensemble, i); !sound) return sound;
  }
  return {};
}

}  // namespace jury::model
