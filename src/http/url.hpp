#pragma once
// Request targets: their forms, percent-decoding, the query.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jury::http {

// The parts of a request target, as views into it.
struct target_parts {
  std::string_view authority;  // of the absolute form; empty otherwise
  std::string_view path;       // still encoded; never empty
  std::string_view query;      // still encoded, without the '?'
};

// Splits a target in origin form ("/path?query"), absolute form ("http://host/path?query", http or https) or asterisk
// form ("*"). Nothing for any other text, for a character that RFC 3986 wants encoded, for a '%' without two
// hexadecimal digits, and for an authority that `is_host` refuses.
[[nodiscard]] std::optional<target_parts> split_target(std::string_view target) noexcept;

// Whether `text` is HOST or HOST:PORT: a name of letters, digits, '-', '.' and '_', or an IPv6 address in brackets; a
// port of at most 65535. User information is refused.
[[nodiscard]] bool is_host(std::string_view text) noexcept;

// The path with its percent-encoding undone. A view of `path` itself when there was none, else of `storage`, which is
// overwritten. Nothing when the result is not UTF-8 or holds a control character. `path` must come from split_target.
[[nodiscard]] std::optional<std::string_view> decode_path(std::string_view path, std::string& storage);

using query_parameters = std::vector<std::pair<std::string, std::string>>;

// The pairs of an HTML form's query in order: '+' is a space, percent-encoding is undone, "a" and "a=" have an empty
// value, empty pieces ("a=1&&b=2") are skipped. Nothing when a name or a value is not UTF-8 or holds a '%' without two
// hexadecimal digits.
[[nodiscard]] std::optional<query_parameters> parse_query(std::string_view query);

}  // namespace jury::http
