#pragma once
// Floor 1. The layouts of the fast kernels, worked out once when a model is compiled.

#include <cstdint>
#include <vector>

#include "model/blob_layout.hpp"
#include "model/ensemble.hpp"

namespace jury::model {

// Which trees go where. Exact for every row: no rounding, no dropped case.
struct kernel_plan {
  layout::kernel kernel = layout::kernel::reference;
  std::uint32_t columns = 0;
  std::vector<layout::quantizer> quantizers;
  std::vector<layout::target> targets;
  std::vector<float> thresholds32;
  std::vector<double> thresholds64;
  std::vector<layout::lookup> lookups;
  std::vector<std::uint32_t> lookup_categories;
  std::vector<std::uint8_t> lookup_bytes;
  std::vector<layout::group> groups;
  std::vector<layout::narrow_node> narrow_nodes;
  std::vector<layout::wide_node> wide_nodes;
  std::vector<layout::path_node> path_nodes;
  std::vector<std::uint32_t> roots;  // of the path kernel's trees, `lanes` a group
  std::vector<float> leaves32;
  std::vector<double> leaves64;
};

// The ensemble must have passed check(). `depths` are those of its trees.
[[nodiscard]] kernel_plan plan_kernel(const ensemble& ensemble, const std::vector<std::uint32_t>& depths);

// Edges from the root to the deepest leaf.
[[nodiscard]] std::uint32_t depth_of(const tree& tree);

}  // namespace jury::model
