#include "schema/openapi.hpp"

#include <algorithm>

#include "schema/json_schema.hpp"
#include "schema/json_writer.hpp"

namespace jury::schema {
namespace {

constexpr std::string_view http_validation_error_component =
    R"({"properties":{"detail":{"items":{"$ref":"#/components/schemas/ValidationError"},"type":"array",)"
    R"("title":"Detail"}},"type":"object","title":"HTTPValidationError"})";

constexpr std::string_view validation_error_component =
    R"({"properties":{"loc":{"items":{"anyOf":[{"type":"string"},{"type":"integer"}]},"type":"array",)"
    R"("title":"Location"},"msg":{"type":"string","title":"Message"},"type":{"type":"string","title":"Error Type"},)"
    R"("input":{"title":"Input"},"ctx":{"type":"object","title":"Context"}},"type":"object",)"
    R"("required":["loc","msg","type"],"title":"ValidationError"})";

void append_optional(json_writer& json, std::string_view key, std::string_view text) {
  if (!text.empty()) {
    json.member(key, text);
  }
}

std::string_view name_of(parameter::place place) {
  switch (place) {
    case parameter::place::path:
      return "path";
    case parameter::place::query:
      return "query";
    case parameter::place::header:
      return "header";
  }
  std::unreachable();
}

void append_content(json_writer& json, std::string_view content_type, std::string_view schema) {
  json.key("content");
  json.begin_object();
  json.key(content_type);
  json.begin_object();
  json.key("schema");
  json.raw(schema);
  json.end_object();
  json.end_object();
}

void append_parameters(json_writer& json, const std::vector<parameter>& parameters) {
  if (parameters.empty()) {
    return;
  }
  json.key("parameters");
  json.begin_array();
  for (const auto& p : parameters) {
    json.begin_object();
    json.member("name", p.name);
    json.member("in", name_of(p.in));
    json.key("required");
    json.boolean(p.required);
    json.key("schema");
    json.raw(p.schema);
    append_optional(json, "description", p.description);
    json.end_object();
  }
  json.end_array();
}

void append_responses(json_writer& json, const std::vector<response>& responses) {
  json.key("responses");
  json.begin_object();
  for (const auto& r : responses) {
    json.key(std::to_string(r.status));
    json.begin_object();
    json.member("description", r.description);
    if (!r.headers.empty()) {
      json.key("headers");
      json.raw(r.headers);
    }
    if (!r.schema.empty()) {
      append_content(json, r.content_type, r.schema);
    }
    json.end_object();
  }
  json.end_object();
}

void append_security(json_writer& json, const std::vector<std::string>& schemes) {
  if (schemes.empty()) {
    return;
  }
  json.key("security");
  json.begin_array();
  for (const auto& scheme : schemes) {
    json.begin_object();
    json.key(scheme);
    json.raw("[]");
    json.end_object();
  }
  json.end_array();
}

void append_operation(json_writer& json, const operation& o) {
  std::string method = o.method;
  std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  json.key(method);
  json.begin_object();
  if (!o.tags.empty()) {
    json.key("tags");
    json.begin_array();
    for (const auto& tag : o.tags) {
      json.string(tag);
    }
    json.end_array();
  }
  append_optional(json, "summary", o.summary);
  append_optional(json, "description", o.description);
  json.member("operationId", o.operation_id);
  append_security(json, o.security);
  append_parameters(json, o.parameters);
  if (!o.request_schema.empty()) {
    json.key("requestBody");
    json.begin_object();
    json.key("required");
    json.boolean(true);
    append_content(json, "application/json", schema_reference(o.request_schema));
    json.end_object();
  }
  append_responses(json, o.responses);
  json.end_object();
}

void append_named(json_writer& json, std::string_view key, const std::map<std::string, std::string>& named) {
  json.key(key);
  json.begin_object();
  for (const auto& [name, text] : named) {
    json.key(name);
    json.raw(text);
  }
  json.end_object();
}

}  // namespace

std::string schema_reference(std::string_view name) {
  std::string reference;
  json_writer json(reference);
  json.begin_object();
  json.member("$ref", "#/components/schemas/" + std::string(name));
  json.end_object();
  return reference;
}

response validation_error_response() {
  return {.status = 422, .description = "Validation Error", .schema = schema_reference("HTTPValidationError")};
}

openapi::openapi(std::string title, std::string version, std::string description)
    : title_(std::move(title)), version_(std::move(version)), description_(std::move(description)) {
  add_component("HTTPValidationError", std::string(http_validation_error_component));
  add_component("ValidationError", std::string(validation_error_component));
}

void openapi::add(const object_schema& schema) { add_component(schema.title(), json_schema(schema)); }

void openapi::add_component(std::string name, std::string schema) {
  components_.insert_or_assign(std::move(name), std::move(schema));
}

void openapi::add_security_scheme(std::string name, std::string scheme) {
  security_schemes_.insert_or_assign(std::move(name), std::move(scheme));
}

void openapi::add(operation operation) {
  const auto known = std::ranges::find(paths_, operation.path, &decltype(paths_)::value_type::first);
  if (known != paths_.end()) {
    known->second.push_back(std::move(operation));
    return;
  }
  auto path = operation.path;
  paths_.emplace_back(std::move(path), std::vector{std::move(operation)});
}

std::string openapi::text() const {
  std::string document;
  json_writer json(document);
  json.begin_object();
  json.member("openapi", "3.1.0");
  json.key("info");
  json.begin_object();
  json.member("title", title_);
  append_optional(json, "description", description_);
  json.member("version", version_);
  json.end_object();
  json.key("paths");
  json.begin_object();
  for (const auto& [path, operations] : paths_) {
    json.key(path);
    json.begin_object();
    for (const auto& each : operations) {
      append_operation(json, each);
    }
    json.end_object();
  }
  json.end_object();
  json.key("components");
  json.begin_object();
  append_named(json, "schemas", components_);
  if (!security_schemes_.empty()) {
    append_named(json, "securitySchemes", security_schemes_);
  }
  json.end_object();
  json.end_object();
  return document;
}

}  // namespace jury::schema
