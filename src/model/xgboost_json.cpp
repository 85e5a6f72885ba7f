#include "model/xgboost_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "model/xgboost_file.hpp"
#include "model/xgboost_objective.hpp"

namespace jury::model {
namespace {

using set_numbers = std::map<std::vector<std::uint32_t>, std::uint32_t>;

// Turns one tree of the file into one of the neutral form, from the root down: nodes that XGBoost's pruner deleted are
// never reached and so are left out.
class tree_importer {
 public:
  tree_importer(const xgboost::tree& in, std::size_t index, set_numbers& sets) : in_(in), index_(index), sets_(sets) {}

  result<tree> import(std::uint32_t output) {
    if (auto sizes = check_sizes(); !sizes) return std::unexpected(std::move(sizes).error());
    if (auto sets = read_sets(); !sets) return std::unexpected(std::move(sets).error());
    tree out{.nodes = {}, .output = output};
    std::vector<std::size_t> sources{0};  // of the nodes of `out`, in their order
    std::vector<bool> seen(in_.left.size());
    seen[0] = true;
    for (std::size_t at = 0; at < sources.size(); ++at) {
      const auto source = sources[at];
      auto node = import_node(source);
      if (!node) return std::unexpected(std::move(node).error());
      if (!node->is_leaf()) {
        for (const auto child : {in_.left[source], in_.right[source]}) {
          if (child < 0 || child >= in_.num_nodes)
            return refuse(source, fmt::format("its child {} is not a node", child));
          const auto target = static_cast<std::size_t>(child);
          if (seen[target]) return refuse(source, fmt::format("its child {} is reached twice", child));
          seen[target] = true;
          sources.push_back(target);
        }
        node->left = static_cast<std::uint32_t>(sources.size() - 2);
        node->right = node->left + 1;
      }
      out.nodes.push_back(*node);
    }
    return out;
  }

 private:
  std::unexpected<error> refuse(std::size_t node, const std::string& what) const {
    return fail(fmt::format("tree {}, node {}: {}", index_, node, what));
  }

  result<void> check_sizes() const {
    const auto refuse_tree = [&](std::string_view what) { return fail(fmt::format("tree {}: {}", index_, what)); };
    if (in_.size_leaf_vector > 1 || in_.has_leaf_weights) {
      return refuse_tree("vector leaves (multi_strategy=multi_output_tree) are not supported");
    }
    const auto nodes = in_.left.size();
    if (nodes == 0 || in_.num_nodes < 0 || static_cast<std::uint64_t>(in_.num_nodes) != nodes) {
      return refuse_tree(fmt::format("num_nodes is {}, but left_children has {} elements", in_.num_nodes, nodes));
    }
    if (in_.right.size() != nodes || in_.split_indices.size() != nodes || in_.split_conditions.size() != nodes ||
        in_.default_left.size() != nodes || (!in_.split_type.empty() && in_.split_type.size() != nodes)) {
      return refuse_tree(fmt::format("its arrays differ in length, expected {} elements", nodes));
    }
    return {};
  }

  result<void> read_sets() {
    const auto count = in_.categories_nodes.size();
    if (in_.categories_segments.size() != count || in_.categories_sizes.size() != count) {
      return fail(fmt::format("tree {}: categories_nodes, _segments and _sizes differ in length", index_));
    }
    const auto total = static_cast<std::int64_t>(in_.categories.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto from = in_.categories_segments[i];
      const auto size = in_.categories_sizes[i];
      if (from < 0 || size < 0 || from > total || size > total - from) {
        return fail(fmt::format("tree {}: category segment {} lies outside of categories", index_, i));
      }
      std::vector<std::uint32_t> set;
      for (const auto category :
           std::span(in_.categories).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(size))) {
        if (category < 0 || category >= 1 << 24) {
          return fail(fmt::format("tree {}: category {} is out of range", index_, category));
        }
        set.push_back(static_cast<std::uint32_t>(category));
      }
      std::ranges::sort(set);
      set.erase(std::ranges::unique(set).begin(), set.end());
      const auto number = sets_.try_emplace(std::move(set), static_cast<std::uint32_t>(sets_.size())).first->second;
      if (!set_of_.try_emplace(in_.categories_nodes[i], number).second) {
        return fail(fmt::format("tree {}: node {} has two category sets", index_, in_.categories_nodes[i]));
      }
    }
    return {};
  }

  result<node> import_node(std::size_t source) const {
    // In leaves split_conditions holds the leaf's value; of a category split it holds nothing.
    node out{.value = in_.split_conditions[source]};
    if (in_.left[source] == -1) {
      if (in_.right[source] != -1) return refuse(source, "it has a right child but no left one");
      return out;
    }
    out.left = out.right = 0;
    out.default_left = in_.default_left[source] != 0;
    if (in_.split_indices[source] < 0 || in_.split_indices[source] >= max_features) {
      return refuse(source, fmt::format("its feature {} is out of range", in_.split_indices[source]));
    }
    out.feature = static_cast<std::uint32_t>(in_.split_indices[source]);
    if (!in_.split_type.empty() && in_.split_type[source] == 1) {
      const auto set = set_of_.find(static_cast<std::int64_t>(source));
      if (set == set_of_.end()) return refuse(source, "a category split without categories");
      out.compare = comparison::in_set_f32;
      out.set = set->second;
      out.value = 0;
    }
    return out;
  }

