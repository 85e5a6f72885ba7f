#pragma once
// Floor 1. Text to double, correctly rounded, and the lax readings that pydantic gives to strings.

#include <optional>
#include <string_view>

namespace jury::schema {

// True for a JSON number with a fraction or an exponent: Python reads it as a float, any other as an int.
[[nodiscard]] bool is_real_literal(std::string_view number);

// A decimal number without white space or leading '+', or nan, inf, infinity in any case; nothing else may follow. Out
// of range: ±infinity or ±0, as IEEE 754 rounds. nullopt: not a number.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

// A number that the JSON parser has passed, or plain digits: never anything else, so there is nothing to refuse.
[[nodiscard]] double parse_literal(std::string_view number);

// A string where a number is expected: white space around it, a sign and single underscores inside are fine.
[[nodiscard]] std::optional<double> parse_lax_number(std::string_view text);

// A string where an integer is expected: white space around it, a sign, leading zeros, single underscores between
// digits and a fraction of zeros are fine. ±infinity when no double holds it.
[[nodiscard]] std::optional<double> parse_lax_integer(std::string_view text);

// A string where a boolean is expected: 0 1 t f y n yes no on off true false, in any case, without white space.
[[nodiscard]] std::optional<bool> parse_lax_boolean(std::string_view text);

}  // namespace jury::schema
