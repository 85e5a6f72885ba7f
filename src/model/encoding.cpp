#include "model/encoding.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace jury::model {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_shown = 10;

result<double> encode_category(const feature& feature, std::string_view cell) {
  if (feature.categories.empty()) {
    const auto value = parse_number(cell);
    if (value && *value >= 0 && std::trunc(*value) == *value) return *value;
    return fail(fmt::format("expected the code of a category (0, 1, 2, …), got \"{}\"", cell));
  }
  if (const auto code = feature.code(cell)) return *code;
  std::string known;
  for (const auto& category : feature.categories) {
    if (&category == &feature.categories.front() + most_shown) {
      known += ", …";
      break;
    }
    known += (known.empty() ? "\"" : ", \"") + category + "\"";
  }
  return fail(fmt::format("expected one of {}, got \"{}\"", known, cell));
}

}  // namespace

result<double> encode_cell(const feature& feature, std::string_view cell) {
  // A category may be called "NA": then the name wins.
  if (feature.type == feature_type::category && feature.code(cell)) return encode_category(feature, cell);
  if (is_missing(cell)) return nan;
  switch (feature.type) {
    case feature_type::category:
      return encode_category(feature, cell);
    case feature_type::boolean:
      if (const auto value = parse_boolean(cell)) return *value ? 1 : 0;
      if (cell == "1" || cell == "0") return cell == "1" ? 1 : 0;
      return fail(fmt::format("expected true or false, got \"{}\"", cell));
    case feature_type::integer:
      if (const auto value = parse_number(cell); value && std::trunc(*value) == *value) return *value;
      return fail(fmt::format("expected a whole number, got \"{}\"", cell));
    case feature_type::number:
      break;
  }
  if (const auto value = parse_number(cell)) return *value;
  return fail(fmt::format("expected a number, got \"{}\"", cell));
}

result<row_encoder> row_encoder::bind(const manifest& manifest, const table& table) {
  row_encoder encoder(manifest, table);
  for (const auto& feature : manifest.features) {
    const auto column = table.find(feature.name);
    if (!column && feature.required) {
      return fail(fmt::format("the table has no column \"{}\", which the model requires", feature.name));
    }
    encoder.columns_.push_back(column.value_or(table.columns()));
  }
  return encoder;
}

result<void> row_encoder::encode(std::size_t row, std::span<double> out) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] == table_->columns()) {
      out[i] = nan;
      continue;
    }
    const auto& feature = manifest_->features[i];
    const auto value = encode_cell(feature, table_->cell(row, columns_[i]));
    if (!value) {
      return fail(fmt::format("line {}, column \"{}\": {}", table_->line(row), feature.name, value.error().message));
    }
    out[i] = *value;
  }
  return {};
}

}  // namespace jury::model
