#include <fmt/core.h>

#include <optional>
#include <utility>

#include "schema/check.hpp"
#include "schema/json_writer.hpp"
#include "schema/number_format.hpp"

namespace jury::schema {
namespace {

// Python's repr of a string, but for the rarer characters that Python calls unprintable.
std::string python_repr(std::string_view text) {
  const char quote = text.contains('\'') && !text.contains('"') ? '"' : '\'';
  std::string result(1, quote);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (c == '\\' || c == static_cast<unsigned char>(quote)) {
      result += '\\';
      result += text[i];
    } else if (c == '\n' || c == '\r' || c == '\t') {
      result += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      result += fmt::format("\\x{:02x}", c);
    } else if (c == 0xC2 && (next <= 0xA0 || next == 0xAD)) {
      result += fmt::format("\\x{:02x}", next);
      ++i;
    } else {
      result += text[i];
    }
  }
  return result + quote;
}

// 'A', 'B' or 'C'
std::string alternatives(const std::vector<std::string>& texts) {
  std::string list;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    list += i == 0 ? "" : i + 1 == texts.size() ? " or " : ", ";
    list += python_repr(texts[i]);
  }
  return list;
}

using words = std::pair<std::string, std::string>;  // message, context

words bound(std::string_view message, std::string_view key, const field& at, const std::optional<double>& is) {
  const double limit = is.value_or(0);
  std::string in_words;
  append_positional(in_words, limit);
  std::string context = fmt::format("{{\"{}\":", key);
  if (at.type == field_type::integer) {
    context += in_words;
  } else {
    append_number(context, limit);
  }
  return {fmt::format("Input should be {} {}", message, in_words), context + '}'};
}

words length(std::string_view message, std::string_view key, const std::optional<std::size_t>& is) {
  const std::size_t limit = is.value_or(0);
  return {fmt::format("String should have {} {} character{}", message, limit, limit == 1 ? "" : "s"),
          fmt::format("{{\"{}\":{}}}", key, limit)};
}

words one_of(const field& at) {
  const auto expected = alternatives(at.categories);
  std::string context;
  json_writer json(context);
  json.begin_object();
  json.member("expected", expected);
  json.end_object();
  return {"Input should be " + expected, context};
}

std::string_view type_of(fault what) {
  switch (what) {
    case fault::int_type:
      return "int_type";
    case fault::int_parsing:
      return "int_parsing";
    case fault::int_from_float:
      return "int_from_float";
    case fault::int_parsing_size:
      return "int_parsing_size";
    case fault::float_type:
      return "float_type";
    case fault::float_parsing:
      return "float_parsing";
    case fault::finite_number:
      return "finite_number";
    case fault::bool_type:
      return "bool_type";
    case fault::bool_parsing:
      return "bool_parsing";
    case fault::string_type:
      return "string_type";
    case fault::string_too_short:
      return "string_too_short";
    case fault::string_too_long:
      return "string_too_long";
    case fault::enumeration:
      return "enum";
    case fault::multiple_of:
      return "multiple_of";
    case fault::less_than_equal:
      return "less_than_equal";
    case fault::less_than:
      return "less_than";
    case fault::greater_than_equal:
      return "greater_than_equal";
    case fault::greater_than:
      return "greater_than";
  }
  std::unreachable();
}

words words_of(fault what, const field& at) {
  const auto& c = at.constraints;
  switch (what) {
    case fault::int_type:
      return {"Input should be a valid integer", ""};
    case fault::int_parsing:
      return {"Input should be a valid integer, unable to parse string as an integer", ""};
    case fault::int_from_float:
      return {"Input should be a valid integer, got a number with a fractional part", ""};
    case fault::int_parsing_size:
      return {"Unable to parse input string as an integer, exceeded maximum size", ""};
    case fault::float_type:
      return {"Input should be a valid number", ""};
    case fault::float_parsing:
      return {"Input should be a valid number, unable to parse string as a number", ""};
    case fault::finite_number:
      return {"Input should be a finite number", ""};
    case fault::bool_type:
      return {"Input should be a valid boolean", ""};
    case fault::bool_parsing:
      return {"Input should be a valid boolean, unable to interpret input", ""};
    case fault::string_type:
      return {"Input should be a valid string", ""};
    case fault::string_too_short:
      return length("at least", "min_length", c.min_length);
    case fault::string_too_long:
      return length("at most", "max_length", c.max_length);
    case fault::enumeration:
      return one_of(at);
    case fault::multiple_of:
      return bound("a multiple of", "multiple_of", at, c.multiple_of);
    case fault::less_than_equal:
      return bound("less than or equal to", "le", at, c.le);
    case fault::less_than:
      return bound("less than", "lt", at, c.lt);
    case fault::greater_than_equal:
      return bound("greater than or equal to", "ge", at, c.ge);
    case fault::greater_than:
      return bound("greater than", "gt", at, c.gt);
  }
  std::unreachable();
}

}  // namespace

validation_error describe(fault what, const field& at, location loc, std::string input) {
  auto [message, context] = words_of(what, at);
  return {std::string(type_of(what)), std::move(loc), std::move(message), std::move(input), std::move(context)};
}

}  // namespace jury::schema
