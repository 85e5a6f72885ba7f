#include "model/xgboost_file.hpp"

#include <fmt/format.h>

namespace jury::model::xgboost {
namespace {

// Parameters are numbers inside strings; "5E-1" and "[5E-1]" stay text.
std::int64_t count(json_reader& json) {
  const auto text = json.peek() == json_kind::string ? json.string() : fmt::to_string(json.number<std::int64_t>());
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    json.fail(fmt::format("expected a count, got \"{}\"", text));
  }
  return value;
}

std::vector<std::string> strings(json_reader& json) {
  std::vector<std::string> values;
  json.array([&](std::size_t) { values.push_back(json.string()); });
  return values;
}

// Booleans in old files, 0 and 1 in newer ones.
std::vector<std::uint8_t> flags(json_reader& json) {
  std::vector<std::uint8_t> values;
  json.array([&](std::size_t) {
    if (json.peek() == json_kind::boolean) {
      values.push_back(json.boolean() ? 1 : 0);
    } else {
      values.push_back(json.number<std::uint8_t>());
      if (values.back() > 1) json.fail("expected 0 or 1");
    }
  });
  return values;
}

bool any_elements(json_reader& json) {
  bool any = false;
  json.array([&](std::size_t) {
    any = true;
    json.skip();
  });
  return any;
}

void read_tree_param(json_reader& json, tree& out) {
  json.object([&](std::string_view key) {
    if (key == "num_nodes")
      out.num_nodes = count(json);
    else if (key == "size_leaf_vector")
      out.size_leaf_vector = count(json);
    else
      json.skip();
  });
}

tree read_tree(json_reader& json) {
  tree out;
  json.object([&](std::string_view key) {
    if (key == "tree_param")
      read_tree_param(json, out);
    else if (key == "left_children")
      out.left = json.numbers<std::int64_t>();
    else if (key == "right_children")
      out.right = json.numbers<std::int64_t>();
    else if (key == "split_indices")
      out.split_indices = json.numbers<std::int64_t>();
    else if (key == "split_conditions")
      out.split_conditions = json.numbers<float>();
    else if (key == "default_left")
      out.default_left = flags(json);
    else if (key == "split_type")
      out.split_type = flags(json);
    else if (key == "categories")
      out.categories = json.numbers<std::int64_t>();
    else if (key == "categories_nodes")
      out.categories_nodes = json.numbers<std::int64_t>();
    else if (key == "categories_segments")
      out.categories_segments = json.numbers<std::int64_t>();
    else if (key == "categories_sizes")
      out.categories_sizes = json.numbers<std::int64_t>();
    else if (key == "leaf_weights")
      out.has_leaf_weights = any_elements(json);
    else
      json.skip();
  });
  return out;
}

void read_cats(json_reader& json, file& out) {
  json.object([&](std::string_view key) {
    if (key == "enc")
      out.has_category_names = any_elements(json);
    else
      json.skip();
  });
}

void read_model(json_reader& json, file& out) {
  json.object([&](std::string_view key) {
    if (key == "gbtree_model_param") {
      json.object([&](std::string_view name) {
        if (name == "num_trees")
          out.num_trees = count(json);
        else
          json.skip();
      });
    } else if (key == "trees") {
      json.array([&](std::size_t) { out.trees.push_back(read_tree(json)); });
    } else if (key == "tree_info") {
      out.tree_info = json.numbers<std::int64_t>();
    } else if (key == "weights") {
      out.weights = json.numbers<float>();
    } else if (key == "weight_drop") {
      out.has_weight_drop = any_elements(json);
    } else if (key == "cats") {
      read_cats(json, out);
    } else {
      json.skip();
    }
  });
}

void read_booster(json_reader& json, file& out) {
  json.object([&](std::string_view key) {
    if (key == "name")
      out.booster = json.string();
    else if (key == "model")
      read_model(json, out);
    else if (key == "weight_drop")
      out.has_weight_drop = any_elements(json);
    else
      json.skip();
  });
}

void read_learner_param(json_reader& json, file& out) {
  json.object([&](std::string_view key) {
    if (key == "base_score")
      out.base_score = json.string();
    else if (key == "num_feature")
      out.num_feature = count(json);
    else if (key == "num_class")
      out.num_class = count(json);
    else if (key == "num_target")
      out.num_target = count(json);
    else
      json.skip();
  });
}

void read_learner(json_reader& json, file& out) {
  json.object([&](std::string_view key) {
    if (key == "feature_names")
      out.feature_names = strings(json);
    else if (key == "feature_types")
      out.feature_types = strings(json);
    else if (key == "learner_model_param")
      read_learner_param(json, out);
    else if (key == "gradient_booster")
      read_booster(json, out);
    else if (key == "objective") {
      json.object([&](std::string_view name) {
        if (name == "name")
          out.objective = json.string();
        else
          json.skip();
      });
    } else
      json.skip();
  });
}

}  // namespace

file read(std::string_view text) {
  json_reader json(text, json_dialect::not_a_number);
  file out;
  bool has_learner = false;
  json.object([&](std::string_view key) {
    if (key == "learner") {
      has_learner = true;
      read_learner(json, out);
    } else if (key == "version") {
      const auto version = json.numbers<int>();
      if (!version.empty()) out.major = version[0];
      if (version.size() > 1) out.minor = version[1];
    } else {
      json.skip();
    }
  });
  json.end();
  if (!has_learner) throw json_error("expected a model of XGBoost, with the key \"learner\"");
  return out;
}

}  // namespace jury::model::xgboost