  const xgboost::tree& in_;
  std::size_t index_;
  set_numbers& sets_;
  std::map<std::int64_t, std::uint32_t> set_of_;
};

result<void> check_booster(const xgboost::file& file) {
  if (file.booster == "dart" || file.has_weight_drop) return fail("the DART booster is not supported");
  if (file.booster != "gbtree" && file.booster != "gblinear") {
    return fail(fmt::format("expected the booster gbtree or gblinear, got \"{}\"", file.booster));
  }
  if (file.has_category_names) {
    return fail("category names inside the model (XGBoost 3.1 and newer, `cats`) are not supported");
  }
  if (file.num_feature > max_features) {
    return fail(fmt::format("num_feature is {}, more than the {} allowed", file.num_feature, max_features));
  }
  if (file.num_class > max_outputs || file.num_target > max_outputs || (file.num_class > 1 && file.num_target > 1)) {
    return fail(fmt::format("num_class {} and num_target {} are out of range", file.num_class, file.num_target));
  }
  return {};
}

result<void> import_trees(const xgboost::file& file, ensemble& out) {
  const auto count = file.trees.size();
  if (file.num_trees < 0 || static_cast<std::uint64_t>(file.num_trees) != count || file.tree_info.size() != count) {
    return fail(fmt::format("num_trees is {}, but there are {} trees and {} elements of tree_info", file.num_trees,
                            count, file.tree_info.size()));
  }
  set_numbers sets;
  for (std::size_t i = 0; i < count; ++i) {
    const auto output = file.tree_info[i];
    if (output < 0 || output >= out.outputs) return fail(fmt::format("tree_info[{}]: {} is not a class", i, output));
    auto tree = tree_importer(file.trees[i], i, sets).import(static_cast<std::uint32_t>(output));
    if (!tree) return std::unexpected(std::move(tree).error());
    out.trees.push_back(std::move(*tree));
  }
  out.sets.resize(sets.size());
  for (auto& [set, number] : sets) out.sets[number] = set;
  return {};
}

result<void> import_weights(const xgboost::file& file, ensemble& out) {
  const auto weights = std::size_t{out.features} * out.outputs;
  if (file.weights.size() != weights + out.outputs) {
    return fail(fmt::format("{} weights, expected {} for {} features and a bias in {} outputs", file.weights.size(),
                            weights + out.outputs, out.features, out.outputs));
  }
  const auto bias = file.weights.begin() + static_cast<std::ptrdiff_t>(weights);
  out.linear.weights.assign(file.weights.begin(), bias);
  out.linear.bias.assign(bias, file.weights.end());
  return {};
}

result<ensemble> import(xgboost::file&& file) {
  if (auto known = check_booster(file); !known) return std::unexpected(std::move(known).error());
  auto link = xgboost::link_of(file);
  if (!link) return std::unexpected(std::move(link).error());
  ensemble out;
  out.features = static_cast<std::uint32_t>(file.num_feature);
  out.outputs = static_cast<std::uint32_t>(std::max({file.num_class, file.num_target, std::int64_t{1}}));
  out.link = *link;
  auto base = xgboost::base_margins(file, out.outputs);
  if (!base) return std::unexpected(std::move(base).error());
  out.base = std::move(*base);
  auto filled = file.booster == "gblinear" ? import_weights(file, out) : import_trees(file, out);
  if (!filled) return std::unexpected(std::move(filled).error());
  out.objective = std::move(file.objective);
  out.feature_names = std::move(file.feature_names);
  out.feature_types = std::move(file.feature_types);
  if (auto sound = check(out); !sound) return std::unexpected(std::move(sound).error());
  return out;
}

// What a file is by its first bytes, for a message; empty for JSON.
std::string_view foreign_format(std::string_view bytes) noexcept {
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == bytes.npos) return "an empty file";
  if (bytes.starts_with("{L")) return "XGBoost UBJSON (save it with the name model.json)";
  if (bytes[first] == '{') return {};
  if (bytes[first] == '[') return "a JSON array, perhaps XGBoost's dump_model (use save_model)";
  if (bytes.starts_with("binf")) return "XGBoost's old binary format (save it with the name model.json)";
  if (bytes.starts_with("tree\n") || bytes.starts_with("tree\r\n")) return "LightGBM text";
  if (bytes.starts_with("\x08") && bytes.substr(0, 4096).find("onnx") != bytes.npos) return "ONNX";
  if (bytes.starts_with("\x80")) return "a Python pickle";
  if (bytes.starts_with("\x1f\x8b")) return "gzip";
  if (bytes.starts_with("PK\x03\x04")) return "a zip archive";
  return "of an unknown format";
}

}  // namespace

result<ensemble> import_xgboost_json(std::string_view text) {
  if (const auto format = foreign_format(text); !format.empty()) {
    return fail(fmt::format("expected a model of XGBoost in JSON, but this is {}", format));
  }
  try {
    return import(xgboost::read(text));
  } catch (const json_error& error) {
    return fail(error.what());
  }
}

}  // namespace jury::model
