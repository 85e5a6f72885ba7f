#pragma once
// Floor 1. A blob with its sections resolved and checked: what the kernels read.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "model/blob_layout.hpp"

namespace jury::model {

struct blob_view {
  const layout::header* header = nullptr;
  std::span<const char> manifest, objective;
  std::span<const double> base, weights, bias;
  std::span<const layout::tree> trees;
  std::span<const layout::node> nodes;
  std::span<const layout::set> sets;
  std::span<const std::uint32_t> categories;
  std::span<const layout::quantizer> quantizers;
  std::span<const layout::target> targets;
  std::span<const float> thresholds32;
  std::span<const double> thresholds64;
  std::span<const layout::lookup> lookups;
  std::span<const std::uint32_t> lookup_categories;
  std::span<const std::uint8_t> lookup_bytes;
  std::span<const layout::group> groups;
  std::span<const layout::narrow_node> narrow_nodes;
  std::span<const layout::wide_node> wide_nodes;
  std::span<const layout::path_node> path_nodes;
  std::span<const std::uint32_t> roots;
  std::span<const float> leaves32;
  std::span<const double> leaves64;
};

// Checks that nothing in the blob leads outside of it; after that the kernels check nothing.
[[nodiscard]] result<blob_view> view_blob(std::span<const std::byte> blob);

// Calls visit(section of the header, span of the view) for each section: the one list of them.
template <typename Header, typename View, typename Visit>
void each_section(Header& header, View& view, Visit&& visit) {
  visit(header.manifest, view.manifest);
  visit(header.objective, view.objective);
  visit(header.base, view.base);
  visit(header.weights, view.weights);
  visit(header.bias, view.bias);
  visit(header.trees, view.trees);
  visit(header.nodes, view.nodes);
  visit(header.sets, view.sets);
  visit(header.categories, view.categories);
  visit(header.quantizers, view.quantizers);
  visit(header.targets, view.targets);
  visit(header.thresholds32, view.thresholds32);
  visit(header.thresholds64, view.thresholds64);
  visit(header.lookups, view.lookups);
  visit(header.lookup_categories, view.lookup_categories);
  visit(header.lookup_bytes, view.lookup_bytes);
  visit(header.groups, view.groups);
  visit(header.narrow_nodes, view.narrow_nodes);
  visit(header.wide_nodes, view.wide_nodes);
  visit(header.path_nodes, view.path_nodes);
  visit(header.roots, view.roots);
  visit(header.leaves32, view.leaves32);
  visit(header.leaves64, view.leaves64);
}

}  // namespace jury::model
