#include "model/kernel_plan.hpp"

#include <algorithm>
#include <utility>

#include "model/columns.hpp"

namespace jury::model {
namespace {

// Complete trees pay for nodes that are not there; beyond this factor the path kernel's memory is smaller.
constexpr std::uint64_t max_padding = 4;
constexpr std::uint64_t free_padding = 16384;

std::uint32_t group_depth(const std::vector<std::uint32_t>& depths, std::size_t first) {
  const auto last = std::min(depths.size(), first + layout::lanes);
  return *std::max_element(depths.begin() + static_cast<std::ptrdiff_t>(first),
                           depths.begin() + static_cast<std::ptrdiff_t>(last));
}

bool fits_complete(const ensemble& ensemble, const std::vector<std::uint32_t>& depths) {
  std::uint64_t nodes = 0;
  std::uint64_t slots = 0;
  for (const auto& tree : ensemble.trees) nodes += tree.nodes.size();
  for (std::size_t first = 0; first < depths.size(); first += layout::lanes) {
    const auto depth = group_depth(depths, first);
    if (depth > layout::max_complete_depth) return false;
    slots += std::uint64_t{layout::lanes} << (depth + 1);
  }
  return slots <= max_padding * nodes + free_padding;
}

void push_leaf(kernel_plan& plan, const ensemble& ensemble, double value) {
  if (ensemble.arithmetic == arithmetic::f32)
    plan.leaves32.push_back(static_cast<float>(value));
  else
    plan.leaves64.push_back(value);
}

// Copies one tree into a heap of 2^depth nodes; a leaf above the last level fills everything below it.
void push_complete(kernel_plan& plan, const ensemble& ensemble, const column_set& columns, const tree* tree,
                   std::uint32_t depth) {
  static constexpr node empty;
  const std::size_t width = std::size_t{1} << depth;
  std::vector<const node*> heap(2 * width, &empty);
  if (tree != nullptr) heap[1] = tree->nodes.data();
  std::vector<column_test> tests(width, {.column = 0, .rank = layout::last_code});
  for (std::size_t i = 1; i < width; ++i) {
    const auto& node = *heap[i];
    if (node.is_leaf()) {
      heap[2 * i] = heap[2 * i + 1] = &node;
      continue;
    }
    tests[i] = columns.test(node);
    heap[2 * i] = &tree->nodes[node.left];
    heap[2 * i + 1] = &tree->nodes[node.right];
  }
  for (const auto& test : tests) {
    if (plan.kernel == layout::kernel::narrow) {
      plan.narrow_nodes.push_back({.column = static_cast<std::uint8_t>(test.column), .rank = test.rank});
    } else {
      plan.wide_nodes.push_back({.column = static_cast<std::uint16_t>(test.column), .rank = test.rank});
    }
  }
  for (std::size_t i = width; i < 2 * width; ++i) push_leaf(plan, ensemble, heap[i]->value);
}

void plan_complete(kernel_plan& plan, const ensemble& ensemble, const column_set& columns,
                   const std::vector<std::uint32_t>& depths) {
  const auto trees = ensemble.trees.size();
  for (std::size_t first = 0; first < trees; first += layout::lanes) {
    const auto depth = group_depth(depths, first);
    const bool narrow = plan.kernel == layout::kernel::narrow;
    plan.groups.push_back(
        {.first_node = narrow ? plan.narrow_nodes.size() : plan.wide_nodes.size(),
         .first_leaf = ensemble.arithmetic == arithmetic::f32 ? plan.leaves32.size() : plan.leaves64.size(),
         .first_tree = static_cast<std::uint32_t>(first),
         .trees = static_cast<std::uint16_t>(std::min<std::size_t>(layout::lanes, trees - first)),
         .depth = depth});
    for (auto i = first; i < first + layout::lanes; ++i) {
      push_complete(plan, ensemble, columns, i < trees ? &ensemble.trees[i] : nullptr, depth);
    }
  }
}

// Breadth first, so that siblings are neighbours and the levels near the root, which every walk visits, share lines.
void push_path(kernel_plan& plan, const ensemble& ensemble, const column_set& columns, const tree& tree) {
  const auto base = static_cast<std::uint32_t>(plan.path_nodes.size());
  std::vector<std::uint32_t> order{0};
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto& node = tree.nodes[order[at]];
    layout::path_node out{.left = base + static_cast<std::uint32_t>(at)};
    if (!node.is_leaf()) {
      const auto test = columns.test(node);
      out = {.left = base + static_cast<std::uint32_t>(order.size()),
             .column = static_cast<std::uint16_t>(test.column),
             .rank = test.rank};
      order.push_back(node.left);
      order.push_back(node.right);
    }
    plan.path_nodes.push_back(out);
    push_leaf(plan, ensemble, node.is_leaf() ? node.value : 0);
  }
}

void plan_path(kernel_plan& plan, const ensemble& ensemble, const column_set& columns,
               const std::vector<std::uint32_t>& depths) {
  const auto trees = ensemble.trees.size();
  for (std::size_t first = 0; first < trees; first += layout::lanes) {
    plan.groups.push_back({.first_tree = static_cast<std::uint32_t>(first),
                           .trees = static_cast<std::uint16_t>(std::min<std::size_t>(layout::lanes, trees - first)),
                           .depth = group_depth(depths, first)});
    for (auto i = first; i < first + layout::lanes; ++i) {
      // Empty lanes walk the group's first tree again; nobody reads where they end.
      plan.roots.push_back(i < trees ? static_cast<std::uint32_t>(plan.path_nodes.size()) : plan.roots[first]);
      if (i < trees) push_path(plan, ensemble, columns, ensemble.trees[i]);
    }
  }
}

}  // namespace

std::uint32_t depth_of(const tree& tree) {
  std::uint32_t deepest = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open{{0, 0}};
  while (!open.empty()) {
    const auto [at, depth] = open.back();
    open.pop_back();
    const auto& node = tree.nodes[at];
    deepest = std::max(deepest, depth);
    if (node.is_leaf()) continue;
    open.emplace_back(node.left, depth + 1);
    open.emplace_back(node.right, depth + 1);
  }
  return deepest;
}

kernel_plan plan_kernel(const ensemble& ensemble, const std::vector<std::uint32_t>& depths) {
  kernel_plan plan;
  if (!ensemble.linear.bias.empty()) {
    plan.kernel = layout::kernel::linear;
    return plan;
  }
  column_set columns(ensemble);
  if (!columns.number(plan)) return {};
  if (fits_complete(ensemble, depths)) {
    plan.kernel = plan.columns <= 256 ? layout::kernel::narrow : layout::kernel::wide;
    plan_complete(plan, ensemble, columns, depths);
  } else {
    plan.kernel = layout::kernel::path;
    plan_path(plan, ensemble, columns, depths);
  }
  return plan;
}

}  // namespace jury::model
