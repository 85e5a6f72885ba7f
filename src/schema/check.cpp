#include "schema/check.hpp"

#include <cmath>
#include <optional>

#include "schema/characters.hpp"
#include "schema/number_parse.hpp"

namespace jury::schema {
namespace {

using number = std::expected<double, fault>;

// Floats become integers only where an int64 could hold them, both ends excluded.
bool in_int64(double value) { return value > -0x1p63 && value < 0x1p63; }

number or_fault(const std::optional<double>& value, fault otherwise) {
  return value ? number(*value) : std::unexpected(otherwise);
}

number read_integer(const json_value& value) {
  switch (value.kind) {
    case json_kind::boolean:
    case json_kind::integer:
      return static_cast<double>(value.integer);
    case json_kind::big_integer:
    case json_kind::string: {
      const auto read = parse_lax_integer(value.text);
      return read && std::isinf(*read) ? std::unexpected(fault::int_parsing_size) : or_fault(read, fault::int_parsing);
    }
    case json_kind::real: {
      const double real = parse_literal(value.text);
      if (!std::isfinite(real)) {
        return std::unexpected(fault::finite_number);
      }
      if (std::trunc(real) != real) {
        return std::unexpected(fault::int_from_float);
      }
      return in_int64(real) ? number(real + 0.0) : std::unexpected(fault::int_parsing_size);
    }
    default:
      return std::unexpected(fault::int_type);
  }
}

number read_float(const json_value& value, bool allow_inf_nan) {
  switch (value.kind) {
    case json_kind::boolean:
    case json_kind::integer:
      return static_cast<double>(value.integer);
    case json_kind::big_integer: {
      const double integer = parse_literal(value.text);
      return std::isfinite(integer) ? number(integer) : std::unexpected(fault::float_type);
    }
    case json_kind::real: {
      const double real = parse_literal(value.text);
      return std::isfinite(real) ? number(real) : std::unexpected(fault::finite_number);
    }
    case json_kind::string: {
      const auto read = parse_lax_number(value.text);
      if (read && !allow_inf_nan && !std::isfinite(*read)) {
        return std::unexpected(fault::finite_number);
      }
      return or_fault(read, fault::float_parsing);
    }
    default:
      return std::unexpected(fault::float_type);
  }
}

number read_boolean(const json_value& value) {
  const auto zero_or_one = [](double read) {
    return read == 0 || read == 1 ? number(read + 0.0) : std::unexpected(fault::bool_parsing);
  };
  switch (value.kind) {
    case json_kind::boolean:
    case json_kind::integer:
      return zero_or_one(static_cast<double>(value.integer));
    case json_kind::real: {
      const double real = parse_literal(value.text);
      return in_int64(real) && std::trunc(real) == real ? zero_or_one(real) : std::unexpected(fault::bool_type);
    }
    case json_kind::string: {
      const auto read = parse_lax_boolean(value.text);
      return read ? number(*read ? 1.0 : 0.0) : std::unexpected(fault::bool_parsing);
    }
    default:
      return std::unexpected(fault::bool_type);
  }
}

bool is_multiple(double value, double of, field_type type) {
  if (type == field_type::integer) {
    return std::fmod(value, of) == 0;
  }
  // Pydantic's tolerance. Written so that infinities and NaN pass, as there.
  return !(std::abs(value - std::round(value / of) * of) > 1e-9);
}

// In pydantic's order. The comparisons are negated so that NaN breaks every bound.
number check_bounds(const field& as, double value) {
  const auto& c = as.constraints;
  if (c.multiple_of && !is_multiple(value, *c.multiple_of, as.type)) {
    return std::unexpected(fault::multiple_of);
  }
  if (c.le && !(value <= *c.le)) {
    return std::unexpected(fault::less_than_equal);
  }
  if (c.lt && !(value < *c.lt)) {
    return std::unexpected(fault::less_than);
  }
  if (c.ge && !(value >= *c.ge)) {
    return std::unexpected(fault::greater_than_equal);
  }
  if (c.gt && !(value > *c.gt)) {
    return std::unexpected(fault::greater_than);
  }
  return value;
}

}  // namespace

std::expected<double, fault> read_number(const field& as, const json_value& value) {
  if (as.type == field_type::boolean) {
    return read_boolean(value);
  }
  const auto read =
      as.type == field_type::integer ? read_integer(value) : read_float(value, as.constraints.allow_inf_nan);
  return read ? check_bounds(as, *read) : read;
}

std::expected<std::string_view, fault> read_string(const field& as, const json_value& value) {
  if (value.kind != json_kind::string) {
    return std::unexpected(fault::string_type);
  }
  const auto& c = as.constraints;
  if (c.min_length || c.max_length) {
    const auto length = count_characters(value.text);
    if (c.min_length && length < *c.min_length) {
      return std::unexpected(fault::string_too_short);
    }
    if (c.max_length && length > *c.max_length) {
      return std::unexpected(fault::string_too_long);
    }
  }
  return value.text;
}

std::expected<double, fault> read_category(const object_schema& schema, std::size_t index, const json_value& value) {
  if (value.kind == json_kind::string) {
    if (const auto code = schema.category(index, value.text)) {
      return static_cast<double>(*code);
    }
  }
  return std::unexpected(fault::enumeration);
}

}  // namespace jury::schema
