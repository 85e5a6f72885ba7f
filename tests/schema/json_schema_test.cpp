// Written beside what FastAPI 0.165 emits for the same model.

#include "schema/json_schema.hpp"

#include <gtest/gtest.h>

#include "schema/openapi.hpp"
#include "schema/support.hpp"

namespace jury::schema::testing {
namespace {

TEST(json_schema, is_fastapis_component) {
  EXPECT_EQ(json_schema(decision_request()),
            R"({"properties":{"age":{"type":"integer","maximum":120.0,"minimum":18.0,"title":"Age"},)"
            R"("income":{"type":"number","exclusiveMinimum":0.0,"title":"Income"},)"
            R"("name":{"type":"string","maxLength":5,"minLength":2,"title":"Name"},)"
            R"("married":{"type":"boolean","title":"Married","default":false},)"
            R"("grade":{"type":"string","enum":["A","B"],"title":"Grade","default":"A"}},)"
            R"("type":"object","required":["age","income","name"],"title":"DecisionRequest"})");
}

TEST(json_schema, writes_integer_defaults_of_any_size) {
  const auto schema =
      schema_of({{.name = "i", .type = field_type::integer, .required = false, .default_value = 3.0},
                 {.name = "j", .type = field_type::integer, .required = false, .default_value = -1e20}});
  EXPECT_TRUE(json_schema(schema).contains(R"("title":"I","default":3})"));
  EXPECT_TRUE(json_schema(schema).contains(R"("title":"J","default":-100000000000000000000})"));
}

TEST(json_schema, describes_every_kind_of_field) {
  using enum field_type;
  const auto schema =
      object_schema::make(
          "R",
          {{.name = "age", .type = integer, .title = "Age in years", .description = "d"},
           {.name = "m", .constraints = {.lt = 1e20, .multiple_of = 0.5}},
           {.name = "one", .type = category, .categories = {"A"}},
           {.name = "n",
            .type = integer,
            .description = "x",
            .required = false,
            .nullable = true,
            .constraints = {.ge = 1, .le = 5}},
           {.name = "s", .type = string, .required = false, .nullable = true, .constraints = {.max_length = 200}},
           {.name = "l", .type = category, .required = false, .nullable = true, .categories = {"A", "B"}},
           {.name = "f", .required = false, .default_value = 1.0},
           {.name = "rn", .type = integer, .nullable = true},
           {.name = "i2",
            .type = integer,
            .required = false,
            .default_value = 2.0,
            .constraints = {.gt = 1, .multiple_of = 3}}},
          extra_keys::forbid, "Doc text")
          .value();
  EXPECT_EQ(
      json_schema(schema),
      R"({"properties":{"age":{"type":"integer","title":"Age in years","description":"d"},)"
      R"("m":{"type":"number","multipleOf":0.5,"exclusiveMaximum":1e+20,"title":"M"},)"
      R"("one":{"type":"string","const":"A","title":"One"},)"
      R"("n":{"anyOf":[{"type":"integer","maximum":5.0,"minimum":1.0},{"type":"null"}],"title":"N","description":"x"},)"
      R"("s":{"anyOf":[{"type":"string","maxLength":200},{"type":"null"}],"title":"S"},)"
      R"("l":{"anyOf":[{"type":"string","enum":["A","B"]},{"type":"null"}],"title":"L"},)"
      R"("f":{"type":"number","title":"F","default":1.0},)"
      R"("rn":{"anyOf":[{"type":"integer"},{"type":"null"}],"title":"Rn"},)"
      R"("i2":{"type":"integer","multipleOf":3.0,"exclusiveMinimum":1.0,"title":"I2","default":2}},)"
      R"("additionalProperties":false,"type":"object","required":["age","m","one","rn"],"title":"R",)"
      R"("description":"Doc text"})");
}

TEST(openapi, is_fastapis_document) {
  openapi document("t", "1", "desc");
  document.add(schema_of({{.name = "a", .type = field_type::integer}}));
  document.add_security_scheme("APIKeyHeader", R"({"type":"apiKey","in":"header","name":"X-API-Key"})");
  document.add({.method = "POST",
                .path = "/decisions",
                .summary = "S",
                .operation_id = "decisions_decisions_post",
                .description = "D \"q\"\n",
                .tags = {"a"},
                .parameters = {{.name = "x-tok",
                                .in = parameter::place::header,
                                .schema = R"({"type":"string","title":"X-Tok"})",
                                .description = "h"}},
                .request_schema = "DecisionRequest",
                .responses = {{.schema = "{}"},
                              {.status = 503, .description = "busy", .headers = R"({"H":{}})"},
                              validation_error_response()},
                .security = {"APIKeyHeader"}});
  document.add({.method = "GET",
                .path = "/decisions/{id}",
                .summary = "Get",
                .operation_id = "get_decisions__id__get",
                .parameters = {{.name = "id",
                                .in = parameter::place::path,
                                .required = true,
                                .schema = R"({"type":"integer","title":"Id"})"}},
                .responses = {{.schema = schema_reference("DecisionRequest")}}});
  document.add(
      {.method = "DELETE", .path = "/decisions", .summary = "Delete", .operation_id = "delete", .responses = {{}}});
  EXPECT_EQ(
      document.text(),
      R"({"openapi":"3.1.0","info":{"title":"t","description":"desc","version":"1"},"paths":{"/decisions":{"post":{)"
      R"("tags":["a"],"summary":"S","description":"D \"q\"\n","operationId":"decisions_decisions_post",)"
      R"("security":[{"APIKeyHeader":[]}],"parameters":[{"name":"x-tok","in":"header","required":false,)"
      R"("schema":{"type":"string","title":"X-Tok"},"description":"h"}],"requestBody":{"required":true,"content":{)"
      R"("application/json":{"schema":{"$ref":"#/components/schemas/DecisionRequest"}}}},"responses":{"200":{)"
      R"("description":"Successful Response","content":{"application/json":{"schema":{}}}},"503":{"description":"busy",)"
      R"("headers":{"H":{}}},)"
      R"("422":{"description":"Validation Error","content":{"application/json":{"schema":{)"
      R"("$ref":"#/components/schemas/HTTPValidationError"}}}}}},"delete":{"summary":"Delete","operationId":"delete",)"
      R"("responses":{"200":{"description":"Successful Response"}}}},"/decisions/{id}":{"get":{"summary":"Get",)"
      R"("operationId":"get_decisions__id__get","parameters":[{"name":"id","in":"path","required":true,)"
      R"("schema":{"type":"integer","title":"Id"}}],"responses":{"200":{"description":"Successful Response","content":{)"
      R"("application/json":{"schema":{"$ref":"#/components/schemas/DecisionRequest"}}}}}}}},"components":{"schemas":{)"
      R"("DecisionRequest":{"properties":{"a":{"type":"integer","title":"A"}},"type":"object","required":["a"],)"
      R"("title":"DecisionRequest"},"HTTPValidationError":{"properties":{"detail":{"items":{)"
      R"("$ref":"#/components/schemas/ValidationError"},"type":"array","title":"Detail"}},"type":"object",)"
      R"("title":"HTTPValidationError"},"ValidationError":{"properties":{"loc":{"items":{"anyOf":[{"type":"string"},)"
      R"({"type":"integer"}]},"type":"array","title":"Location"},"msg":{"type":"string","title":"Message"},)"
      R"("type":{"type":"string","title":"Error Type"},"input":{"title":"Input"},"ctx":{"type":"object",)"
      R"("title":"Context"}},"type":"object","required":["loc","msg","type"],"title":"ValidationError"}},)"
      R"("securitySchemes":{"APIKeyHeader":{"type":"apiKey","in":"header","name":"X-API-Key"}}}})");
}

}  // namespace
}  // namespace jury::schema::testing
