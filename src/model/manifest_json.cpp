// Reading and writing manifest.json.

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <set>

#include "base/json_text.hpp"
#include "model/files.hpp"
#include "model/json_reader.hpp"
#include "model/manifest.hpp"

namespace jury::model {
namespace {

[[noreturn]] void unknown(const json_reader& json, std::string_view key) {
  json.fail(fmt::format("unknown key \"{}\"", key));
}

std::string name(json_reader& json) {
  auto text = json.string();
  if (text.empty()) json.fail("must not be empty");
  return text;
}

// Of names that must differ from each other.
std::vector<std::string> names(json_reader& json) {
  std::vector<std::string> values;
  std::set<std::string> seen;
  json.array([&](std::size_t) {
    values.push_back(json.string());
    if (!seen.insert(values.back()).second) json.fail(fmt::format("\"{}\" comes twice", values.back()));
  });
  return values;
}

feature_type type(json_reader& json) {
  const auto text = json.string();
  for (const auto type : {feature_type::number, feature_type::integer, feature_type::boolean, feature_type::category}) {
    if (text == to_string(type)) return type;
  }
  json.fail(fmt::format("expected number, integer, boolean or category, got \"{}\"", text));
}

interval range(json_reader& json) {
  const auto values = json.numbers<double>();
  if (values.size() != 2 || values[0] > values[1]) json.fail("expected [minimum, maximum]");
  return {values[0], values[1]};
}

// Bounds that would be ignored, or that only a worker would find wrong.
void check_bounds(const json_reader& json, const feature& of) {
  if (!of.minimum && !of.maximum) return;
  if (of.type == feature_type::boolean || !of.categories.empty()) {
    json.fail(fmt::format("minimum or maximum of a feature of type {}", to_string(of.type)));
  }
  const auto is_whole = [](const std::optional<double>& bound) { return !bound || std::trunc(*bound) == *bound; };
  if (of.type != feature_type::number && !(is_whole(of.minimum) && is_whole(of.maximum))) {
    json.fail(fmt::format("expected whole numbers as minimum and maximum of a feature of type {}", to_string(of.type)));
  }
}

feature read_feature(json_reader& json) {
  feature value;
  json.object([&](std::string_view key) {
    if (key == "name")
      value.name = name(json);
    else if (key == "type")
      value.type = type(json);
    else if (key == "categories")
      value.categories = names(json);
    else if (key == "observed")
      value.observed = range(json);
    else if (key == "minimum")
      value.minimum = json.number<double>();
    else if (key == "maximum")
      value.maximum = json.number<double>();
    else if (key == "required")
      value.required = json.boolean();
    else if (key == "title")
      value.title = json.string();
    else if (key == "description")
      value.description = json.string();
    else
      unknown(json, key);
  });
  if (value.name.empty()) json.fail("the feature has no name");
  if (value.type != feature_type::category && !value.categories.empty()) {
    json.fail(fmt::format("categories of a feature of type {}", to_string(value.type)));
  }
  check_bounds(json, value);
  if (value.minimum && value.maximum && *value.minimum > *value.maximum) json.fail("minimum is above maximum");
  return value;
}

policy read_policy(json_reader& json) {
  policy value;
  json.object([&](std::string_view key) {
    if (key == "version")
      value.version = name(json);
    else if (key == "labels")
      value.labels = names(json);
    else if (key == "threshold")
      value.threshold = json.number<double>();
    else
      unknown(json, key);
  });
  return value;
}

training_info read_training(json_reader& json) {
  training_info value;
  json.object([&](std::string_view key) {
    if (key == "algorithm")
      value.algorithm = json.string();
    else if (key == "rows")
      value.rows = json.number<std::uint64_t>();
    else if (key == "held_out_rows")
      value.held_out_rows = json.number<std::uint64_t>();
    else if (key == "seed")
      value.seed = json.number<std::uint64_t>();
    else if (key == "metrics") {
      json.object([&](std::string_view metric) { value.metrics[std::string(metric)] = json.number<double>(); });
    } else
      unknown(json, key);
  });
  return value;
}

manifest read(json_reader& json) {
  manifest value;
  json.object([&](std::string_view key) {
    if (key == "name")
      value.name = name(json);
    else if (key == "version")
      value.version = name(json);
    else if (key == "target")
      value.target = json.string();
    else if (key == "features")
      json.array([&](std::size_t) { value.features.push_back(read_feature(json)); });
    else if (key == "policy")
      value.policy = read_policy(json);
    else if (key == "training")
      value.training = read_training(json);
    else if (key == "reasons") {
      json.object([&](std::string_view feature) { value.reasons[std::string(feature)] = json.string(); });
    } else
      unknown(json, key);
  });
  json.end();
  std::set<std::string_view> seen;
  for (const auto& feature : value.features) {
    if (!seen.insert(feature.name).second) json.fail(fmt::format("two features are named \"{}\"", feature.name));
  }
  for (const auto& reason : value.reasons) {
    if (!seen.contains(reason.first)) json.fail(fmt::format("reasons: there is no feature \"{}\"", reason.first));
  }
  return value;
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string list(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const auto& value : values) out += (out.size() > 1 ? ", " : "") + json_string(value);
  return out += "]";
}

std::string line(const feature& value) {
  auto out = fmt::format("{{\"name\": {}, \"type\": \"{}\"", json_string(value.name), to_string(value.type));
  const auto add = [&](std::string_view key, const std::string& text) {
    fmt::format_to(std::back_inserter(out), ", \"{}\": {}", key, text);
  };
  if (!value.categories.empty()) add("categories", list(value.categories));
  if (value.observed) add("observed", fmt::format("[{}, {}]", value.observed->min, value.observed->max));
  if (value.minimum) add("minimum", fmt::to_string(*value.minimum));
  if (value.maximum) add("maximum", fmt::to_string(*value.maximum));
  if (!value.required) add("required", "false");
  if (!value.title.empty()) add("title", json_string(value.title));
  if (!value.description.empty()) add("description", json_string(value.description));
  return out += "}";
}

std::string line(const training_info& value) {
  auto out = fmt::format("{{\"algorithm\": {}, \"rows\": {}, \"held_out_rows\": {}, \"seed\": {}, \"metrics\": {{",
                         json_string(value.algorithm), value.rows, value.held_out_rows, value.seed);
  std::string_view comma;
  for (const auto& [metric, number] : value.metrics) {
    if (!std::isfinite(number)) continue;  // JSON has no word for it
    fmt::format_to(std::back_inserter(out), "{}{}: {}", comma, json_string(metric), number);
    comma = ", ";
  }
  return out += "}}";
}

}  // namespace

result<manifest> parse_manifest(std::string_view json) {
  try {
    json_reader reader(json);
    return read(reader);
  } catch (const json_error& error) {
    return jury::fail(error.what());
  }
}

result<manifest> read_manifest(const std::filesystem::path& file) {
  auto text = read_file(file, 64U << 20);
  if (!text) return std::unexpected(std::move(text).error());
  auto value = parse_manifest(*text);
  if (!value) return jury::fail(fmt::format("{}: {}", file.string(), value.error().message));
  return value;
}

std::string to_json(const manifest& value) {
  auto out =
      fmt::format("{{\n  \"name\": {},\n  \"version\": {},\n", json_string(value.name), json_string(value.version));
  if (!value.target.empty()) out += fmt::format("  \"target\": {},\n", json_string(value.target));
  out += "  \"features\": [";
  std::string_view comma;
  for (const auto& feature : value.features) {
    out += fmt::format("{}\n    {}", comma, line(feature));
    comma = ",";
  }
  out += fmt::format("\n  ],\n  \"policy\": {{\"version\": {}, \"labels\": {}, \"threshold\": {}}}",
                     json_string(value.policy.version), list(value.policy.labels), value.policy.threshold);
  if (value.training) out += ",\n  \"training\": " + line(*value.training);
  if (!value.reasons.empty()) {
    out += ",\n  \"reasons\": {";
    comma = {};
    for (const auto& [feature, text] : value.reasons) {
      out += fmt::format("{}\n    {}: {}", comma, json_string(feature), json_string(text));
      comma = ",";
    }
    out += "\n  }";
  }
  return out + "\n}\n";
}

}  // namespace jury::model
