// The vectors of python-stack.md, appendix A: bodies and the answers that FastAPI gave.

#include <gtest/gtest.h>

#include "schema/support.hpp"

namespace jury::schema::testing {
namespace {

TEST(fastapi_golden, accepts_a_complete_body) {
  expect_answer(decision_request(), R"({"age":30,"income":1.5,"name":"ab"})", "200");
}

TEST(fastapi_golden, calls_an_empty_body_and_null_missing) {
  constexpr auto expected = R"(422 {"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]})";
  expect_answer(decision_request(), "", expected);
  expect_answer(decision_request(), "null", expected);
  expect_answer(decision_request(), " null\n", expected);
}

TEST(fastapi_golden, reports_every_missing_field_with_the_object_that_lacks_it) {
  expect_answer(decision_request(), "{}",
                R"(422 {"detail":[{"type":"missing","loc":["body","age"],"msg":"Field required","input":{}},)"
                R"({"type":"missing","loc":["body","income"],"msg":"Field required","input":{}},)"
                R"({"type":"missing","loc":["body","name"],"msg":"Field required","input":{}}]})");
  expect_answer(decision_request(), R"({ "name" : "ab", "z": [1, "x y"], "age": 30 })",
                R"(422 {"detail":[{"type":"missing","loc":["body","income"],"msg":"Field required",)"
                R"("input":{"name":"ab","z":[1,"x y"],"age":30}}]})");
}

TEST(fastapi_golden, refuses_what_is_not_an_object) {
  for (const std::string value : {"[]", "\"x\"", "5", "true", "1.5", "[{\"age\":1}]"}) {
    expect_answer(decision_request(), value,
                  R"(422 {"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid )"
                  R"(dictionary or object to extract fields from","input":)" +
                      value + "}]}");
  }
}

TEST(fastapi_golden, reports_one_error_a_field_in_the_fields_order) {
  expect_answer(
      decision_request(), R"({"grade":"C","age":"x","income":0,"name":"a","married":"maybe"})",
      R"(422 {"detail":[{"type":"int_parsing","loc":["body","age"],"msg":"Input should be a valid integer, unable to )"
      R"(parse string as an integer","input":"x"},)"
      R"({"type":"greater_than","loc":["body","income"],"msg":"Input should be greater than 0","input":0,)"
      R"("ctx":{"gt":0.0}},)"
      R"({"type":"string_too_short","loc":["body","name"],"msg":"String should have at least 2 characters",)"
      R"("input":"a","ctx":{"min_length":2}},)"
      R"({"type":"bool_parsing","loc":["body","married"],"msg":"Input should be a valid boolean, unable to interpret )"
      R"(input","input":"maybe"},)"
      R"({"type":"enum","loc":["body","grade"],"msg":"Input should be 'A' or 'B'","input":"C",)"
      R"("ctx":{"expected":"'A' or 'B'"}}]})");
}

TEST(fastapi_golden, ignores_extra_keys_and_keeps_the_input_as_it_came) {
  expect_answer(
      decision_request(), R"({"age":17,"income":-1,"name":"abcdef","extra":1})",
      R"(422 {"detail":[{"type":"greater_than_equal","loc":["body","age"],"msg":"Input should be greater than or )"
      R"(equal to 18","input":17,"ctx":{"ge":18}},)"
      R"({"type":"greater_than","loc":["body","income"],"msg":"Input should be greater than 0","input":-1,)"
      R"("ctx":{"gt":0.0}},)"
      R"({"type":"string_too_long","loc":["body","name"],"msg":"String should have at most 5 characters",)"
      R"("input":"abcdef","ctx":{"max_length":5}}]})");
}

TEST(fastapi_golden, takes_the_last_of_duplicate_keys) {
  expect_answer(
      decision_request(), R"({"age":30,"age":17,"income":1,"name":"ab"})",
      R"(422 {"detail":[{"type":"greater_than_equal","loc":["body","age"],"msg":"Input should be greater than or )"
      R"(equal to 18","input":17,"ctx":{"ge":18}}]})");
  expect_answer(decision_request(), R"({"age":17,"income":1,"name":"ab","age":30})", "200");
}

TEST(fastapi_golden, forbids_extra_keys_on_demand) {
  const auto schema = schema_of({{.name = "a", .type = field_type::integer}}, extra_keys::forbid);
  expect_answer(schema, R"({"a":1,"b":2})",
                R"(422 {"detail":[{"type":"extra_forbidden","loc":["body","b"],)"
                R"("msg":"Extra inputs are not permitted","input":2}]})");
  expect_answer(schema, R"({"z":1,"\u0062":{"k": 2},"z":3})",
                R"(422 {"detail":[{"type":"missing","loc":["body","a"],"msg":"Field required",)"
                R"("input":{"z":3,"b":{"k":2}}},)"
                R"({"type":"extra_forbidden","loc":["body","z"],"msg":"Extra inputs are not permitted","input":3},)"
                R"({"type":"extra_forbidden","loc":["body","b"],"msg":"Extra inputs are not permitted",)"
                R"("input":{"k":2}}]})");
  expect_answer(schema, R"({"a":1})", "200");
}

