#include <gtest/gtest.h>

#include <cmath>

#include "schema/support.hpp"

namespace jury::schema::testing {
namespace {

std::string refusal_of(std::vector<field> fields) {
  const auto made = object_schema::make("Request", std::move(fields));
  return made ? "" : made.error().message;
}

TEST(object_schema, names_the_field_that_is_described_wrongly) {
  using enum field_type;
  EXPECT_EQ(refusal_of({{.name = "a"}, {.name = "a"}}), R"(field 1 of Request: expected a name of its own, got "a")");
  EXPECT_EQ(refusal_of({{.name = ""}}), R"(field 0 of Request: expected a name of its own, got "")");
  EXPECT_EQ(refusal_of({{.name = "c", .type = category}}), R"(field "c": expected one or more different categories)");
  EXPECT_NE(refusal_of({{.name = "c", .type = category, .categories = {"x", "x"}}}), "");
  EXPECT_NE(refusal_of({{.name = "c", .type = category, .default_value = "y", .categories = {"x"}}}), "");
  EXPECT_NE(refusal_of({{.name = "c", .type = category, .default_value = 0.0, .categories = {"x"}}}), "");
  EXPECT_NE(refusal_of({{.name = "b", .type = boolean, .default_value = 2.0}}), "");
  EXPECT_NE(refusal_of({{.name = "i", .type = integer, .default_value = 1.5}}), "");
  EXPECT_NE(refusal_of({{.name = "i", .type = integer, .default_value = "1"}}), "");
  EXPECT_NE(refusal_of({{.name = "i", .type = integer, .default_value = INFINITY}}), "");
  EXPECT_NE(refusal_of({{.name = "s", .type = string, .default_value = 1.0}}), "");
  EXPECT_NE(refusal_of({{.name = "i", .type = integer, .constraints = {.ge = 1.5}}}), "");
  EXPECT_NE(refusal_of({{.name = "n", .constraints = {.multiple_of = 0}}}), "");
  EXPECT_EQ(refusal_of({{.name = "n", .default_value = 0.5, .constraints = {.ge = 1.5}}}), "");
}

TEST(object_schema, finds_every_name_from_any_guess) {
  std::vector<field> fields;
  for (int i = 0; i < 500; ++i) {
    fields.push_back({.name = "feature_" + std::to_string(i)});
  }
  const auto schema = schema_of(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(schema.find(fields[i].name), i);
    EXPECT_EQ(schema.find(fields[i].name, i), i);
    EXPECT_EQ(schema.find(fields[i].name, i + 1), i);
    EXPECT_EQ(schema.find(fields[i].name, 10'000), i);
  }
  EXPECT_EQ(schema.find("feature_500", 7), std::nullopt);
  EXPECT_EQ(schema.find(""), std::nullopt);
}

TEST(object_schema, gives_slots_to_all_but_strings) {
  const auto schema = decision_request();
  EXPECT_EQ(schema.row_size(), 4U);
  EXPECT_EQ(schema.slot(1), 1U);
  EXPECT_EQ(schema.slot(2), std::nullopt);
  EXPECT_EQ(schema.slot(3), 2U);
  EXPECT_EQ(schema.category(4, "B"), 1U);
  EXPECT_EQ(schema.category(4, "b"), std::nullopt);
}

TEST(title_case, is_pythons) {
  EXPECT_EQ(title_case("income_total"), "Income Total");
  EXPECT_EQ(title_case("x-tok"), "X-Tok");
  EXPECT_EQ(title_case("f2b"), "F2B");
  EXPECT_EQ(title_case("URL"), "Url");
  EXPECT_EQ(title_case("größe_cm"), "Größe Cm");
}

}  // namespace
}  // namespace jury::schema::testing
