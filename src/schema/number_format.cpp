#include "schema/number_format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace jury::schema {
namespace {

// The value is 0.DIGITS × 10^point, before its sign.
struct decimal {
  std::array<char, 32> digits;
  std::size_t count = 0;
  int point = 0;

  std::string_view text() const { return {digits.data(), count}; }
};

decimal shortest(double magnitude) {
  std::array<char, 40> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto e = text.find('e');
  decimal result;
  for (const char c : text.substr(0, e)) {
    if (c != '.') {
      result.digits[result.count++] = c;
    }
  }
  const char* exponent = text.data() + e + 1;
  std::from_chars(*exponent == '+' ? exponent + 1 : exponent, end, result.point);
  result.point += 1;
  return result;
}

void append_zeros(std::string& out, int count) { out.append(static_cast<std::size_t>(count), '0'); }

void append_plain(std::string& out, const decimal& number, std::string_view whole_suffix) {
  const auto digits = number.text();
  const int count = static_cast<int>(number.count);
  if (number.point <= 0) {
    out += "0.";
    append_zeros(out, -number.point);
    out += digits;
  } else if (number.point >= count) {
    out += digits;
    append_zeros(out, number.point - count);
    out += whole_suffix;
  } else {
    const auto whole = static_cast<std::size_t>(number.point);
    out += digits.substr(0, whole);
    out += '.';
    out += digits.substr(whole);
  }
}

void append_sign(std::string& out, double value) {
  if (std::signbit(value)) {
    out += '-';
  }
}

}  // namespace

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  append_sign(out, value);
  const auto number = shortest(std::abs(value));
  const int exponent = number.point - 1;
  if (exponent >= -4 && exponent < 16) {
    append_plain(out, number, ".0");
    return;
  }
  out += number.digits[0];
  if (number.count > 1) {
    out += '.';
    out += number.text().substr(1);
  }
  out += exponent < 0 ? "e-" : "e+";
  out += std::to_string(std::abs(exponent));
}

void append_positional(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  append_sign(out, value);
  if (std::isinf(value)) {
    out += "inf";
    return;
  }
  append_plain(out, shortest(std::abs(value)), "");
}

}  // namespace jury::schema
