#pragma once
// Floor 1. The slow second look at a body that did not parse: where the JSON is wrong.

#include <cstddef>
#include <string_view>

namespace jury::schema {

struct json_diagnosis {
  enum class verdict {
    valid,
    malformed,   // see message and position
    unreadable,  // JSON, or JSON up to something else that stops Python's reader or ours
  };
  verdict is = verdict::valid;
  std::string_view message{};  // CPython 3.11's, "Expecting ',' delimiter"; never dangles
  std::size_t position = 0;    // in characters, where CPython reports it
};

// Reads as CPython 3.11's json.loads does and stops where it stops, without recursion. Two differences: NaN and
// Infinity are malformed; nesting past `max_depth` is unreadable, as are lone surrogates, and as in Python integers of
// more than 4300 digits. The text must be UTF-8 without byte order mark.
[[nodiscard]] json_diagnosis diagnose_json(std::string_view text, std::size_t max_depth);

// Python's limit on the digits of an integer.
inline constexpr std::size_t max_integer_digits = 4300;

}  // namespace jury::schema
