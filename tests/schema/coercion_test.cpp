// Pydantic's lax table, row by row: every literal was put to pydantic 2.14 as well.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <variant>

#include "schema/support.hpp"

namespace jury::schema::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct row {
  std::string value;                                // as it stands in the body
  std::variant<double, std::string_view> expected;  // the row's double, or the error's type
};

void expect_rows(field of, const std::vector<row>& rows) {
  of.name = "x";
  const auto schema = schema_of({of});
  binder bind(schema);
  std::vector<double> values(schema.row_size());
  for (const auto& [value, expected] : rows) {
    SCOPED_TRACE(value.substr(0, 100));
    const auto bound = bind.bind("{\"x\":" + value + "}", values);
    if (const auto* type = std::get_if<std::string_view>(&expected)) {
      ASSERT_FALSE(bound);
      ASSERT_EQ(bound.error().errors.size(), 1U);
      EXPECT_EQ(bound.error().errors[0].type, *type);
      continue;
    }
    ASSERT_TRUE(bound) << body_of(bound.error());
    const double wanted = std::get<double>(expected);
    if (std::isnan(wanted)) {
      EXPECT_TRUE(std::isnan(values[0]));
    } else {
      EXPECT_EQ(values[0], wanted);
      EXPECT_EQ(std::signbit(values[0]), std::signbit(wanted));
    }
  }
}

std::string zeros(int count) { return std::string(static_cast<std::size_t>(count), '0'); }

TEST(coercion, reads_integers) {
  expect_rows({.type = field_type::integer}, {{"0", 0.0},
                                              {"-0", 0.0},
                                              {"1", 1.0},
                                              {"-1", -1.0},
                                              {"1.0", 1.0},
                                              {"2.0", 2.0},
                                              {"1e3", 1000.0},
                                              {"-0.0", 0.0},
                                              {"true", 1.0},
                                              {"false", 0.0},
                                              {"9007199254740993", 9007199254740992.0},
                                              {"9223372036854775807", 0x1p63},
                                              {"9223372036854775808", 0x1p63},
                                              {"-9223372036854775809", -0x1p63},
                                              {"18446744073709551615", 0x1p64},
                                              {"18446744073709551616", 0x1p64},
                                              {"1" + zeros(308), 1e308},
                                              {"9223372036854774784.0", 9223372036854774784.0},
                                              {"1e18", 1e18},
                                              {R"("1")", 1.0},
                                              {R"(" 1 ")", 1.0},
                                              {R"("+1")", 1.0},
                                              {R"("-01")", -1.0},
                                              {R"("1_000")", 1000.0},
                                              {R"("1.0")", 1.0},
                                              {R"("1.00")", 1.0},
                                              {R"("-1.0")", -1.0},
                                              {R"("1_0.0")", 10.0},
                                              {R"("00")", 0.0},
                                              {R"("-0")", 0.0},
                                              {R"("0_1")", 1.0},
                                              {R"("000.000")", 0.0},
                                              {R"("\t1\n")", 1.0},
                                              {R"("\u00a01\u2028")", 1.0},
                                              {R"("9223372036854775808")", 0x1p63},
                                              {"\"" + zeros(5000) + "7\"", 7.0}});
}

