#include "decision/request_schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "schema/check.hpp"
#include "schema/openapi.hpp"

namespace jury::decision {
namespace {

schema::field_type type_of(const model::feature& feature) {
  switch (feature.type) {
    case model::feature_type::number:
      return schema::field_type::number;
    case model::feature_type::integer:
      return schema::field_type::integer;
    case model::feature_type::boolean:
      return schema::field_type::boolean;
    case model::feature_type::category:
      break;
  }
  return feature.categories.empty() ? schema::field_type::integer : schema::field_type::category;
}

std::string describe(const model::feature& feature) {
  if (!feature.observed || feature.type == model::feature_type::category) return feature.description;
  return fmt::format("{}{}From {} to {} in the training table.", feature.description,
                     feature.description.empty() ? "" : " ", feature.observed->min, feature.observed->max);
}

schema::field field_of(const model::feature& feature) {
  schema::field field{.name = feature.name,
                      .type = type_of(feature),
                      .title = feature.title,
                      .description = describe(feature),
                      .required = feature.required,
                      .nullable = !feature.required,
                      .categories = feature.categories};
  field.constraints.ge = feature.minimum;
  field.constraints.le = feature.maximum;
  field.constraints.allow_inf_nan = false;
  if (feature.type == model::feature_type::category && feature.categories.empty()) {
    field.constraints.ge = std::max(0.0, feature.minimum.value_or(0));  // a code
  }
  return field;
}

constexpr const char* decision_response =
    R"({"properties":{)"
    R"("decision_id":{"type":"string","format":"uuid","title":"Decision Id"},)"
    R"("decision":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Decision"},)"
    R"("score":{"type":"number","title":"Score"},)"
    R"("probabilities":{"additionalProperties":{"type":"number"},"type":"object","title":"Probabilities",)"
    R"("description":"By label; only with more than two classes."},)"
    R"("model":{"properties":{"name":{"type":"string","title":"Name"},"version":{"type":"string","title":"Version"}},)"
    R"("type":"object","required":["name","version"],"title":"Model"},)"
    R"("cached":{"type":"boolean","title":"Cached"}},)"
    R"("type":"object","required":["decision_id","decision","score","model","cached"],"title":"DecisionResponse"})";

constexpr const char* stored_decision =
    R"({"type":"object","title":"StoredDecision","additionalProperties":true,"properties":{)"
    R"("decision_id":{"type":"string","format":"uuid","title":"Decision Id"},)"
    R"("request":{"title":"Request","description":"The body as received."},)"
    R"("response":{"title":"Response","description":"The body as answered."}}})";

constexpr const char* http_error =
    R"({"properties":{"detail":{"type":"string","title":"Detail"}},"type":"object","required":["detail"],)"
    R"("title":"HTTPError"})";

schema::response failure(int status, std::string description, std::string headers = {}) {
  return {.status = status,
          .description = std::move(description),
          .schema = schema::schema_reference("HTTPError"),
          .headers = std::move(headers)};
}

schema::response unavailable(std::string description) {
  return failure(503, std::move(description),
                 R"({"Retry-After":{"schema":{"type":"integer"},"description":"Seconds to wait."}})");
}

// In the order of their status: what the operation answers, and 401 where keys are asked for.
std::vector<schema::response> answers(std::vector<schema::response> own, bool with_keys) {
  if (with_keys) {
    own.push_back(failure(401, "No valid API key",
                          R"({"WWW-Authenticate":{"schema":{"type":"string"},"description":"Bearer"}})"));
  }
  std::ranges::sort(own, {}, &schema::response::status);
  return own;
}

schema::parameter correlation_parameter() {
  return {.name = "X-Correlation-ID",
          .in = schema::parameter::place::header,
          .schema = R"({"type":"string","maxLength":128,"title":"X-Correlation-Id"})",
          .description = "Comes back in the answer and stands in the log and the record."};
}

}  // namespace

