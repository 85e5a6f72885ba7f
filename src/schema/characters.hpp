#pragma once
// Floor 1. The little that binding needs to know about UTF-8.

#include <cstddef>
#include <string_view>

namespace jury::schema {

// Code points of valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

// Without leading and trailing white space, of Unicode too (as Rust's str::trim, which pydantic-core uses).
[[nodiscard]] std::string_view trim(std::string_view text);

}  // namespace jury::schema