TEST(coercion, refuses_what_is_no_integer) {
  expect_rows({.type = field_type::integer}, {{"1.5", "int_from_float"},
                                              {"-0.1", "int_from_float"},
                                              {"1e-7", "int_from_float"},
                                              {"1e19", "int_parsing_size"},
                                              {"-9223372036854775808.0", "int_parsing_size"},
                                              {"9223372036854775807.0", "int_parsing_size"},
                                              {"1e400", "finite_number"},
                                              {"-1e400", "finite_number"},
                                              {"null", "int_type"},
                                              {"[]", "int_type"},
                                              {"{}", "int_type"},
                                              {"[1]", "int_type"},
                                              {R"("1e3")", "int_parsing"},
                                              {R"("1.5")", "int_parsing"},
                                              {R"("")", "int_parsing"},
                                              {R"(" ")", "int_parsing"},
                                              {R"("0x10")", "int_parsing"},
                                              {R"("abc")", "int_parsing"},
                                              {R"("true")", "int_parsing"},
                                              {R"("nan")", "int_parsing"},
                                              {R"("inf")", "int_parsing"},
                                              {R"("\u0661")", "int_parsing"},
                                              {R"("1.")", "int_parsing"},
                                              {R"(".0")", "int_parsing"},
                                              {R"("+")", "int_parsing"},
                                              {R"("-")", "int_parsing"},
                                              {R"("--1")", "int_parsing"},
                                              {R"("+-1")", "int_parsing"},
                                              {R"("1__0")", "int_parsing"},
                                              {R"("_1")", "int_parsing"},
                                              {R"("1_")", "int_parsing"},
                                              {R"("-_1")", "int_parsing"},
                                              {R"("1_.0")", "int_parsing"},
                                              {R"("1.0_0")", "int_parsing"},
                                              {R"("1 0")", "int_parsing"},
                                              {R"("- 1")", "int_parsing"},
                                              {R"("1 .0")", "int_parsing"},
                                              {R"("1\u0000")", "int_parsing"},
                                              {R"("\u200b1")", "int_parsing"},
                                              {R"("\u001c1")", "int_parsing"},
                                              {R"("1.0.0")", "int_parsing"},
                                              {R"("_")", "int_parsing"},
                                              {"\"1" + zeros(4300) + "\"", "int_parsing_size"}});
}

TEST(coercion, reads_numbers) {
  expect_rows({.type = field_type::number}, {{"1", 1.0},
                                             {"-1.5", -1.5},
                                             {"-0.0", -0.0},
                                             {"1e3", 1000.0},
                                             {"true", 1.0},
                                             {"false", 0.0},
                                             {"9007199254740993", 9007199254740992.0},
                                             {"18446744073709551616", 0x1p64},
                                             {"0.1000000000000000055511151231257827", 0.1},
                                             {"5e-324", 5e-324},
                                             {"2e-324", 0.0},
                                             {"1e-400", 0.0},
                                             {"-1e-400", -0.0},
                                             {"1.7976931348623157e308", std::numeric_limits<double>::max()},
                                             {"0.30000000000000004", 0.1 + 0.2},
                                             {"123456789.125", 123456789.125},
                                             {R"("1.5")", 1.5},
                                             {R"(" 1 ")", 1.0},
                                             {R"("+1")", 1.0},
                                             {R"("1e3")", 1000.0},
                                             {R"("1E3")", 1000.0},
                                             {R"("1_000")", 1000.0},
                                             {R"("1_0.0_1")", 10.01},
                                             {R"("1_.5")", 1.5},
                                             {R"("1e1_0")", 1e10},
                                             {R"("+_1")", 1.0},
                                             {R"(".5")", 0.5},
                                             {R"("5.")", 5.0},
                                             {R"("1.e3")", 1000.0},
                                             {R"("+.5")", 0.5},
                                             {R"("-.5")", -0.5},
                                             {R"("00012.5")", 12.5},
                                             {R"("nan")", nan},
                                             {R"("NaN")", nan},
                                             {R"("+nan")", nan},
                                             {R"("inf")", infinity},
                                             {R"("Inf")", infinity},
                                             {R"("+inf")", infinity},
                                             {R"("-infinity")", -infinity},
                                             {R"(" INFINITY ")", infinity},
                                             {R"("in_f")", infinity},
                                             {R"("1e400")", infinity},
                                             {R"("-1e400")", -infinity},
                                             {R"("1e-400")", 0.0},
                                             {"\"1" + zeros(400) + "\"", infinity},
                                             {"\"0." + zeros(5000) + "1e5001\"", 1.0},
                                             {R"("\u30001\u0085")", 1.0}});
}

