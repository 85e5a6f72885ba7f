#include "model/table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "model/encoding.hpp"
#include "model/expect_error.hpp"

namespace jury::model::test {
namespace {

std::vector<std::string> cells(const table& table, std::size_t row) {
  std::vector<std::string> out;
  for (std::size_t column = 0; column < table.columns(); ++column) out.emplace_back(table.cell(row, column));
  return out;
}

using row = std::vector<std::string>;

TEST(table, reads_plain_and_quoted_cells) {
  const auto read = table::parse("a,b,c\n1,\"x, \"\"y\"\"\n\",\n\"\",2,3").value();
  EXPECT_EQ(read.header(), (row{"a", "b", "c"}));
  ASSERT_EQ(read.rows(), 2U);
  EXPECT_EQ(cells(read, 0), (row{"1", "x, \"y\"\n", ""}));
  EXPECT_EQ(cells(read, 1), (row{"", "2", "3"}));
  EXPECT_EQ(read.line(0), 2U);
  EXPECT_EQ(read.line(1), 4U);
}

TEST(table, reads_crlf_and_a_byte_order_mark) {
  const auto read = table::parse("\xef\xbb\xbf\"a\",b\r\n1,2\r\n\"3\",4\r\n").value();
  EXPECT_EQ(read.header(), (row{"a", "b"}));
  EXPECT_EQ(cells(read, 0), (row{"1", "2"}));
  EXPECT_EQ(cells(read, 1), (row{"3", "4"}));
}

TEST(table, has_no_rows_with_a_header_alone) { EXPECT_EQ(table::parse("a,b\n").value().rows(), 0U); }

TEST(table, errors_name_the_line) {
  EXPECT_ERROR(table::parse("a,b\n1,2\n1,2,3\n"), "line 3: expected 2 cells, got 3");
  EXPECT_ERROR(table::parse("a,b\n\"1\n\",2\n1\n"), "line 4: expected 2 cells, got 1");
  EXPECT_ERROR(table::parse("a,b,a\n"), "two columns are named \"a\"");
  EXPECT_ERROR(table::parse("a,,b\n"), "column 2 has no name");
  EXPECT_ERROR(table::parse("a\n1\n\"x\"y\n"), "line 3: expected a comma");
  EXPECT_ERROR(table::parse("a\n1\nx\"y\n"), "line 3: a quote inside");
  EXPECT_ERROR(table::parse("a\n\"x\ny\n"), "line 2: a quoted cell begins here and never ends");
  EXPECT_ERROR(table::parse("a\n\xff\n"), "not UTF-8");
  EXPECT_ERROR(table::parse(""), "empty");
  EXPECT_ERROR(table::read("no/such.csv"), "no/such.csv: No such file");
}

TEST(encoding, turns_cells_into_numbers_by_the_type_of_the_feature) {
  const feature number{.name = "n"};
  const feature integer{.name = "i", .type = feature_type::integer};
  const feature boolean{.name = "b", .type = feature_type::boolean};
  const feature category{.name = "c", .type = feature_type::category, .categories = {"x", "NA"}};
  const feature codes{.name = "d", .type = feature_type::category};
  EXPECT_EQ(encode_cell(number, "-1.5e3"), -1500);
  EXPECT_EQ(encode_cell(number, "+7"), 7);
  EXPECT_EQ(encode_cell(integer, "1e3"), 1000);
  EXPECT_EQ(encode_cell(boolean, "True"), 1);
  EXPECT_EQ(encode_cell(boolean, "0"), 0);
  EXPECT_EQ(encode_cell(category, "x"), 0);
  EXPECT_EQ(encode_cell(category, "NA"), 1);
  EXPECT_EQ(encode_cell(codes, "12"), 12);
  for (const std::string_view missing : {"", "NA", "na", "NaN", "null", "NULL"}) {
    EXPECT_TRUE(std::isnan(encode_cell(number, missing).value())) << missing;
  }
  EXPECT_ERROR(encode_cell(number, "1,5"), "expected a number, got \"1,5\"");
  EXPECT_ERROR(encode_cell(number, "inf"), "expected a number");
  EXPECT_ERROR(encode_cell(number, "1e999"), "expected a number");
  EXPECT_ERROR(encode_cell(integer, "1.5"), "expected a whole number");
  EXPECT_ERROR(encode_cell(boolean, "yes"), "expected true or false");
  EXPECT_ERROR(encode_cell(category, "y"), "expected one of \"x\", \"NA\", got \"y\"");
  EXPECT_ERROR(encode_cell(codes, "-1"), "expected the code of a category");
}

TEST(encoding, finds_columns_by_name_and_names_the_cell_that_does_not_fit) {
  const manifest manifest{.features = {{.name = "b"}, {.name = "gone", .required = false}, {.name = "a"}}};
  const auto read = table::parse("a,extra,b\n1,,2\n3,,x\n").value();
  const auto encoder = row_encoder::bind(manifest, read).value();
  std::vector<double> out(3);
  ASSERT_TRUE(encoder.encode(0, out).has_value());
  EXPECT_EQ(out[0], 2);
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 1);
  EXPECT_ERROR(encoder.encode(1, out), "line 3, column \"b\": expected a number, got \"x\"");
  EXPECT_ERROR(row_encoder::bind({.features = {{.name = "gone"}}}, read), "no column \"gone\"");
}

}  // namespace
}  // namespace jury::model::test
