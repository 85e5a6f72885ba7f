#include "schema/field.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_set>
#include <utility>

namespace jury::schema {
namespace {

bool is_whole(const std::optional<double>& bound) { return !bound || std::trunc(*bound) == *bound; }

bool fits(const field& f) {
  if (std::holds_alternative<std::monostate>(f.default_value)) {
    return true;
  }
  if (f.type == field_type::string) {
    return std::holds_alternative<std::string>(f.default_value);
  }
  if (f.type == field_type::category) {
    const auto* text = std::get_if<std::string>(&f.default_value);
    return text != nullptr && std::ranges::find(f.categories, *text) != f.categories.end();
  }
  const auto* value = std::get_if<double>(&f.default_value);
  if (value == nullptr) {
    return false;
  }
  return f.type == field_type::number || *value == 0 || *value == 1 ||
         (f.type == field_type::integer && std::isfinite(*value) && std::trunc(*value) == *value);
}

std::optional<error> check(const field& f) {
  const auto wrong = [&](std::string_view what) { return error{fmt::format("field \"{}\": {}", f.name, what)}; };
  if (f.type == field_type::category) {
    const std::set<std::string_view> different(f.categories.begin(), f.categories.end());
    if (f.categories.empty() || different.size() != f.categories.size()) {
      return wrong("expected one or more different categories");
    }
  }
  if (!fits(f)) {
    return wrong("expected a default value of the field's type");
  }
  const auto& c = f.constraints;
  if (c.multiple_of && !(*c.multiple_of > 0)) {
    return wrong("expected a multiple_of above 0");
  }
  if (f.type == field_type::integer &&
      !(is_whole(c.gt) && is_whole(c.ge) && is_whole(c.lt) && is_whole(c.le) && is_whole(c.multiple_of))) {
    return wrong("expected whole numbers as constraints of an integer");
  }
  return std::nullopt;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

result<object_schema> object_schema::make(std::string title, std::vector<field> fields, extra_keys extra,
                                          std::string description) {
  object_schema schema;
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  for (const auto& f : fields) {
    if (f.name.empty() || !seen.insert(f.name).second) {
      return fail(fmt::format("field {} of {}: expected a name of its own, got \"{}\"", names.size(), title, f.name));
    }
    if (const auto problem = check(f)) {
      return std::unexpected(*problem);
    }
    names.push_back(f.name);
    schema.categories_.emplace_back(f.categories);
    if (f.type == field_type::string) {
      schema.slots_.emplace_back(std::nullopt);
      continue;
    }
    double value = std::numeric_limits<double>::quiet_NaN();
    if (const auto* number = std::get_if<double>(&f.default_value)) {
      value = *number;
    } else if (const auto* text = std::get_if<std::string>(&f.default_value)) {
      value = static_cast<double>(*schema.categories_.back().find(*text));
    }
    schema.slots_.emplace_back(schema.default_row_.size());
    schema.default_row_.push_back(value);
  }
  schema.title_ = std::move(title);
  schema.description_ = std::move(description);
  schema.extra_ = extra;
  schema.names_ = name_index(std::move(names));
  schema.fields_ = std::move(fields);
  return schema;
}

std::string title_case(std::string_view name) {
  std::string title;
  bool in_word = false;
  for (const char c : name) {
    if (!is_ascii(c)) {
      title += c;
      in_word = true;
      continue;
    }
    if (!is_letter(c)) {
      title += c == '_' ? ' ' : c;
      in_word = false;
      continue;
    }
    title += static_cast<char>(in_word ? c | 0x20 : c & ~0x20);
    in_word = true;
  }
  return title;
}

std::string title_of(const field& of) { return of.title.empty() ? title_case(of.name) : of.title; }

}  // namespace jury::schema
