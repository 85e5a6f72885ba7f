#pragma once
// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace jury {

// Bytes of the sequence at the front of `text`, which must not be empty; 0 when there is no well-formed one.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text) noexcept;

// Bytes of the longest well-formed prefix.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text) noexcept;

[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept { return valid_utf8_prefix(text) == text.size(); }

// At most `limit` bytes of `text`, with U+FFFD for each byte that belongs to no well-formed sequence, also at the cut.
[[nodiscard]] std::string to_utf8(std::string_view text, std::size_t limit);

}  // namespace jury
