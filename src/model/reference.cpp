// The oracle. Nothing here is clever; sums are made in the order and format of the library the model came from.

#include <algorithm>
#include <cmath>

#include "model/ensemble.hpp"
#include "model/kernel.hpp"

#pragma STDC FP_CONTRACT OFF

namespace jury::model {
namespace {

constexpr double zero_band = 1e-35F;  // LightGBM's kZeroThreshold, a float

bool in_set(const blob_view& view, const layout::node& node, double x, double end) {
  if (!(x < end)) return false;
  const auto whole = std::trunc(x);
  if (whole < 0) return false;
  const auto set = view.sets[node.set];
  return std::ranges::binary_search(view.categories.subspan(set.first, set.count), static_cast<std::uint32_t>(whole));
}

bool goes_left(const blob_view& view, const layout::node& node, double x) {
  const auto compare = static_cast<comparison>(node.compare);
  const bool is_set = compare >= comparison::in_set_f32;
  switch (is_set ? missing::nan : static_cast<missing>(node.missing)) {
    case missing::none:
      if (std::isnan(x)) x = 0;
      break;
    case missing::zero:
      if (std::isnan(x) || std::abs(x) <= zero_band) return node.default_left != 0;
      break;
    case missing::nan:
      if (std::isnan(x)) return node.default_left != 0;
      break;
  }
  switch (compare) {
    case comparison::less_f32:
      return static_cast<float>(x) < static_cast<float>(node.value);
    case comparison::less_equal_f64:
      return x <= node.value;
    case comparison::less_equal_f32:
      return static_cast<double>(static_cast<float>(x)) <= node.value;
    case comparison::in_set_f32: {
      const auto narrow = static_cast<float>(x);
      return narrow < 0 || !in_set(view, node, narrow, 16777216.0);
    }
    case comparison::in_set_f64:
      return !in_set(view, node, x, 4294967296.0);
  }
  return false;
}

double leaf_value(const blob_view& view, const layout::tree& tree, std::span<const double> row) {
  const auto nodes = view.nodes.subspan(tree.first_node, tree.nodes);
  const auto* node = nodes.data();
  while (node->left != leaf) node = &nodes[goes_left(view, *node, row[node->feature]) ? node->left : node->right];
  return node->value;
}

template <typename Real>
void linear_margins(const blob_view& view, std::span<const double> row, std::span<double> out) {
  for (std::size_t o = 0; o < out.size(); ++o) {
    auto sum = static_cast<Real>(view.bias[o]) + static_cast<Real>(view.base[o]);
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (std::isnan(row[f])) continue;
      sum += static_cast<Real>(row[f]) * static_cast<Real>(view.weights[f * out.size() + o]);
    }
    out[o] = sum;
  }
}

template <typename Real>
void tree_margins(const blob_view& view, std::span<const double> row, std::span<double> out) {
  std::ranges::copy(view.base, out.begin());
  for (const auto& tree : view.trees) {
    const auto value = static_cast<Real>(leaf_value(view, tree, row));
    out[tree.output] = static_cast<Real>(out[tree.output]) + value;
  }
}

}  // namespace

void reference_margins(const blob_view& view, std::span<const double> row, std::span<double> out) noexcept {
  const bool f32 = static_cast<arithmetic>(view.header->arithmetic) == arithmetic::f32;
  if (view.header->kernel == layout::kernel::linear) {
    f32 ? linear_margins<float>(view, row, out) : linear_margins<double>(view, row, out);
    return;
  }
  f32 ? tree_margins<float>(view, row, out) : tree_margins<double>(view, row, out);
  if (view.header->divisor != 1) {
    for (auto& margin : out) {
      margin /= view.header->divisor;
      if (f32) margin = static_cast<float>(margin);
    }
  }
}

}  // namespace jury::model
