#pragma once
// The character classes of RFC 9110 and RFC 3986, as one table.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace jury::http::syntax {

enum character_class : std::uint8_t {
  token = 1,      // methods and field names
  uri = 2,        // what may stand in a target, '%' included
  host_name = 4,  // letters, digits, '-', '.', '_'
  digit = 8,
  hex = 16,
};

inline constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&table](std::string_view characters, int classes_of) {
    for (const char c : characters) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | classes_of);
    }
  };
  add("0123456789", token | uri | host_name | digit | hex);
  add("abcdefABCDEF", token | uri | host_name | hex);
  add("ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ", token | uri | host_name);
  add("-._", token | uri | host_name);
  add("~!$&'*+", token | uri);
  add("#^`|", token);
  add("%", token | uri);
  add("(),;=:@/?", uri);
  return table;
}();

constexpr bool is(char c, int wanted) noexcept { return (classes[static_cast<unsigned char>(c)] & wanted) != 0; }

constexpr bool all(std::string_view text, int wanted) noexcept {
  return std::ranges::all_of(text, [wanted](char c) { return is(c, wanted); });
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// ASCII only, as field names and the keywords of HTTP need it.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return x == y || lower(x) == lower(y); });
}

// Whether `text` may be a field value: no control character but the tab, so no CR, LF or NUL either. Bytes over 127 are
// let through, as RFC 9110 does.
constexpr bool is_field_value(std::string_view text) noexcept {
  bool bad = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    bad |= (byte < 0x20 && byte != '\t') || byte == 0x7f;
  }
  return !bad;
}

// Without the spaces and tabs around it.
constexpr std::string_view trim(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The value of a hexadecimal digit; `c` must be one.
constexpr unsigned hex_value(char c) noexcept {
  return is(c, digit) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(lower(c) - 'a') + 10;
}

}  // namespace jury::http::syntax