TEST(fastapi_golden, echoes_a_body_of_another_content_type_as_a_string) {
  const auto refused = bind_text("{\"age\":30}\xFF");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(
      boost::json::parse(body_of(refused)),
      boost::json::parse(R"({"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a )"
                         R"(valid dictionary or object to extract fields from","input":"{\"age\":30}\ufffd"}]})"));
  EXPECT_EQ(bind_text("").errors.at(0).type, "missing");
}

TEST(fastapi_golden, writes_the_same_bytes) {
  EXPECT_EQ(
      answer(decision_request(), R"({ "age" : 17, "income": 1, "name":"ab" })"),
      R"(422 {"detail":[{"type":"greater_than_equal","loc":["body","age"],"msg":"Input should be greater than or )"
      R"(equal to 18","input":17,"ctx":{"ge":18}}]})");
  EXPECT_EQ(answer(decision_request(), R"({"age":1,})"),
            R"(422 {"detail":[{"type":"json_invalid","loc":["body",9],"msg":"JSON decode error","input":{},)"
            R"("ctx":{"error":"Expecting property name enclosed in double quotes"}}]})");
}

struct message_row {
  field of;
  std::string_view value, type, message, context;
};

TEST(fastapi_golden, has_pydantics_messages) {
  using enum field_type;
  const std::vector<message_row> rows{
      {{.type = integer},
       "1.5",
       "int_from_float",
       "Input should be a valid integer, got a number with a fractional part",
       ""},
      {{.type = integer}, "null", "int_type", "Input should be a valid integer", ""},
      {{.type = integer},
       "1e19",
       "int_parsing_size",
       "Unable to parse input string as an integer, exceeded maximum size",
       ""},
      {{.type = number},
       "\"\"",
       "float_parsing",
       "Input should be a valid number, unable to parse string as a number",
       ""},
      {{.type = number}, "[]", "float_type", "Input should be a valid number", ""},
      {{.type = number, .constraints = {.allow_inf_nan = false}},
       "\"inf\"",
       "finite_number",
       "Input should be a finite number",
       ""},
      {{.type = boolean}, "{}", "bool_type", "Input should be a valid boolean", ""},
      {{.type = string}, "1", "string_type", "Input should be a valid string", ""},
      {{.constraints = {.multiple_of = 0.25}},
       "0.3",
       "multiple_of",
       "Input should be a multiple of 0.25",
       R"({"multiple_of":0.25})"},
      {{.constraints = {.lt = 1.5}}, "2", "less_than", "Input should be less than 1.5", R"({"lt":1.5})"},
      {{.type = integer, .constraints = {.le = 120}},
       "121",
       "less_than_equal",
       "Input should be less than or equal to 120",
       R"({"le":120})"},
      {{.constraints = {.gt = 1e-7}}, "0", "greater_than", "Input should be greater than 0.0000001", R"({"gt":1e-7})"},
      {{.constraints = {.ge = 1e20}},
       "0",
       "greater_than_equal",
       "Input should be greater than or equal to 100000000000000000000",
       R"({"ge":1e20})"},
      {{.type = string, .constraints = {.min_length = 1}},
       "\"\"",
       "string_too_short",
       "String should have at least 1 character",
       R"({"min_length":1})"},
      {{.type = string, .constraints = {.max_length = 1}},
       "\"\\u00e9\\u00e9\"",
       "string_too_long",
       "String should have at most 1 character",
       R"({"max_length":1})"},
      {{.type = category, .categories = {"A"}}, "\"a\"", "enum", "Input should be 'A'", R"({"expected":"'A'"})"},
      {{.type = category, .categories = {"A", "b'x", "c\"'\\\n\u00a0\x7f"}},
       "null",
       "enum",
       "Input should be 'A', \"b'x\" or 'c\"\\'\\\\\\n\\xa0\\x7f'",
       R"({"expected":"'A', \"b'x\" or 'c\"\\'\\\\\\n\\xa0\\x7f'"})"},
  };
  for (auto row : rows) {
    row.of.name = "x";
    const auto schema = schema_of({row.of});
    binder bind(schema);
    std::vector<double> values(schema.row_size());
    const auto bound = bind.bind("{\"x\":" + std::string(row.value) + "}", values);
    ASSERT_FALSE(bound) << row.type;
    const auto& error = bound.error().errors.at(0);
    EXPECT_EQ(error.type, row.type);
    EXPECT_EQ(error.message, row.message);
    EXPECT_EQ(error.input, row.value);
    if (row.context.empty()) {
      EXPECT_EQ(error.context, "");
    } else {
      EXPECT_EQ(boost::json::parse(error.context), boost::json::parse(row.context)) << error.context;
    }
  }
}

}  // namespace
}  // namespace jury::schema::testing
