#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "schema/support.hpp"

namespace jury::schema::testing {
namespace {

// A model's features around the caller's reference.
object_schema features() {
  using enum field_type;
  return schema_of(
      {{.name = "income", .type = number},
       {.name = "reference", .type = string, .required = false, .nullable = true, .constraints = {.max_length = 200}},
       {.name = "age", .type = integer, .required = false, .nullable = true},
       {.name = "purpose", .type = category, .required = false, .default_value = "car", .categories = {"home", "car"}},
       {.name = "note", .type = string, .required = false, .default_value = "none"}});
}

class bind_features : public ::testing::Test {
 protected:
  std::expected<bound_object, refusal> bind(std::string_view body) { return binder_.bind(body, row_); }

  object_schema schema_ = features();
  binder binder_{schema_};
  std::vector<double> row_ = std::vector<double>(schema_.row_size());
};

TEST_F(bind_features, fills_the_row_in_the_fields_order_whatever_the_keys_order) {
  for (const std::string_view body :
       {R"({"income":1.5,"age":30,"purpose":"home"})", R"({"purpose":"home","age":30,"income":1.5})",
        R"({"x":0,"age":30,"y":[1],"purpose":"home","z":"","income":1.5})"}) {
    ASSERT_TRUE(bind(body)) << body;
    EXPECT_EQ(row_, (std::vector<double>{1.5, 30, 0})) << body;
  }
}

TEST_F(bind_features, tells_absent_from_null_from_given) {
  const auto bound = bind(R"({"income":1,"reference":null,"purpose":"home"})");
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->presences[0], presence::given);
  EXPECT_EQ(bound->presences[1], presence::null);
  EXPECT_EQ(bound->presences[2], presence::absent);
  EXPECT_EQ(bound->presences[3], presence::given);
}

TEST_F(bind_features, puts_defaults_and_nan_for_what_is_absent) {
  const auto bound = bind(R"({"income":1,"age":null})");
  ASSERT_TRUE(bound);
  EXPECT_TRUE(std::isnan(row_[1]));
  EXPECT_EQ(row_[2], 1.0);
  EXPECT_EQ(bound->strings[1], "");
  EXPECT_EQ(bound->strings[4], "none");
  ASSERT_TRUE(bind(R"({"income":1})"));
  EXPECT_TRUE(std::isnan(row_[1]));
}

TEST_F(bind_features, keeps_strings_without_escapes_in_the_body) {
  const std::string body = R"({"income":1,"reference":"order 7"})";
  const auto bound = bind(body);
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->strings[1], "order 7");
  EXPECT_EQ(bound->strings[1].data(), body.data() + body.find("order"));
}

TEST_F(bind_features, decodes_escapes_in_keys_and_values) {
  const auto bound =
      bind(R"({"incom\u0065":1,"\u0061ge":2,"reference":"\u0061\n\"\/\ud83d\ude00é","note":"b\\","\u0078":"\t"})");
  ASSERT_TRUE(bound);
  EXPECT_EQ(row_[1], 2);
  EXPECT_EQ(bound->strings[1], "a\n\"/😀é");
  EXPECT_EQ(bound->strings[4], "b\\");
}

TEST_F(bind_features, decodes_strings_longer_than_the_parsers_buffer) {
  std::string escaped, plain;
  for (int i = 0; i < 20'000; ++i) {
    escaped += i % 3 == 0 ? "\\u00e9" : "x";
    plain += i % 3 == 0 ? "é" : "x";
  }
  const auto bound = bind("{\"note\":\"" + escaped + "\",\"income\":1}");
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->strings[4], plain);
}

TEST_F(bind_features, drops_the_value_of_an_earlier_duplicate) {
  const auto bound = bind(R"({"income":[1],"reference":"a\nb","reference":"c","income":2})");
  ASSERT_TRUE(bound);
  EXPECT_EQ(row_[0], 2);
  EXPECT_EQ(bound->strings[1], "c");
}

TEST_F(bind_features, does_not_take_a_nested_objects_keys_for_its_own) {
  ASSERT_TRUE(bind(R"({"income":1,"x":{"age":5,"income":"no"},"age":3})"));
  EXPECT_EQ(row_[0], 1);
  EXPECT_EQ(row_[1], 3);
}

