#pragma once
// Numbers as JSON text, for the answer of GET and for the columns of a database.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"

namespace jury {

// What becomes of infinity, for which JSON has no word. NaN is null in any case.
enum class infinity { as_null, as_overflow };  // 1e999, which reads back as infinity

// Appends the fewest digits that parse back to `value`: as a float when the model computes in f32 and the value is
// one, else as a double.
void append_json_number(std::string& out, double value, arithmetic type, infinity rule = infinity::as_null);

// [1,null,2.5]
void append_json_numbers(std::string& out, std::span<const double> values, arithmetic type,
                         infinity rule = infinity::as_null);

// The inverse of append_json_numbers with `as_overflow`; null becomes NaN. Nothing when `text` is no such list.
std::optional<std::vector<double>> parse_json_numbers(std::string_view text, arithmetic type);

}  // namespace jury
