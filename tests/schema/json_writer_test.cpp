#include "schema/json_writer.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "schema/number_format.hpp"

namespace jury::schema {
namespace {

std::string number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

std::string positional(double value) {
  std::string out;
  append_positional(out, value);
  return out;
}

std::string compact(std::string_view json) {
  std::string out;
  append_compact(out, json);
  return out;
}

TEST(number_format, is_laid_out_as_in_python) {
  EXPECT_EQ(number(1), "1.0");
  EXPECT_EQ(number(-0.0), "-0.0");
  EXPECT_EQ(number(0), "0.0");
  EXPECT_EQ(number(18.5), "18.5");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(0.0001), "0.0001");
  EXPECT_EQ(number(0.00012345), "0.00012345");
  EXPECT_EQ(number(1e-5), "1e-5");
  EXPECT_EQ(number(1e-7), "1e-7");
  EXPECT_EQ(number(1.5e-7), "1.5e-7");
  EXPECT_EQ(number(1e15), "1000000000000000.0");
  EXPECT_EQ(number(1e16), "1e+16");
  EXPECT_EQ(number(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(number(1e23), "1e+23");
  EXPECT_EQ(number(5e-324), "5e-324");
  EXPECT_EQ(number(-1.7976931348623157e308), "-1.7976931348623157e+308");
}

TEST(number_format, writes_null_for_what_json_lacks) {
  EXPECT_EQ(number(std::nan("")), "null");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "null");
}

TEST(number_format, parses_back_to_the_same_double) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(bits());
    if (std::isfinite(value)) {
      EXPECT_EQ(std::strtod(number(value).c_str(), nullptr), value);
      EXPECT_EQ(std::strtod(positional(value).c_str(), nullptr), value);
    }
  }
}

TEST(number_format, has_no_exponents_in_messages) {
  EXPECT_EQ(positional(18), "18");
  EXPECT_EQ(positional(1.5), "1.5");
  EXPECT_EQ(positional(-0.0), "-0");
  EXPECT_EQ(positional(1e-7), "0.0000001");
  EXPECT_EQ(positional(1e23), "100000000000000000000000");
  EXPECT_EQ(positional(123456789.125), "123456789.125");
  EXPECT_EQ(positional(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(json_writer, puts_the_commas) {
  std::string out = "before";
  json_writer json(out);
  json.begin_object();
  json.key("a");
  json.begin_array();
  json.end_array();
  json.key("b");
  json.begin_array();
  json.integer(-1);
  json.number(1);
  json.boolean(true);
  json.raw("null");
  json.string("{[:,\"");
  json.begin_object();
  json.end_object();
  json.end_array();
  json.member("c\n", "[");
  json.end_object();
  EXPECT_EQ(out, R"(before{"a":[],"b":[-1,1.0,true,null,"{[:,\"",{}],"c\n":"["})");
}

TEST(compact_json, drops_white_space_outside_strings_only) {
  EXPECT_EQ(compact(" { \"a b\" : [ 1 ,\t2.50 , \" \\\" \" ] ,\n\"c\":true } "), R"({"a b":[1,2.50," \" "],"c":true})");
  EXPECT_EQ(compact("-0"), "-0");
  EXPECT_EQ(compact("\"\\\\\""), "\"\\\\\"");
}

TEST(compact_json, turns_numbers_past_every_double_into_strings) {
  EXPECT_EQ(compact("[1e999,-1e999,1e308,1e-999]"), R"(["1e999","-1e999",1e308,1e-999])");
}

}  // namespace
}  // namespace jury::schema
