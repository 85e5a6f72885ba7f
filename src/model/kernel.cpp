#include "model/kernel.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "model/ensemble.hpp"

#pragma STDC FP_CONTRACT OFF

namespace jury::model {
namespace {

using layout::lanes;

template <typename Real>
std::span<const Real> leaves(const blob_view& view) noexcept {
  if constexpr (std::is_same_v<Real, float>)
    return view.leaves32;
  else
    return view.leaves64;
}

// Adds one group's leaves in the order of the trees: float addition is not associative.
template <typename Real>
void add(const blob_view& view, const layout::group& group, const std::array<Real, lanes>& values,
         std::span<double> out) noexcept {
  if (out.size() == 1) {
    auto sum = static_cast<Real>(out[0]);
    for (std::size_t lane = 0; lane < group.trees; ++lane) sum += values[lane];
    out[0] = sum;
    return;
  }
  const auto trees = view.trees.subspan(group.first_tree, group.trees);
  for (std::size_t lane = 0; lane < trees.size(); ++lane) {
    auto& sum = out[trees[lane].output];
    sum = static_cast<Real>(sum) + values[lane];
  }
}

// `Depth` is a constant so that the eight trees are constant distances apart and each step is five instructions.
template <std::uint32_t Depth, typename Node, typename Real>
void walk_complete(const Node* nodes, const Real* leaves, const std::uint8_t* codes,
                   std::array<Real, lanes>& values) noexcept {
  constexpr std::size_t width = std::size_t{1} << Depth;
  std::array<std::size_t, lanes> at;
  at.fill(1);
  for (std::uint32_t level = 0; level < Depth; ++level) {
#pragma clang loop unroll(full) vectorize(disable)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const auto node = nodes[lane * width + at[lane]];
      at[lane] = 2 * at[lane] + (codes[node.column] > node.rank ? 1U : 0U);
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) values[lane] = leaves[lane * width + at[lane] - width];
}

template <typename Node, typename Real, std::uint32_t... Depths>
void walk_complete(std::uint32_t depth, const Node* nodes, const Real* leaves, const std::uint8_t* codes,
                   std::array<Real, lanes>& values, std::integer_sequence<std::uint32_t, Depths...>) noexcept {
  using walk = void (*)(const Node*, const Real*, const std::uint8_t*, std::array<Real, lanes>&) noexcept;
  static constexpr std::array<walk, sizeof...(Depths)> walks{&walk_complete<Depths, Node, Real>...};
  walks[depth](nodes, leaves, codes, values);
}

template <typename Real, typename Node>
void complete_margins(const blob_view& view, std::span<const Node> nodes, const std::uint8_t* codes,
                      std::span<double> out) noexcept {
  constexpr std::make_integer_sequence<std::uint32_t, layout::max_complete_depth + 1> depths;
  std::array<Real, lanes> values;
  for (const auto& group : view.groups) {
    walk_complete(group.depth, nodes.data() + group.first_node, leaves<Real>(view).data() + group.first_leaf, codes,
                  values, depths);
    add(view, group, values, out);
  }
}

template <typename Real>
void path_margins(const blob_view& view, const std::uint8_t* codes, std::span<double> out) noexcept {
  constexpr std::uint32_t steps = 4;  // between two looks at whether all walks have arrived
  const auto* nodes = view.path_nodes.data();
  const auto* roots = view.roots.data();
  std::array<Real, lanes> values;
  for (const auto& group : view.groups) {
    std::array<std::size_t, lanes> at;
    for (std::size_t lane = 0; lane < lanes; ++lane) at[lane] = roots[lane];
    roots += lanes;
    for (std::uint32_t level = 0; level < group.depth; level += steps) {
      const auto before = at;
      for (std::uint32_t step = 0; step < steps; ++step) {
#pragma clang loop unroll(full) vectorize(disable)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          const auto node = nodes[at[lane]];
          at[lane] = std::size_t{node.left} + (codes[node.column] > node.rank ? 1U : 0U);
        }
      }
      if (at == before) break;
    }
    for (std::size_t lane = 0; lane < lanes; ++lane) values[lane] = leaves<Real>(view)[at[lane]];
    add(view, group, values, out);
  }
}

template <typename Real>
void tree_margins(const blob_view& view, const std::uint8_t* codes, std::span<double> out) noexcept {
  std::ranges::copy(view.base, out.begin());
  switch (view.header->kernel) {
    case layout::kernel::narrow:
      complete_margins<Real>(view, view.narrow_nodes, codes, out);
      break;
    case layout::kernel::wide:
      complete_margins<Real>(view, view.wide_nodes, codes, out);
      break;
    default:
      path_margins<Real>(view, codes, out);
  }
  if (view.header->divisor != 1) {
    for (auto& margin : out) margin = static_cast<Real>(margin / view.header->divisor);
  }
}

// The codes live on the stack, in two sizes: a page of stack for most models is not the probing of eight.
template <std::size_t Columns>
void margins(const blob_view& view, std::span<const double> row, std::span<double> out) noexcept {
  alignas(layout::alignment) std::array<std::uint8_t, Columns> codes;
  encode_columns(view, row, codes.data());
  if (static_cast<arithmetic>(view.header->arithmetic) == arithmetic::f32) {
    tree_margins<float>(view, codes.data(), out);
  } else {
    tree_margins<double>(view, codes.data(), out);
  }
}

}  // namespace

void kernel_margins(const blob_view& view, std::span<const double> row, std::span<double> out) noexcept {
  const auto kernel = view.header->kernel;
  if (kernel == layout::kernel::reference || kernel == layout::kernel::linear) {
    reference_margins(view, row, out);
  } else if (view.header->columns <= 2048) {
    margins<2048>(view, row, out);
  } else {
    margins<layout::max_columns>(view, row, out);
  }
}

}  // namespace jury::model