result<schema::object_schema> request_schema(const model::manifest& manifest) {
  std::vector<schema::field> fields;
  for (const auto& feature : manifest.features) fields.push_back(field_of(feature));
  if (manifest.find("reference")) return schema::object_schema::make("DecisionRequest", std::move(fields));
  schema::field reference{.name = "reference",
                          .type = schema::field_type::string,
                          .description = "The caller's own key for this request; no feature.",
                          .required = false,
                          .nullable = true};
  reference.constraints.max_length = longest_reference;
  fields.push_back(std::move(reference));
  return schema::object_schema::make("DecisionRequest", std::move(fields));
}

std::optional<schema::validation_error> check_reference(std::string_view header) {
  const schema::field as{.type = schema::field_type::string,
                         .constraints = {.min_length = 1, .max_length = longest_reference}};
  const schema::location where{"header", "x-reference"};
  std::string input;
  append_json_string_lossy(input, header);
  if (!is_utf8(header)) {
    return schema::validation_error{
        .type = "string_unicode",
        .loc = where,
        .message = "Input should be a valid string, unable to parse raw data as a unicode string",
        .input = std::move(input)};
  }
  const auto read = schema::read_string(as, {.kind = schema::json_kind::string, .text = header});
  if (!read) return schema::describe(read.error(), as, where, std::move(input));
  return std::nullopt;
}

std::string openapi_document(const model::manifest& manifest, const schema::object_schema& request, bool with_keys) {
  schema::openapi document(manifest.name, manifest.version, "Decisions of the model " + manifest.name + ".");
  document.add(request);
  document.add_component("DecisionResponse", decision_response);
  document.add_component("StoredDecision", stored_decision);
  document.add_component("HTTPError", http_error);
  std::vector<std::string> security;
  if (with_keys) {
    document.add_security_scheme("APIKeyHeader", R"({"type":"apiKey","in":"header","name":"X-API-Key"})");
    document.add_security_scheme("HTTPBearer", R"({"type":"http","scheme":"bearer"})");
    security = {"APIKeyHeader", "HTTPBearer"};
  }

  document.add({.method = "POST",
                .path = "/decisions",
                .summary = "Decide",
                .operation_id = "decide_decisions_post",
                .tags = {"decisions"},
                .parameters = {{.name = "X-Reference",
                                .in = schema::parameter::place::header,
                                .schema = R"({"type":"string","maxLength":200,"minLength":1,"title":"X-Reference"})",
                                .description = "The caller's own key, when the body has none."},
                               correlation_parameter()},
                .request_schema = "DecisionRequest",
                .responses = answers({{.schema = schema::schema_reference("DecisionResponse")},
                                      failure(400, "The request or its body could not be read"),
                                      failure(413, "The body is too large"),
                                      schema::validation_error_response(),
                                      unavailable("The decision can't be made or recorded now")},
                                     with_keys),
                .security = security});
  document.add({.method = "GET",
                .path = "/decisions/{decision_id}",
                .summary = "Read a decision",
                .operation_id = "read_decision_decisions__decision_id__get",
                .tags = {"decisions"},
                .parameters = {{.name = "decision_id",
                                .in = schema::parameter::place::path,
                                .required = true,
                                .schema = R"({"type":"string","format":"uuid","title":"Decision Id"})"},
                               correlation_parameter()},
                .responses = answers({{.schema = schema::schema_reference("StoredDecision")},
                                      failure(404, "No such decision"),
                                      schema::validation_error_response(),
                                      unavailable("The store can't be asked now")},
                                     with_keys),
                .security = security});
  for (const std::string probe : {"live", "ready"}) {
    std::vector<schema::response> responses(1);
    if (probe == "ready") {
      responses.push_back({.status = 503, .description = "On the way out, or the spool is full"});
    }
    document.add({.method = "GET",
                  .path = "/health/" + probe,
                  .summary = "Is the server " + probe,
                  .operation_id = probe + "_health_" + probe + "_get",
                  .tags = {"health"},
                  .responses = std::move(responses)});
  }
  return document.text();
}

}  // namespace jury::decision
