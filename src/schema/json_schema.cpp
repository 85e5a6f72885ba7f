#include "schema/json_schema.hpp"

#include <algorithm>

#include "schema/number_format.hpp"

namespace jury::schema {
namespace {

void append_bound(json_writer& json, std::string_view name, const std::optional<double>& limit) {
  if (limit) {
    json.key(name);
    json.number(*limit);
  }
}

void append_length(json_writer& json, std::string_view name, const std::optional<std::size_t>& limit) {
  if (limit) {
    json.key(name);
    json.integer(static_cast<std::int64_t>(*limit));
  }
}

void append_categories(json_writer& json, const field& of) {
  if (of.categories.size() == 1) {
    json.member("const", of.categories.front());
    return;
  }
  json.key("enum");
  json.begin_array();
  for (const auto& text : of.categories) {
    json.string(text);
  }
  json.end_array();
}

void append_type(json_writer& json, const field& of) {
  const auto& c = of.constraints;
  switch (of.type) {
    case field_type::boolean:
      json.member("type", "boolean");
      break;
    case field_type::integer:
    case field_type::number:
      json.member("type", of.type == field_type::integer ? "integer" : "number");
      append_bound(json, "multipleOf", c.multiple_of);
      append_bound(json, "maximum", c.le);
      append_bound(json, "exclusiveMaximum", c.lt);
      append_bound(json, "minimum", c.ge);
      append_bound(json, "exclusiveMinimum", c.gt);
      break;
    case field_type::string:
      json.member("type", "string");
      append_length(json, "maxLength", c.max_length);
      append_length(json, "minLength", c.min_length);
      break;
    case field_type::category:
      json.member("type", "string");
      append_categories(json, of);
      break;
  }
}

void append_default(json_writer& json, const field& of) {
  if (const auto* text = std::get_if<std::string>(&of.default_value)) {
    json.member("default", *text);
  } else if (const auto* value = std::get_if<double>(&of.default_value)) {
    json.key("default");
    if (of.type == field_type::boolean) {
      json.boolean(*value != 0);
    } else if (of.type == field_type::integer) {
      std::string digits;  // of any length: an integer's default may be beyond 64 bits
      append_positional(digits, *value);
      json.raw(digits);
    } else {
      json.number(*value);
    }
  }
}

void append_property(json_writer& json, const field& of) {
  json.key(of.name);
  json.begin_object();
  if (of.nullable) {
    json.key("anyOf");
    json.begin_array();
    json.begin_object();
    append_type(json, of);
    json.end_object();
    json.raw(R"({"type":"null"})");
    json.end_array();
  } else {
    append_type(json, of);
  }
  json.member("title", title_of(of));
  if (!of.description.empty()) {
    json.member("description", of.description);
  }
  if (!of.required) {
    append_default(json, of);
  }
  json.end_object();
}

}  // namespace

void append_json_schema(json_writer& json, const object_schema& schema) {
  json.begin_object();
  json.key("properties");
  json.begin_object();
  for (const auto& field : schema.fields()) {
    append_property(json, field);
  }
  json.end_object();
  if (schema.extra() == extra_keys::forbid) {
    json.key("additionalProperties");
    json.boolean(false);
  }
  json.member("type", "object");
  if (std::ranges::any_of(schema.fields(), &field::required)) {
    json.key("required");
    json.begin_array();
    for (const auto& field : schema.fields()) {
      if (field.required) {
        json.string(field.name);
      }
    }
    json.end_array();
  }
  json.member("title", schema.title());
  if (!schema.description().empty()) {
    json.member("description", schema.description());
  }
  json.end_object();
}

std::string json_schema(const object_schema& schema) {
  std::string text;
  json_writer json(text);
  append_json_schema(json, schema);
  return text;
}

}  // namespace jury::schema
