#include "model/blob_writer.hpp"

#include <algorithm>
#include <cstring>

#include "model/blob_view.hpp"
#include "model/kernel_plan.hpp"

namespace jury::model {
namespace {

// The reference form: trees with their nodes breadth first, so that children stand behind their parents.
struct reference_form {
  std::vector<layout::tree> trees;
  std::vector<layout::node> nodes;
  std::vector<layout::set> sets;
  std::vector<std::uint32_t> categories;
};

layout::node record(const node& node) {
  return {.value = node.value,
          .left = leaf,
          .right = leaf,
          .feature = node.feature,
          .set = node.set,
          .compare = static_cast<std::uint8_t>(node.compare),
          .missing = static_cast<std::uint8_t>(node.missing),
          .default_left = node.default_left ? std::uint8_t{1} : std::uint8_t{0}};
}

void append(reference_form& form, const tree& tree, std::uint32_t depth) {
  const auto first = form.nodes.size();
  std::vector<std::uint32_t> order{0};
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto& node = tree.nodes[order[at]];
    auto& out = form.nodes.emplace_back(record(node));
    if (node.is_leaf()) continue;
    out.left = static_cast<std::uint32_t>(order.size());
    out.right = out.left + 1;
    order.push_back(node.left);
    order.push_back(node.right);
  }
  form.trees.push_back({.first_node = static_cast<std::uint32_t>(first),
                        .nodes = static_cast<std::uint32_t>(order.size()),
                        .output = tree.output,
                        .depth = depth});
}

reference_form refer(const ensemble& ensemble, const std::vector<std::uint32_t>& depths) {
  reference_form form;
  for (std::size_t i = 0; i < ensemble.trees.size(); ++i) append(form, ensemble.trees[i], depths[i]);
  for (const auto& set : ensemble.sets) {
    form.sets.push_back(
        {.first = static_cast<std::uint32_t>(form.categories.size()), .count = static_cast<std::uint32_t>(set.size())});
    form.categories.insert(form.categories.end(), set.begin(), set.end());
  }
  return form;
}

blob_view sources(const ensemble& ensemble, const reference_form& form, const kernel_plan& plan,
                  std::string_view manifest) {
  return {.header = nullptr,
          .manifest = manifest,
          .objective = ensemble.objective,
          .base = ensemble.base,
          .weights = ensemble.linear.weights,
          .bias = ensemble.linear.bias,
          .trees = form.trees,
          .nodes = form.nodes,
          .sets = form.sets,
          .categories = form.categories,
          .quantizers = plan.quantizers,
          .targets = plan.targets,
          .thresholds32 = plan.thresholds32,
          .thresholds64 = plan.thresholds64,
          .lookups = plan.lookups,
          .lookup_categories = plan.lookup_categories,
          .lookup_bytes = plan.lookup_bytes,
          .groups = plan.groups,
          .narrow_nodes = plan.narrow_nodes,
          .wide_nodes = plan.wide_nodes,
          .path_nodes = plan.path_nodes,
          .roots = plan.roots,
          .leaves32 = plan.leaves32,
          .leaves64 = plan.leaves64};
}

constexpr std::uint64_t aligned(std::uint64_t offset) {
  return (offset + layout::alignment - 1) / layout::alignment * layout::alignment;
}

}  // namespace

blob write_blob(const ensemble& ensemble, std::string_view manifest, std::string_view sha256) {
  std::vector<std::uint32_t> depths;
  for (const auto& tree : ensemble.trees) depths.push_back(depth_of(tree));
  const auto plan = plan_kernel(ensemble, depths);
  const auto form = refer(ensemble, depths);
  const auto view = sources(ensemble, form, plan, manifest);

  layout::header header;
  header.features = ensemble.features;
  header.outputs = ensemble.outputs;
  header.columns = plan.columns;
  header.arithmetic = static_cast<std::uint8_t>(ensemble.arithmetic);
  header.link = static_cast<std::uint8_t>(ensemble.link);
  header.kernel = plan.kernel;
  header.divisor = ensemble.divisor;
  std::ranges::copy(sha256, header.sha256.begin());
  auto size = aligned(sizeof(header));
  each_section(header, view, [&]<typename T>(layout::section& section, std::span<const T> records) {
    section = {.offset = size, .count = records.size()};
    size = aligned(size + records.size_bytes());
  });
  header.size = size;

  blob out(size);
  std::memcpy(out.bytes().data(), &header, sizeof(header));
  each_section(header, view, [&]<typename T>(const layout::section& section, std::span<const T> records) {
    if (!records.empty()) std::memcpy(out.bytes().data() + section.offset, records.data(), records.size_bytes());
  });
  return out;
}

}  // namespace jury::model
