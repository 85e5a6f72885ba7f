#pragma once

#include <cstdint>
#include <string_view>

namespace jury {

// The floating-point format that a model computes in. Its numbers are printed with the fewest digits that parse back to
// the same value of that format: 0.1 for the float nearest to a tenth, not 0.10000000149011612.
enum class arithmetic : std::uint8_t { f32, f64 };

[[nodiscard]] constexpr std::string_view to_string(arithmetic format) noexcept {
  return format == arithmetic::f32 ? "f32" : "f64";
}

}  // namespace jury