TEST(coercion, refuses_what_is_no_number) {
  expect_rows({.type = field_type::number}, {{"null", "float_type"},
                                             {"[]", "float_type"},
                                             {"{}", "float_type"},
                                             {"1" + zeros(400), "float_type"},
                                             {"1e400", "finite_number"},
                                             {"-1e400", "finite_number"},
                                             {"1e2147483647", "finite_number"},
                                             {R"("true")", "float_parsing"},
                                             {R"("")", "float_parsing"},
                                             {R"("  ")", "float_parsing"},
                                             {R"("1,5")", "float_parsing"},
                                             {R"("0x10")", "float_parsing"},
                                             {R"("0x1p3")", "float_parsing"},
                                             {R"("abc")", "float_parsing"},
                                             {R"("infinit")", "float_parsing"},
                                             {"\"nan(1)\"", "float_parsing"},
                                             {R"("1__0")", "float_parsing"},
                                             {R"("_1")", "float_parsing"},
                                             {R"("1_")", "float_parsing"},
                                             {R"("_nan")", "float_parsing"},
                                             {R"(".")", "float_parsing"},
                                             {R"("e5")", "float_parsing"},
                                             {R"("1e")", "float_parsing"},
                                             {R"("1e+")", "float_parsing"},
                                             {R"("--1")", "float_parsing"},
                                             {R"("+-1")", "float_parsing"},
                                             {R"("+ 1")", "float_parsing"},
                                             {R"("1 0")", "float_parsing"},
                                             {R"("1f")", "float_parsing"},
                                             {R"("1\u0000")", "float_parsing"},
                                             {R"("\u0661")", "float_parsing"}});
}

TEST(coercion, refuses_numbers_that_are_not_finite_where_told_so) {
  expect_rows({.type = field_type::number, .constraints = {.allow_inf_nan = false}}, {{R"("nan")", "finite_number"},
                                                                                      {R"("-inf")", "finite_number"},
                                                                                      {R"("1e400")", "finite_number"},
                                                                                      {R"("1")", 1.0}});
}

TEST(coercion, reads_booleans) {
  expect_rows({.type = field_type::boolean},
              {{"true", 1.0},    {"false", 0.0},    {"1", 1.0},         {"0", 0.0},          {"1.0", 1.0},
               {"0.0", 0.0},     {"-0.0", 0.0},     {R"("0")", 0.0},    {R"("1")", 1.0},     {R"("t")", 1.0},
               {R"("f")", 0.0},  {R"("y")", 1.0},   {R"("n")", 0.0},    {R"("yes")", 1.0},   {R"("no")", 0.0},
               {R"("on")", 1.0}, {R"("off")", 0.0}, {R"("true")", 1.0}, {R"("false")", 0.0}, {R"("TRUE")", 1.0},
               {R"("oN")", 1.0}, {R"("Yes")", 1.0}});
}

TEST(coercion, refuses_what_is_no_boolean) {
  expect_rows({.type = field_type::boolean}, {{"2", "bool_parsing"},
                                              {"-1", "bool_parsing"},
                                              {"1e3", "bool_parsing"},
                                              {"2.0", "bool_parsing"},
                                              {"1e18", "bool_parsing"},
                                              {"9223372036854775807", "bool_parsing"},
                                              {"-9223372036854775808", "bool_parsing"},
                                              {"9223372036854775808", "bool_type"},
                                              {"-9223372036854775809", "bool_type"},
                                              {"1.5", "bool_type"},
                                              {"1e19", "bool_type"},
                                              {"1e400", "bool_type"},
                                              {"null", "bool_type"},
                                              {"[]", "bool_type"},
                                              {"{}", "bool_type"},
                                              {R"("")", "bool_parsing"},
                                              {R"(" true")", "bool_parsing"},
                                              {R"("true ")", "bool_parsing"},
                                              {R"("2")", "bool_parsing"},
                                              {R"("1.0")", "bool_parsing"},
                                              {R"("tr")", "bool_parsing"},
                                              {R"("oui")", "bool_parsing"},
                                              {R"("\uff34RUE")", "bool_parsing"}});
}

