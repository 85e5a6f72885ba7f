#include "http/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/utf8.hpp"
#include "http/syntax.hpp"

namespace jury::http {
namespace {

bool is_uri(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!syntax::is(text[i], syntax::uri)) return false;
    if (text[i] == '%') {
      if (text.size() - i < 3 || !syntax::all(text.substr(i + 1, 2), syntax::hex)) return false;
      i += 2;
    }
  }
  return true;
}

// Nothing for a '%' without two digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !syntax::all(text.substr(i + 1, 2), syntax::hex)) return std::nullopt;
      decoded.push_back(static_cast<char>(syntax::hex_value(text[i + 1]) * 16 + syntax::hex_value(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return decoded;
}

std::optional<std::string_view> after_scheme(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (syntax::equal_ignoring_case(target.substr(0, scheme.size()), scheme)) return target.substr(scheme.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<target_parts> split_target(std::string_view target) noexcept {
  if (target == "*") return target_parts{.authority = {}, .path = target, .query = {}};
  target_parts parts;
  if (!target.starts_with('/')) {
    const auto rest = after_scheme(target);
    if (!rest) return std::nullopt;
    const auto end = std::min(rest->find_first_of("/?"), rest->size());
    parts.authority = rest->substr(0, end);
    target = rest->substr(end);
    if (!is_host(parts.authority)) return std::nullopt;
  }
  if (!is_uri(target)) return std::nullopt;
  const auto question = target.find('?');
  parts.path = target.substr(0, question);
  if (question != std::string_view::npos) parts.query = target.substr(question + 1);
  if (parts.path.empty()) parts.path = "/";
  return parts;
}

bool is_host(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos || bracket < 3) return false;
    const auto address = text.substr(1, bracket - 1);
    const auto of_address = [](char c) { return syntax::is(c, syntax::hex) || c == ':' || c == '.'; };
    if (!std::ranges::all_of(address, of_address) || address.find(':') == std::string_view::npos) return false;
    text.remove_prefix(bracket + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    if (end == 0 || !syntax::all(text.substr(0, end), syntax::host_name)) return false;
    text.remove_prefix(end);
  }
  if (text.empty()) return true;
  const auto port = text.substr(1);
  if (text.front() != ':' || port.empty() || port.size() > 5 || !syntax::all(port, syntax::digit)) return false;
  unsigned number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number <= 65535;
}

std::optional<std::string_view> decode_path(std::string_view path, std::string& storage) {
  if (path.find('%') == std::string_view::npos) return path;
  auto decoded = percent_decode(path, false);
  if (!decoded || !is_utf8(*decoded)) return std::nullopt;
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(*decoded, control)) return std::nullopt;
  storage = std::move(*decoded);
  return storage;
}

std::optional<query_parameters> parse_query(std::string_view query) {
  query_parameters parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto piece = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (piece.empty()) continue;
    const auto equals = std::min(piece.find('='), piece.size());
    auto name = percent_decode(piece.substr(0, equals), true);
    auto value = percent_decode(piece.substr(std::min(equals + 1, piece.size())), true);
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) return std::nullopt;
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

}  // namespace jury::http
