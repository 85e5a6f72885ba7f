#include "schema/uuid_parameter.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "schema/json_writer.hpp"

namespace jury::schema {
namespace {

constexpr std::string_view urn = "urn:uuid:";
constexpr std::size_t simple_size = 32;
constexpr std::size_t plain_size = 36;
constexpr std::size_t longest = urn.size() + plain_size;
constexpr std::array<std::size_t, 5> group_starts{0, 9, 14, 19, 24};
constexpr std::array<std::size_t, 5> group_sizes{8, 4, 4, 4, 12};

bool in_braces(std::string_view text) { return text.size() >= 2 && text.starts_with('{') && text.ends_with('}'); }

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::optional<uuid> parse(std::string_view text) {
  if (text.size() == simple_size) {
    std::string plain(text);
    for (const auto at : {8U, 13U, 18U, 23U}) plain.insert(at, 1, '-');
    return uuid::parse(plain);
  }
  if (text.size() == plain_size + 2 && in_braces(text)) return uuid::parse(text.substr(1, plain_size));
  if (text.size() == longest && text.starts_with(urn)) return uuid::parse(text.substr(urn.size()));
  return uuid::parse(text);
}

// The part of `text` that should be digits and hyphens, and from where pydantic counts its characters.
std::pair<std::string_view, std::size_t> inner(std::string_view text) {
  if (text.size() == plain_size) return {text, 0};
  if (in_braces(text)) return {text.substr(1, text.size() - 2), text.size() == plain_size + 2 ? 0 : 1};
  if (text.starts_with(urn)) return {text.substr(urn.size()), text.size() == longest ? 0 : urn.size()};
  return {text, 0};
}

// The words of the Rust crate `uuid`, which pydantic passes on.
std::string reason(std::string_view text) {
  const auto wrong_length = [&] { return fmt::format("invalid length: found {}", text.size()); };
  if (text.size() > longest) return wrong_length();
  const auto [digits, offset] = inner(text);
  std::vector<std::size_t> hyphens;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == '-') {
      hyphens.push_back(i);
    } else if (!is_digit(digits[i])) {
      const auto size = std::max<std::size_t>(1, utf8_sequence_length(digits.substr(i)));
      return fmt::format("invalid character: found `{}` at {}", digits.substr(i, size), i + offset);
    }
  }
  if (hyphens.empty() && digits.size() == text.size() && text.size() != plain_size) return wrong_length();
  if (hyphens.size() + 1 != group_sizes.size()) {
    return fmt::format("invalid group count: expected {}, found {}", group_sizes.size(), hyphens.size() + 1);
  }
  std::size_t group = 0;
  while (group < hyphens.size() && hyphens[group] + 1 == group_starts[group + 1]) ++group;
  // Of the last group the crate counts a closing brace and the prefix too.
  const auto end = group < hyphens.size() ? hyphens[group] : text.size();
  return fmt::format("invalid group length in group {}: expected {}, found {}", group, group_sizes[group],
                     end - group_starts[group]);
}

}  // namespace

std::expected<uuid, validation_error> read_uuid(std::string_view text, location loc) {
  if (const auto id = parse(text)) return *id;
  const auto why = reason(text);
  validation_error error{
      .type = "uuid_parsing", .loc = std::move(loc), .message = "Input should be a valid UUID, " + why, .input = {}};
  append_json_string_lossy(error.input, text);
  json_writer json(error.context);
  json.begin_object();
  json.key("error");
  std::string word;
  append_json_string_lossy(word, why);
  json.raw(word);
  json.end_object();
  return std::unexpected(std::move(error));
}

}  // namespace jury::schema
