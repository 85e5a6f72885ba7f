#include "api/correlation.hpp"

#include <algorithm>

namespace jury::api {

std::string_view current_correlation_id() {
  const std::string* const id = correlation_id.get();
  return id == nullptr ? std::string_view{} : *id;
}

bool is_correlation_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<std::string_view> trace_id_of(std::string_view traceparent) noexcept {
  const auto is_hex = [](std::string_view digits) {
    return std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  };
  // version "-" trace id "-" parent id "-" flags; a later version may append more.
  if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') return {};
  if (traceparent.starts_with("ff") || (traceparent.starts_with("00") && traceparent.size() != 55)) return {};
  const auto id = traceparent.substr(3, 32);
  if (!is_hex(traceparent.substr(0, 2)) || !is_hex(id) || !is_hex(traceparent.substr(36, 16))) return {};
  if (id.find_first_not_of('0') == std::string_view::npos) return {};
  return id;
}

}  // namespace jury::api
