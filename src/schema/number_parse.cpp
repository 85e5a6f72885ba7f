#include "schema/number_parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

#include "schema/characters.hpp"

namespace jury::schema {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// from_chars says "out of range" of the too large and the too small alike. Both are so far out that the decimal
// exponent of the first significant digit decides.
bool is_too_large(std::string_view text) {
  const auto e = text.find_first_of("eE");
  const auto mantissa = text.substr(0, e);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  const auto first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) {
    return false;
  }
  double exponent = static_cast<double>(point) - static_cast<double>(first);
  if (e != std::string_view::npos) {
    const bool negative = text[e + 1] == '-';
    double written = 0;
    for (const char c : text.substr(e + 1)) {
      if (is_digit(c)) {
        written = std::min(written * 10 + (c - '0'), 1e15);
      }
    }
    exponent += negative ? -written : written;
  }
  return exponent > 0;
}

// "1_000" without the underscores; nullopt where one stands at an end or beside another.
std::optional<std::string> without_underscores(std::string_view text) {
  if (text.starts_with('_') || text.ends_with('_') || text.find("__") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string result(text);
  std::erase(result, '_');
  return result;
}

std::optional<double> parse_signed_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) {
      return std::nullopt;
    }
  }
  return parse_number(text);
}

}  // namespace

bool is_real_literal(std::string_view number) { return number.find_first_of(".eE") != std::string_view::npos; }

std::optional<double> parse_number(std::string_view text) {
  // from_chars reads C's "nan(chars)" too.
  if (text.ends_with(')')) {
    return std::nullopt;
  }
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure == std::errc::invalid_argument || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (failure == std::errc::result_out_of_range) {
    value = is_too_large(text) ? std::numeric_limits<double>::infinity() : 0.0;
    return text.starts_with('-') ? -value : value;
  }
  return value;
}

double parse_literal(std::string_view number) {
  return parse_number(number).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> parse_lax_number(std::string_view text) {
  text = trim(text);
  if (!text.contains('_')) {
    return parse_signed_number(text);
  }
  const auto plain = without_underscores(text);
  return plain ? parse_signed_number(*plain) : std::nullopt;
}

std::optional<double> parse_lax_integer(std::string_view text) {
  text = trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    const auto fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(0, point);
  }
  const auto digits = without_underscores(text);
  if (!digits || digits->empty() || !std::ranges::all_of(*digits, is_digit)) {
    return std::nullopt;
  }
  const double value = parse_literal(*digits);
  return negative && value != 0 ? -value : value;
}

std::optional<bool> parse_lax_boolean(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"1", "t", "y", "on", "yes", "true"};
  constexpr std::array<std::string_view, 6> no{"0", "f", "n", "off", "no", "false"};
  const auto same = [&](std::string_view word) { return std::ranges::equal(text, word, {}, lower); };
  if (std::ranges::any_of(yes, same)) {
    return true;
  }
  if (std::ranges::any_of(no, same)) {
    return false;
  }
  return std::nullopt;
}

}  // namespace jury::schema
