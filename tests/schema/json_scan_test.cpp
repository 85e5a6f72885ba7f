// CPython 3.11's messages and positions, and what is refused with 400.

#include "schema/json_scan.hpp"

#include <gtest/gtest.h>

#include "schema/json_members.hpp"
#include "schema/support.hpp"

namespace jury::schema::testing {
namespace {

struct decode_error {
  std::string text;
  std::string_view message;
  std::int64_t position;
};

TEST(json_scan, finds_cpythons_errors) {
  constexpr auto value = "Expecting value";
  constexpr auto name = "Expecting property name enclosed in double quotes";
  constexpr auto colon = "Expecting ':' delimiter";
  constexpr auto comma = "Expecting ',' delimiter";
  constexpr auto extra = "Extra data";
  constexpr auto unterminated = "Unterminated string starting at";
  const std::vector<decode_error> rows{
      {R"({"age":)", value, 7},
      {"nul", value, 0},
      {"tru", value, 0},
      {"-", value, 0},
      {"//", value, 0},
      {"}", value, 0},
      {R"({"a":+1})", value, 5},
      {R"({"a":.5})", value, 5},
      {R"({"a":-})", value, 5},
      {R"({"a":tru})", value, 5},
      {"   ", value, 3},
      {"[", value, 1},
      {"[1,]", value, 3},
      {"[1,", value, 3},
      {R"({"é":})", value, 5},
      {"{\"a\":\x01}", value, 5},
      {"'x'", value, 0},
      {"\xEF\xBB\xBF", value, 0},
      {"{", name, 1},
      {"{'a':1}", name, 1},
      {"{1:2}", name, 1},
      {R"({"age":1,})", name, 9},
      {"{ ]", name, 2},
      {R"({"é":1,2})", name, 7},
      {"\xEF\xBB\xBF{]", name, 1},
      {R"({"a")", colon, 4},
      {R"({"a" 1})", colon, 5},
      {R"({"a")"
       "\n}",
       colon, 5},
      {R"({"a":1)", comma, 6},
      {R"({"a":1.})", comma, 6},
      {R"({"a":1 "b")", comma, 7},
      {R"({"age":01})", comma, 8},
      {"[1 2]", comma, 3},
      {R"({"a":[1,2})", comma, 9},
      {"[1e+]", comma, 2},
      {"[1.e3]", comma, 2},
      {"[-01]", comma, 3},
      {R"(["a":1])", comma, 4},
      {R"({"a":{}]})", comma, 7},
      {"[null0]", comma, 5},
      {R"({"age":1} x)", extra, 10},
      {R"({"a":1}{"b":2})", extra, 7},
      {"01", extra, 1},
      {"1e", extra, 1},
      {"{},", extra, 2},
      {"{}\n\n0", extra, 4},
      {"1.", extra, 1},
      {R"("abc)", unterminated, 0},
      {R"("\)", unterminated, 0},
      {R"({"é":"x)", unterminated, 5},
      {R"({"é)", unterminated, 1},
      {R"("\u12")", "Invalid \\uXXXX escape", 2},
      {R"("\u12zz")", "Invalid \\uXXXX escape", 2},
      {R"("é\u)", "Invalid \\uXXXX escape", 3},
      {R"("\ud83d\u12")", "Invalid \\uXXXX escape", 8},
      {R"("\u0041)", "Invalid \\uXXXX escape", 2},
      {R"("\q")", "Invalid \\escape", 1},
      {R"("é\x41")", "Invalid \\escape", 2},
      {"\"a\x01>\"", "Invalid control character at", 2},
      {"\"a\nb\"", "Invalid control character at", 2},
      // Python would accept these three.
      {R"({"a":NaN})", value, 5},
      {"[Infinity]", value, 1},
      {"[1,-Infinity]", value, 3},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto bound = answer(decision_request(), row.text);
    ASSERT_EQ(bound.substr(0, 4), "422 ");
    const auto detail = boost::json::parse(bound.substr(4)).at("detail").at(0);
    EXPECT_EQ(detail.at("type"), "json_invalid");
    EXPECT_EQ(detail.at("msg"), "JSON decode error");
    EXPECT_EQ(detail.at("loc").at(1), row.position);
    EXPECT_EQ(detail.at("ctx").at("error").as_string(), row.message);
    EXPECT_EQ(detail.at("input"), boost::json::object());
  }
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(json_scan, answers_400_to_what_cannot_be_read) {
  constexpr auto expected = R"(400 {"detail":"There was an error parsing the body"})";
  const std::string digits(4301, '7');
  const std::vector<std::string> bodies{"\xFF",
                                        "{\"a\":\"\xC0\xAF\"}",
                                        "{\"a\":\"\xED\xA0\x80\"}",
                                        "{]\xFF",
                                        "{\"a\":\"\xF4\x90\x80\x80\"}",
                                        "{\"\xC3\":1}",
                                        std::string(100'000, '['),
                                        "{\"x\":" + nested(32) + "}",
                                        "{\"x\":" + digits + "}",
                                        "{\"x\":-" + digits + "}",
                                        "[" + digits + "}",
                                        R"({"x":"\ud800"})",
                                        R"({"x":"\udc00\ud800"})",
                                        R"({"\ud83d":1})",
                                        R"({"x":"\ud83dA"})",
                                        R"({"x":1e99999999999})",
                                        std::string("{\0}\0", 4),
                                        std::string("\0{\0}", 4),
                                        std::string("{\0\0\0}\0\0\0", 8),
                                        "\xFF\xFE{\0}"};
  for (const auto& body : bodies) {
    expect_answer(decision_request(), body, expected);
  }
}

TEST(json_scan, reads_up_to_the_limits) {
  const auto schema = schema_of({{.name = "a", .type = field_type::integer, .required = false}});
  expect_answer(schema, "{\"x\":" + nested(31) + "}", "200");
  expect_answer(schema, "{\"x\":" + std::string(4300, '7') + "}", "200");
  expect_answer(schema, "{\"x\":-" + std::string(4300, '7') + "}", "200");
  expect_answer(schema, "{\"x\":0." + std::string(9000, '7') + "}", "200");
}

TEST(json_scan, prefers_the_syntax_error_that_comes_before_the_limit) {
  EXPECT_EQ(diagnose_json("[1,]" + nested(40), 32).is, json_diagnosis::verdict::malformed);
  EXPECT_EQ(diagnose_json(nested(40) + "x", 32).is, json_diagnosis::verdict::unreadable);
  EXPECT_EQ(diagnose_json("[\"\\ud800\" 1]", 32).is, json_diagnosis::verdict::malformed);
  EXPECT_EQ(diagnose_json(std::string(4301, '7') + " x", 32).is, json_diagnosis::verdict::unreadable);
}

TEST(json_scan, finds_nothing_wrong_with_json) {
  for (const std::string_view text :
       {"{}", "[]", " 1 ", R"({"a":[{},[],"\ud83d\ude00\n",-0.5e-3,true,null]})", "\"\x7F\""}) {
    EXPECT_EQ(diagnose_json(text, 32).is, json_diagnosis::verdict::valid) << text;
  }
}

TEST(json_scan, calls_lone_surrogates_unreadable) {
  for (const std::string_view text :
       {R"("\ud83d")", R"("\ude00")", R"("\ud83d\n")", R"("\ud83d\ud83d\ude00")", R"({"\udc00":1})"}) {
    EXPECT_EQ(diagnose_json(text, 32).is, json_diagnosis::verdict::unreadable) << text;
  }
}

TEST(json_scan, lists_members_with_the_last_value_of_each_key) {
  const auto members = object_members(R"( { "a" : 1 , "b\n":{"c":"}\"]"} ,"\u0061": [1,[2]] ,"d":"x"})");
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].key, "a");
  EXPECT_EQ(members[0].value, "[1,[2]]");
  EXPECT_EQ(members[1].key, "b\n");
  EXPECT_EQ(members[1].value, R"({"c":"}\"]"})");
  EXPECT_EQ(members[2].value, "\"x\"");
  EXPECT_TRUE(object_members("{ }").empty());
}

}  // namespace
}  // namespace jury::schema::testing
