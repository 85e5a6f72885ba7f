#pragma once
// Floor 1, internal to binding. Reads one value as a field's type and checks its constraints. The hot half says only
// which rule was broken; the words are made when there is somebody to tell.

#include <cstdint>
#include <expected>
#include <string>

#include "schema/field.hpp"
#include "schema/json_value.hpp"
#include "schema/validation_error.hpp"

namespace jury::schema {

// The first rule that a value breaks, named as pydantic names them.
enum class fault : std::uint8_t {
  int_type,
  int_parsing,
  int_from_float,
  int_parsing_size,
  float_type,
  float_parsing,
  finite_number,
  bool_type,
  bool_parsing,
  string_type,
  string_too_short,
  string_too_long,
  enumeration,
  multiple_of,
  less_than_equal,
  less_than,
  greater_than_equal,
  greater_than,
};

// The double for the row: of an integer, number or boolean field. The value must be there.
[[nodiscard]] std::expected<double, fault> read_number(const field& as, const json_value& value);

// The text of a string field.
[[nodiscard]] std::expected<std::string_view, fault> read_string(const field& as, const json_value& value);

// The code of the category field with that index.
[[nodiscard]] std::expected<double, fault> read_category(const object_schema& schema, std::size_t index,
                                                         const json_value& value);

// The entry of "detail". `input` is JSON.
[[nodiscard]] validation_error describe(fault what, const field& at, location loc, std::string input);

}  // namespace jury::schema
