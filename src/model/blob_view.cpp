#include "model/blob_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/ensemble.hpp"

namespace jury::model {
namespace {

using layout::kernel;

bool within(std::uint64_t first, std::uint64_t count, std::size_t size) {
  return first <= size && count <= size - first;
}

result<void> check_header(std::span<const std::byte> blob, const layout::header& header) {
  if (header.magic != layout::magic) return fail("not a compiled model: it begins with other bytes");
  if (header.format_version != layout::format_version) {
    return fail(
        fmt::format("a compiled model of format {}, expected {}", header.format_version, layout::format_version));
  }
  if (header.size != blob.size()) {
    return fail(fmt::format("the compiled model should have {} bytes, but has {}", header.size, blob.size()));
  }
  if (header.features > max_features || header.outputs == 0 || header.outputs > max_outputs ||
      header.columns > layout::max_columns || header.arithmetic > static_cast<std::uint8_t>(arithmetic::f64) ||
      header.link > static_cast<std::uint8_t>(link::softmax) || header.kernel > kernel::path) {
    return fail("the compiled model is damaged: its header");
  }
  return {};
}

bool sound_nodes(const blob_view& view, const layout::tree& tree) {
  if (tree.nodes == 0 || tree.output >= view.header->outputs) return false;
  if (!within(tree.first_node, tree.nodes, view.nodes.size())) return false;
  std::uint32_t index = 0;
  return std::ranges::all_of(view.nodes.subspan(tree.first_node, tree.nodes), [&](const layout::node& node) {
    const auto at = index++;
    if (node.left == leaf) return true;
    // Children behind their parent: the reference walk always ends.
    if (node.left >= tree.nodes || node.right >= tree.nodes || node.left <= at || node.right <= at) return false;
    if (node.feature >= view.header->features || node.compare > static_cast<std::uint8_t>(comparison::in_set_f64)) {
      return false;
    }
    return node.compare < static_cast<std::uint8_t>(comparison::in_set_f32) || node.set < view.sets.size();
  });
}

bool sound_reference(const blob_view& view) {
  const auto outputs = view.header->outputs;
  if (view.base.size() != outputs) return false;
  if (view.header->kernel == kernel::linear &&
      (view.bias.size() != outputs || view.weights.size() != std::size_t{view.header->features} * outputs)) {
    return false;
  }
  return std::ranges::all_of(view.trees, [&](const auto& tree) { return sound_nodes(view, tree); }) &&
         std::ranges::all_of(view.sets,
                             [&](const auto& set) { return within(set.first, set.count, view.categories.size()); });
}

bool sound_columns(const blob_view& view) {
  const auto columns = view.header->columns;
  const auto quantizer = [&](const layout::quantizer& value) {
    const bool f32 = value.compare == static_cast<std::uint32_t>(comparison::less_f32);
    return value.feature < view.header->features &&
           value.compare < static_cast<std::uint32_t>(comparison::in_set_f32) && value.thresholds > 0 &&
           within(value.first_threshold, value.thresholds, f32 ? view.thresholds32.size() : view.thresholds64.size()) &&
           within(value.first_target, value.targets, view.targets.size());
  };
  const auto target = [&](const layout::target& value) {
    return value.column < columns && value.missing <= static_cast<std::uint8_t>(missing::nan);
  };
  const auto lookup = [&](const layout::lookup& value) {
    const auto bytes = (std::uint64_t{value.categories} + 2) * value.columns;
    return value.feature < view.header->features && within(value.first_column, value.columns, columns) &&
           within(value.first_category, value.categories, view.lookup_categories.size()) &&
           value.columns <= layout::max_columns && within(value.table, bytes, view.lookup_bytes.size());
  };
  return std::ranges::all_of(view.quantizers, quantizer) && std::ranges::all_of(view.targets, target) &&
         std::ranges::all_of(view.lookups, lookup);
}

bool sound_kernel(const blob_view& view) {
  const auto kernel = view.header->kernel;
  if (kernel == kernel::reference || kernel == kernel::linear) return true;
  const bool f32 = view.header->arithmetic == static_cast<std::uint8_t>(arithmetic::f32);
  const auto leaves = f32 ? view.leaves32.size() : view.leaves64.size();
  const auto complete = kernel == kernel::narrow ? view.narrow_nodes.size() : view.wide_nodes.size();
  const auto group = [&](const layout::group& value) {
    if (value.trees == 0 || value.trees > layout::lanes) return false;
    if (!within(value.first_tree, value.trees, view.trees.size())) return false;
    if (kernel == kernel::path) return value.depth <= view.path_nodes.size();
    if (value.depth > layout::max_complete_depth) return false;
    const auto width = std::uint64_t{layout::lanes} << value.depth;
    return within(value.first_node, width, complete) && within(value.first_leaf, width, leaves);
  };
  const auto column = [&](const auto& node) { return node.column < std::max(view.header->columns, 1U); };
  const auto path_node = [&](const layout::path_node& node) {
    return column(node) && node.left < view.path_nodes.size() &&
           (node.rank == layout::last_code || node.left + 1U < view.path_nodes.size());
  };
  if (!std::ranges::all_of(view.groups, group)) return false;
  if (kernel == kernel::narrow) return std::ranges::all_of(view.narrow_nodes, column);
  if (kernel == kernel::wide) return std::ranges::all_of(view.wide_nodes, column);
  return leaves >= view.path_nodes.size() && std::ranges::all_of(view.path_nodes, path_node) &&
         view.roots.size() >= view.groups.size() * layout::lanes &&
         std::ranges::all_of(view.roots, [&](auto root) { return root < view.path_nodes.size(); });
}

}  // namespace

result<blob_view> view_blob(std::span<const std::byte> blob) {
  if (reinterpret_cast<std::uintptr_t>(blob.data()) % layout::alignment != 0) {
    return fail(fmt::format("a compiled model must stand at a multiple of {} bytes", layout::alignment));
  }
  if (blob.size() < sizeof(layout::header)) return fail("not a compiled model: too short");
  blob_view view;
  view.header = reinterpret_cast<const layout::header*>(blob.data());
  if (auto sound = check_header(blob, *view.header); !sound) return std::unexpected(std::move(sound).error());
  bool sound = true;
  each_section(*view.header, view, [&]<typename T>(const layout::section& section, std::span<const T>& span) {
    if (section.offset % layout::alignment != 0 || section.offset > blob.size() ||
        section.count > (blob.size() - section.offset) / sizeof(T)) {
      sound = false;
    } else {
      span = {reinterpret_cast<const T*>(blob.data() + section.offset), section.count};
    }
  });
  if (!sound) return fail("the compiled model is damaged: a section lies outside");
  if (!sound_reference(view)) return fail("the compiled model is damaged: its trees");
  if (!sound_columns(view)) return fail("the compiled model is damaged: its columns");
  if (!sound_kernel(view)) return fail("the compiled model is damaged: its kernel");
  return view;
}

}  // namespace jury::model
