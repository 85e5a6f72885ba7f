#pragma once
// Floor 1. What a service must know about a model beyond its numbers: the names, types and categories of its features,
// and how a score becomes a decision. The file beside the model, `manifest.json`:
//
//   {"name": "credit", "version": "1",
//    "features": [{"name": "age", "type": "integer", "observed": [19, 75]},
//                 {"name": "purpose", "type": "category", "categories": ["car", "radio"], "required": false}],
//    "policy": {"version": "1", "labels": ["bad", "good"], "threshold": 0.5}}

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arithmetic.hpp"
#include "base/error.hpp"

namespace jury::model {

enum class feature_type : std::uint8_t { number, integer, boolean, category };

// "number", "integer", "boolean" or "category".
[[nodiscard]] std::string_view to_string(feature_type type) noexcept;

struct interval {
  double min = 0;
  double max = 0;
  bool operator==(const interval&) const = default;
};

struct feature {
  std::string name;
  feature_type type = feature_type::number;
  std::vector<std::string> categories;  // in the order of their codes; empty: clients send the codes 0, 1, 2, …
  std::optional<interval> observed;     // of the training table: informs, refuses nothing
  std::optional<double> minimum;        // inclusive, enforced on requests: of numbers, of integers and codes (whole)
  std::optional<double> maximum;
  bool required = true;  // false: a request may leave it out, and the model sees a missing value
  std::string title;
  std::string description;
  bool operator==(const feature&) const = default;

  // The code of a category by name, or nothing if the model does not know it.
  [[nodiscard]] std::optional<std::uint32_t> code(std::string_view category) const noexcept;
};

// How scores become a decision. No labels: the score itself is the answer (regression); several scores, which are
// those of classes, have labels in every compiled model.
struct policy {
  std::string version = "1";
  std::vector<std::string> labels;  // two for a single score, else one a class in the order of the model's outputs
  double threshold = 0.5;           // of the single score; unused with more than two labels
  bool operator==(const policy&) const = default;

  // One score: labels[1] from the threshold up, labels[0] below it and for NaN. The threshold is rounded to the model's
  // arithmetic, as the score was: a score of 0.7F reaches 0.7. More: the label of the largest score, the first of
  // equals. Empty without labels. The view lives as long as the policy.
  [[nodiscard]] std::string_view decide(std::span<const double> scores, arithmetic arithmetic) const noexcept;
};

// Where the model came from: for people, used by no code.
struct training_info {
  std::string algorithm;
  std::uint64_t rows = 0;
  std::uint64_t held_out_rows = 0;
  std::uint64_t seed = 0;
  std::map<std::string, double> metrics;  // on the held-out rows
  bool operator==(const training_info&) const = default;
};

struct manifest {
  std::string name = "model";
  std::string version = "1";
  std::string target;             // what is predicted; may be empty
  std::vector<feature> features;  // in the order of the model's row
  jury::model::policy policy;
  std::optional<training_info> training;
  std::map<std::string, std::string> reasons;  // feature name -> text for a reason code
  bool operator==(const manifest&) const = default;

  [[nodiscard]] std::optional<std::size_t> find(std::string_view feature_name) const noexcept;
};

// Every error names the JSON path and line; unknown and duplicate keys are errors.
[[nodiscard]] result<manifest> parse_manifest(std::string_view json);

// Reads and parses; errors begin with the path.
[[nodiscard]] result<manifest> read_manifest(const std::filesystem::path& file);

// Pretty-printed in a stable order, ending in a newline: parse_manifest gives back an equal manifest, and equal
// manifests give equal bytes.
[[nodiscard]] std::string to_json(const manifest& value);

}  // namespace jury::model
