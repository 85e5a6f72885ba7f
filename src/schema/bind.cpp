#include "schema/bind.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cassert>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "schema/body_handler.hpp"
#include "schema/characters.hpp"
#include "schema/check.hpp"
#include "schema/json_members.hpp"
#include "schema/json_scan.hpp"
#include "schema/json_writer.hpp"

namespace jury::schema {
namespace {

std::string compact(std::string_view json) {
  std::string result;
  append_compact(result, json);
  return result;
}

// ASCII letters in any case; `lower` is in lower case.
bool same_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
}

refusal missing_body() {
  refusal result;
  result.errors.push_back(missing({"body"}, "null"));
  return result;
}

// Where json.loads would decode something else than UTF-8: it looks at the byte order mark, then at where the zeros
// are.
bool is_utf16_or_32(std::string_view body) {
  if (body.starts_with("\xFF\xFE") || body.starts_with("\xFE\xFF")) {
    return true;
  }
  return (body.size() == 2 || body.size() >= 4) && (body[0] == '\0' || body[1] == '\0');
}

refusal refuse_text_that_does_not_parse(std::string_view text, std::size_t max_depth) {
  if (valid_utf8_prefix(text) != text.size()) {
    return unreadable_body();
  }
  const auto found = diagnose_json(text, max_depth);
  if (found.is == json_diagnosis::verdict::malformed) {
    return json_invalid(found.message, found.position);
  }
  return unreadable_body();
}

}  // namespace

struct binder::state {
  explicit state(const object_schema& described)
      : schema(described),
        parser({.max_depth = max_depth}, described),
        presences(described.fields().size()),
        strings(described.fields().size()) {}

  bool parse(std::string_view text);
  std::expected<void, fault> take(std::size_t index, std::span<double> row);
  bool take_all(std::span<double> row);
  refusal explain(std::string_view text, std::span<double> row);

  const object_schema& schema;
  boost::json::basic_parser<body_handler> parser;
  std::vector<presence> presences;
  std::vector<std::string_view> strings;
};

bool binder::state::parse(std::string_view text) {
  parser.reset();
  parser.handler().start(text);
  boost::json::error_code failure;
  const auto used = parser.write_some(false, text.data(), text.size(), failure);
  return !failure && used == text.size();
}

// Puts one field's value where it belongs. A required field must be there.
std::expected<void, fault> binder::state::take(std::size_t index, std::span<double> row) {
  const auto& as = schema.fields()[index];
  const auto& value = parser.handler().values()[index];
  const bool null = value.kind == json_kind::null && as.nullable;
  presences[index] = null ? presence::null : value.kind == json_kind::absent ? presence::absent : presence::given;
  const auto slot = schema.slot(index);
  if (!slot) {
    strings[index] = {};
    if (presences[index] == presence::absent) {
      if (const auto* text = std::get_if<std::string>(&as.default_value)) {
        strings[index] = *text;
      }
    } else if (!null) {
      const auto read = read_string(as, value);
      if (!read) {
        return std::unexpected(read.error());
      }
      strings[index] = *read;
    }
    return {};
  }
  if (presences[index] != presence::given) {
    row[*slot] = null ? std::numeric_limits<double>::quiet_NaN() : schema.default_row()[*slot];
    return {};
  }
  const auto read = as.type == field_type::category ? read_category(schema, index, value) : read_number(as, value);
  if (!read) {
    return std::unexpected(read.error());
  }
  row[*slot] = *read;
  return {};
}

bool binder::state::take_all(std::span<double> row) {
  const auto fields = schema.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].required && parser.handler().values()[i].kind == json_kind::absent) {
      return false;
    }
    if (!take(i, row)) {
      return false;
    }
  }
  return schema.extra() == extra_keys::ignore || !parser.handler().has_unknown_keys();
}

// The same checks once more, now with the raw text of every value at hand.
refusal binder::state::explain(std::string_view text, std::span<double> row) {
  refusal result;
  const auto members = object_members(text);
  std::vector<std::string_view> written(schema.fields().size());
  std::vector<const json_member*> unknown;
  for (const auto& member : members) {
    if (const auto index = schema.find(member.key)) {
      written[*index] = member.value;
    } else {
      unknown.push_back(&member);
    }
  }
  const auto whole = compact(text);
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto& as = schema.fields()[i];
    if (as.required && written[i].empty()) {
      result.errors.push_back(missing({"body", as.name}, whole));
    } else if (const auto taken = take(i, row); !taken) {
      result.errors.push_back(describe(taken.error(), as, {"body", as.name}, compact(written[i])));
    }
  }
  if (schema.extra() == extra_keys::forbid) {
    for (const auto* member : unknown) {
      result.errors.push_back(
          {"extra_forbidden", {"body", member->key}, "Extra inputs are not permitted", compact(member->value)});
    }
  }
  return result;
}

binder::binder(const object_schema& schema) : state_(std::make_unique<state>(schema)) {}
binder::binder(binder&&) noexcept = default;
binder& binder::operator=(binder&&) noexcept = default;
binder::~binder() = default;

std::expected<bound_object, refusal> binder::bind(std::string_view body, std::span<double> row) {
  assert(row.size() == state_->schema.row_size());
  if (body.empty()) {
    return std::unexpected(missing_body());
  }
  if (is_utf16_or_32(body)) {
    return std::unexpected(unreadable_body());
  }
  if (body.starts_with("\xEF\xBB\xBF")) {
    body.remove_prefix(3);
  }
  if (!state_->parse(body)) {
    return std::unexpected(refuse_text_that_does_not_parse(body, max_depth));
  }
  switch (state_->parser.handler().root().kind) {
    case json_kind::object:
      break;
    case json_kind::null:
      return std::unexpected(missing_body());
    default:
      return std::unexpected(not_an_object(compact(body)));
  }
  if (!state_->take_all(row)) {
    return std::unexpected(state_->explain(body, row));
  }
  return bound_object{state_->presences, state_->strings};
}

refusal bind_text(std::string_view body) {
  if (body.empty()) {
    return missing_body();
  }
  std::string input;
  append_json_string_lossy(input, body);
  return not_an_object(std::move(input));
}

bool is_json_content_type(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  constexpr std::string_view space = " \t";
  type.remove_prefix(std::min(type.find_first_not_of(space), type.size()));
  type = type.substr(0, type.find_last_not_of(space) + 1);
  constexpr std::string_view application = "application/";
  if (!same_word(type.substr(0, application.size()), application)) {
    return false;
  }
  const auto subtype = type.substr(application.size());
  const auto plus = subtype.rfind('+');
  return !subtype.contains('/') && same_word(subtype.substr(plus == std::string_view::npos ? 0 : plus + 1), "json");
}

}  // namespace jury::schema
