#pragma once

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace bench {

constexpr std::size_t largest_answer = 16 << 20;

// An HTTP/1 answer; the views point into the input that it was parsed from.
struct answer {
  int status = 0;
  std::size_t size = 0;  // head and body
  std::string_view body;
  std::string_view correlation_id;  // empty when the answer has none
  bool close = false;               // the server closes the connection after it
};

template <typename T>
T parse_number(std::string_view text) {
  T number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error("expected a number, got '" + std::string(text) + "'");
  }
  return number;
}

inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

// The answer at the beginning of the input, nothing while it is incomplete; throws when it is malformed.
inline std::optional<answer> parse_answer(std::string_view input) {
  auto head_size = input.find("\r\n\r\n");
  if (head_size == std::string_view::npos) {
    if (input.size() > largest_answer) throw std::runtime_error("an answer's head has no end");
    return std::nullopt;
  }
  auto head = input.substr(0, head_size + 2);
  if (!head.starts_with("HTTP/1.1 ") && !head.starts_with("HTTP/1.0 ")) throw std::runtime_error("not HTTP/1");
  answer result;
  result.status = parse_number<int>(head.substr(9, 3));
  result.close = head[7] == '0';
  bool bodiless = result.status == 204 || result.status == 304;
  std::optional<std::size_t> length = bodiless ? std::optional<std::size_t>(0) : std::nullopt;
  for (auto line = head.find("\r\n") + 2; line < head.size();) {
    auto end = head.find("\r\n", line);
    auto colon = std::min(head.find(':', line), end);
    auto name = head.substr(line, colon - line);
    auto value = head.substr(std::min(colon + 1, end), end - std::min(colon + 1, end));
    while (value.starts_with(' ')) value.remove_prefix(1);
    line = end + 2;
    if (equal_ignoring_case(name, "content-length") && !bodiless) length = parse_number<std::size_t>(value);
    if (equal_ignoring_case(name, "x-correlation-id")) result.correlation_id = value;
    if (equal_ignoring_case(name, "connection") && equal_ignoring_case(value, "close")) result.close = true;
  }
  if (!length || *length > largest_answer || result.status < 200) {
    throw std::runtime_error("expected a final answer with a Content-Length up to 16 MiB");
  }
  result.size = head_size + 4 + *length;
  if (input.size() < result.size) return std::nullopt;
  result.body = input.substr(head_size + 4, *length);
  return result;
}

}  // namespace bench
