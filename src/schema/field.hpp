#pragma once
// Floor 1. What a request looks like: one description, from which binding, the 422 answers, JSON Schema and OpenAPI
// follow. Made at run time from a model's manifest, or from a struct's macro.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "schema/name_index.hpp"

namespace jury::schema {

enum class field_type {
  integer,
  number,
  boolean,
  string,
  category,  // one of a list of strings
};

// Pydantic's words for its constraints. Each is checked only where it is set and fits the type; bounds against the
// double that goes to the row, so integers beyond 2^53 are rounded first.
struct constraints {
  std::optional<double> gt, ge, lt, le, multiple_of;  // integer, number; whole numbers for an integer
  std::optional<std::size_t> min_length, max_length;  // string; in characters (code points)
  bool allow_inf_nan = true;                          // number: whether the strings "nan", "inf", … are accepted
};

struct field {
  std::string name;
  field_type type = field_type::number;
  std::string title;        // empty: the name in title case
  std::string description;  // empty: none
  bool required = true;     // its key must be there
  bool nullable = false;    // null is accepted and means "no value"
  // What an absent optional field gets: a double for integer, number and boolean (0 or 1), a string for string and
  // category, monostate for "no value".
  std::variant<std::monostate, double, std::string> default_value;
  struct constraints constraints;
  std::vector<std::string> categories;  // of a category: the texts, whose places are the codes
};

enum class extra_keys { ignore, forbid };

// An ordered list of fields, checked and indexed. Immutable: any number of threads and binders may share one, and all
// who refer to it must not outlive it.
//
// Values go to a *row* of doubles with one slot for each field that is not a string, in the fields' order. So a
// manifest's features followed by the string field "reference" give exactly the model's row.
class object_schema {
 public:
  // Fails, with the field's name, on: empty or repeated names; a category without texts or with equal ones; a default
  // that is not of the field's type; bounds of an integer that are not whole; a multiple_of that is not above 0.
  static result<object_schema> make(std::string title, std::vector<field> fields, extra_keys extra = extra_keys::ignore,
                                    std::string description = {});

  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::string& description() const { return description_; }
  [[nodiscard]] extra_keys extra() const { return extra_; }
  [[nodiscard]] std::span<const field> fields() const { return fields_; }

  // Index of the field of that name; `guess` as in name_index.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name, std::size_t guess = 0) const {
    return names_.find(name, guess);
  }

  // Length of a row.
  [[nodiscard]] std::size_t row_size() const { return default_row_.size(); }
  // Where the value of a field goes; nothing for a string field.
  [[nodiscard]] std::optional<std::size_t> slot(std::size_t field) const { return slots_[field]; }
  // A row of which every field is absent: the defaults, NaN where there is none.
  [[nodiscard]] std::span<const double> default_row() const { return default_row_; }
  // Code of a category's text.
  [[nodiscard]] std::optional<std::size_t> category(std::size_t field, std::string_view text) const {
    return categories_[field].find(text);
  }

 private:
  object_schema() = default;

  std::string title_, description_;
  extra_keys extra_ = extra_keys::ignore;
  std::vector<field> fields_;
  name_index names_;
  std::vector<name_index> categories_;  // one a field
  std::vector<std::optional<std::size_t>> slots_;
  std::vector<double> default_row_;
};

// "income_total" → "Income Total", as Python's str.title; characters beyond ASCII count as letters and stay as they
// are.
[[nodiscard]] std::string title_case(std::string_view name);

// The title given, or the name in title case.
[[nodiscard]] std::string title_of(const field& of);

}  // namespace jury::schema
