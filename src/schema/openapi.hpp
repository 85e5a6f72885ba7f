#pragma once
// Floor 1. The document behind /openapi.json, OpenAPI 3.1.0, built from descriptions.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/field.hpp"

namespace jury::schema {

// {"$ref":"#/components/schemas/NAME"}
[[nodiscard]] std::string schema_reference(std::string_view name);

struct parameter {
  enum class place { path, query, header };
  std::string name;
  place in = place::query;
  bool required = false;
  std::string schema;  // JSON: {"type":"string","title":"X-Reference"}
  std::string description = {};
};

struct response {
  int status = 200;
  std::string description = "Successful Response";
  std::string schema = {};  // JSON, mostly a schema_reference; empty: the answer has no described body
  std::string content_type = "application/json";
  std::string headers = {};  // JSON: {"Retry-After":{"schema":{"type":"integer"}}}; empty: none worth a word
};

struct operation {
  std::string method;  // "POST"; any case
  std::string path;    // "/decisions/{decision_id}"
  std::string summary;
  std::string operation_id;
  std::string description = {};
  std::vector<std::string> tags = {};
  std::vector<parameter> parameters = {};
  std::string request_schema = {};  // name of a component; empty: no body
  std::vector<response> responses = {};
  std::vector<std::string> security = {};  // names of security schemes, any of which will do
};

// FastAPI's answer for what can't be bound: 422, "Validation Error", HTTPValidationError.
[[nodiscard]] response validation_error_response();

// Collects, then writes; the same calls give the same bytes. HTTPValidationError and ValidationError are always among
// the components.
class openapi {
 public:
  openapi(std::string title, std::string version, std::string description = {});

  // A component named after the schema's title.
  void add(const object_schema& schema);
  void add_component(std::string name, std::string schema);
  // {"type":"apiKey","in":"header","name":"X-API-Key"}
  void add_security_scheme(std::string name, std::string scheme);
  // Operations of one path are listed together, at the place of the first.
  void add(operation operation);

  [[nodiscard]] std::string text() const;

 private:
  std::string title_, version_, description_;
  std::vector<std::pair<std::string, std::vector<operation>>> paths_;
  std::map<std::string, std::string> components_, security_schemes_;
};

}  // namespace jury::schema
