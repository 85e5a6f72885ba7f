#pragma once
// Schemas and shorthands for the tests of src/schema.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/bind.hpp"

namespace jury::schema::testing {

inline object_schema schema_of(std::vector<field> fields, extra_keys extra = extra_keys::ignore) {
  return object_schema::make("DecisionRequest", std::move(fields), extra).value();
}

// The request of python-stack.md, appendix A, without its nested fields.
inline object_schema decision_request(extra_keys extra = extra_keys::ignore) {
  using enum field_type;
  return schema_of(
      {{.name = "age", .type = integer, .constraints = {.ge = 18, .le = 120}},
       {.name = "income", .type = number, .constraints = {.gt = 0}},
       {.name = "name", .type = string, .constraints = {.min_length = 2, .max_length = 5}},
       {.name = "married", .type = boolean, .required = false, .default_value = 0.0},
       {.name = "grade", .type = category, .required = false, .default_value = "A", .categories = {"A", "B"}}},
      extra);
}

inline std::string body_of(const refusal& refused) {
  std::string body;
  refused.append_to(body);
  return body;
}

// "STATUS BODY" of what the schema makes of a body, "200" when it binds.
inline std::string answer(const object_schema& schema, std::string_view body) {
  binder bind(schema);
  std::vector<double> row(schema.row_size());
  const auto bound = bind.bind(body, row);
  return bound ? "200" : std::to_string(bound.error().status) + " " + body_of(bound.error());
}

// Equal status and, as parsed JSON, equal bodies.
inline void expect_answer(const object_schema& schema, std::string_view body, std::string_view expected) {
  const auto got = answer(schema, body);
  SCOPED_TRACE(std::string(body.substr(0, 200)));
  ASSERT_EQ(got.substr(0, 3), expected.substr(0, 3)) << got;
  if (expected.size() > 3) {
    EXPECT_EQ(boost::json::parse(got.substr(4)), boost::json::parse(expected.substr(4))) << got;
  }
}

}  // namespace jury::schema::testing
