#include "record/json_numbers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

namespace jury {
namespace {

template <typename Number>
std::optional<double> parse_as(std::string_view text) {
  Number value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (code == std::errc::result_out_of_range)
    return text.starts_with('-') ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (code != std::errc{} || !std::isfinite(value)) return std::nullopt;  // from_chars also takes "inf" and "nan"
  return value;
}

}  // namespace

void append_json_number(std::string& out, double value, arithmetic type, infinity rule) {
  if (std::isnan(value) || (std::isinf(value) && rule == infinity::as_null)) {
    out += "null";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-1e999" : "1e999";
  } else if (type == arithmetic::f32 && std::abs(value) <= std::numeric_limits<float>::max()) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<float>(value));
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

void append_json_numbers(std::string& out, std::span<const double> values, arithmetic type, infinity rule) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_json_number(out, values[i], type, rule);
  }
  out += ']';
}

std::optional<std::vector<double>> parse_json_numbers(std::string_view text, arithmetic type) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<double> values;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    if (word == "null") {
      values.push_back(std::numeric_limits<double>::quiet_NaN());
    } else {
      const auto value = type == arithmetic::f32 ? parse_as<float>(word) : parse_as<double>(word);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    if (word.size() == text.size()) return values;
    text.remove_prefix(word.size() + 1);
    if (text.empty()) return std::nullopt;  // a comma at the end
  }
  return values;
}

}  // namespace jury
