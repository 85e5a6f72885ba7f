#pragma once
// Floor 1, internal to binding. One value of the body as it was parsed, not yet read as anything.

#include <cstdint>
#include <string_view>

namespace jury::schema {

enum class json_kind : std::uint8_t {
  absent,
  null,
  boolean,
  integer,      // fits 64 bits
  big_integer,  // does not
  real,         // written with a fraction or an exponent
  string,
  array,
  object,
};

struct json_value {
  json_kind kind = json_kind::absent;
  std::int64_t integer = 0;  // of a boolean (0, 1) and an integer
  std::string_view text{};   // of big_integer and real as written; of string decoded
};

}  // namespace jury::schema