TEST(coercion, reads_categories_exactly) {
  expect_rows({.type = field_type::category, .categories = {"A", "B", "é"}}, {{R"("A")", 0.0},
                                                                              {R"("B")", 1.0},
                                                                              {R"("\u0042")", 1.0},
                                                                              {"\"é\"", 2.0},
                                                                              {R"("\u00e9")", 2.0},
                                                                              {R"("a")", "enum"},
                                                                              {R"("")", "enum"},
                                                                              {R"(" A")", "enum"},
                                                                              {"0", "enum"},
                                                                              {"true", "enum"},
                                                                              {"null", "enum"},
                                                                              {"[]", "enum"},
                                                                              {"{}", "enum"},
                                                                              {"1.5", "enum"}});
}

TEST(coercion, takes_strings_only_as_strings) {
  const auto schema = schema_of({{.name = "x", .type = field_type::string}});
  binder bind(schema);
  for (const std::string_view value : {"1", "1.5", "18446744073709551616", "true", "null", "[]", "{}"}) {
    const auto bound = bind.bind("{\"x\":" + std::string(value) + "}", {});
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().errors.at(0).type, "string_type") << value;
  }
  const auto bound = bind.bind(R"({"x":""})", {});
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->strings[0], "");
}

TEST(coercion, counts_characters_not_bytes) {
  const auto schema =
      schema_of({{.name = "x", .type = field_type::string, .constraints = {.min_length = 2, .max_length = 2}}});
  EXPECT_EQ(answer(schema, R"({"x":"éé"})"), "200");
  EXPECT_EQ(answer(schema, R"({"x":"\ud83d\ude00\u00e9"})"), "200");
  EXPECT_NE(answer(schema, R"({"x":"é"})"), "200");
  EXPECT_NE(answer(schema, R"({"x":"😀😀😀"})"), "200");
}

TEST(coercion, checks_the_constraints_in_pydantics_order) {
  expect_rows({.constraints = {.gt = 20, .ge = 18, .lt = 9, .le = 10, .multiple_of = 7}},
              {{"15", "multiple_of"}, {"14", "less_than_equal"}, {"7", "greater_than_equal"}});
  expect_rows({.constraints = {.gt = 20, .ge = 18, .lt = 9}}, {{"15", "less_than"}, {"8", "greater_than_equal"}});
  expect_rows({.constraints = {.gt = 20, .ge = 18}}, {{"19", "greater_than"}, {"21", 21.0}});
}

TEST(coercion, lets_nan_break_every_bound) {
  expect_rows({.constraints = {.gt = 0}}, {{R"("nan")", "greater_than"}, {R"("inf")", infinity}});
  expect_rows({.constraints = {.ge = 0}}, {{R"("nan")", "greater_than_equal"}});
  expect_rows({.constraints = {.lt = 0}}, {{R"("nan")", "less_than"}, {R"("inf")", "less_than"}});
  expect_rows({.constraints = {.le = 0}}, {{R"("nan")", "less_than_equal"}});
}

TEST(coercion, allows_rounding_in_multiples_of_fractions) {
  expect_rows({.constraints = {.multiple_of = 0.1}}, {{"0.3", 0.3},
                                                      {"0.7", 0.7},
                                                      {"0.35", "multiple_of"},
                                                      {"-0.3", -0.3},
                                                      {"0.1000000001", 0.1000000001},
                                                      {"1000000000.1", 1000000000.1},
                                                      {R"("nan")", nan},
                                                      {R"("inf")", infinity}});
  expect_rows({.type = field_type::integer, .constraints = {.multiple_of = 3}},
              {{"9", 9.0}, {"-9", -9.0}, {"10", "multiple_of"}, {R"("10")", "multiple_of"}});
}

}  // namespace
}  // namespace jury::schema::testing