TEST_F(bind_features, starts_afresh_after_an_error) {
  EXPECT_FALSE(bind(R"({"income":1,"note":"\u0061)"));
  EXPECT_FALSE(bind(R"({"income":1,"age":"x","reference":"abc"})"));
  EXPECT_FALSE(bind(std::string(100, '[')));
  EXPECT_FALSE(bind("5"));
  const auto bound = bind(R"({"income":2})");
  ASSERT_TRUE(bound);
  EXPECT_EQ(row_[0], 2);
  EXPECT_TRUE(std::isnan(row_[1]));
  EXPECT_EQ(bound->strings[1], "");
  EXPECT_FALSE(bind("{}"));
}

TEST_F(bind_features, accepts_a_byte_order_mark_and_white_space) {
  EXPECT_TRUE(bind("\xEF\xBB\xBF{\"income\":1}"));
  EXPECT_TRUE(bind(" \r\n\t{ \"income\" : 1 } \n"));
  EXPECT_FALSE(bind("\xEF\xBB\xBF\xEF\xBB\xBF{\"income\":1}"));
}

TEST_F(bind_features, counts_the_references_characters) {
  std::string body = "{\"income\":1,\"reference\":\"";
  for (int i = 0; i < 200; ++i) {
    body += "é";
  }
  EXPECT_TRUE(bind(body + "\"}"));
  EXPECT_FALSE(bind(body + "é\"}"));
}

TEST_F(bind_features, keeps_the_parts_of_refused_input_that_doubles_cannot_hold) {
  const auto bound = bind(R"({"age":12345678901234567890123,"reference":1e999,"note":[1e999,-2E+400,1e-999]})");
  ASSERT_FALSE(bound);
  const auto& errors = bound.error().errors;
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[1].input, "\"1e999\"");
  EXPECT_EQ(errors[2].input, R"(["1e999","-2E+400",1e-999])");
}

TEST(bind, refuses_null_where_it_is_optional_but_not_nullable) {
  const auto schema = schema_of({{.name = "a", .type = field_type::integer, .required = false}});
  EXPECT_EQ(answer(schema, "{}"), "200");
  EXPECT_NE(answer(schema, R"({"a":null})").find("int_type"), std::string::npos);
}

TEST(bind, requires_the_key_of_a_required_nullable_field) {
  const auto schema = schema_of({{.name = "a", .type = field_type::integer, .nullable = true}});
  EXPECT_EQ(answer(schema, R"({"a":null})"), "200");
  EXPECT_NE(answer(schema, "{}").find("missing"), std::string::npos);
}

TEST(bind, takes_null_for_no_value_even_where_there_is_a_default) {
  const auto schema = schema_of({{.name = "a", .required = false, .nullable = true, .default_value = 2.0}});
  binder bind(schema);
  std::vector<double> row(1);
  ASSERT_TRUE(bind.bind(R"({"a":null})", row));
  EXPECT_TRUE(std::isnan(row[0]));
  ASSERT_TRUE(bind.bind("{}", row));
  EXPECT_EQ(row[0], 2);
}

TEST(bind, forbids_unknown_keys_of_the_object_itself_only) {
  const auto schema = schema_of({{.name = "a", .type = field_type::category, .categories = {"A"}}}, extra_keys::forbid);
  EXPECT_EQ(answer(schema, R"({"a":{"b":1},"a":"A"})"), "200");
}

TEST(bind, binds_an_object_without_fields) {
  const auto schema = schema_of({});
  EXPECT_EQ(answer(schema, R"({"a":1})"), "200");
  EXPECT_EQ(answer(schema, "{}"), "200");
}

TEST(bind, rounds_doubles_correctly) {
  const auto schema = schema_of({{.name = "x"}});
  binder bind(schema);
  std::vector<double> row(1);
  // Boost.JSON 1.81 alone gets about one in ten of these wrong.
  for (int i = 1; i < 2000; ++i) {
    const double value = std::sqrt(i) * 1e5 / 3;
    const auto text = boost::json::serialize(boost::json::value(value));
    ASSERT_TRUE(bind.bind("{\"x\":" + text + "}", row));
    EXPECT_EQ(row[0], std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(bind, can_be_moved_with_its_buffers) {
  const auto schema = features();
  binder first(schema);
  std::vector<double> row(schema.row_size());
  const auto bound = first.bind(R"({"income":1,"note":"\u0061"})", row);
  const binder second = std::move(first);
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->strings[4], "a");
}

TEST(json_content_type, is_application_json_or_a_suffix_of_it) {
  for (const auto type : {"application/json", "APPLICATION/JSON", "application/json; charset=latin-1",
                          "application/vnd.x+json", " application/json ;a=b", "application/Problem+JSON;v=1"}) {
    EXPECT_TRUE(is_json_content_type(type)) << type;
  }
  for (const auto type : {"", "text/plain", "text/json", "application/jsonl", "application/", "json",
                          "application/json/x", "application/xml+jsonx", "xapplication/json", "application /json",
                          "applicationx/json", "application/x+jso", "application/x+json+y"}) {
    EXPECT_FALSE(is_json_content_type(type)) << type;
  }
}

}  // namespace
}  // namespace jury::schema::testing
