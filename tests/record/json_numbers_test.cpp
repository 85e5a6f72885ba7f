#include "record/json_numbers.hpp"

#include <bit>
#include <cmath>
#include <random>

#include "support.hpp"

namespace jury {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

TEST(json_numbers, floats_and_doubles_parse_back_to_the_same_bits) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto word = random();
    const auto narrow = double{std::bit_cast<float>(static_cast<std::uint32_t>(word))};
    const auto wide = std::bit_cast<double>(word);
    for (const auto& [value, type] : {std::pair(narrow, arithmetic::f32), std::pair(wide, arithmetic::f64)}) {
      if (std::isnan(value)) continue;
      std::string text;
      append_json_numbers(text, std::span(&value, 1), type, infinity::as_overflow);
      const auto back = parse_json_numbers(text, type);
      ASSERT_TRUE(back) << text;
      ASSERT_EQ(back->size(), 1U);
      ASSERT_EQ(back->front(), value) << text;
    }
  }
}

TEST(json_numbers, a_list_keeps_gaps_and_infinities) {
  const std::vector<double> values{1.5, std::numeric_limits<double>::quiet_NaN(), -infinite, infinite, -0.0};
  std::string text;
  append_json_numbers(text, values, arithmetic::f32, infinity::as_overflow);
  EXPECT_EQ(text, "[1.5,null,-1e999,1e999,-0]");
  const auto back = parse_json_numbers(text, arithmetic::f32);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), values.size());
  EXPECT_TRUE(std::isnan((*back)[1]));
  EXPECT_EQ((*back)[2], -infinite);
  EXPECT_TRUE(std::signbit((*back)[4]));
  EXPECT_EQ(parse_json_numbers("[]", arithmetic::f64), std::vector<double>());
}

TEST(json_numbers, what_is_no_such_list_is_refused) {
  for (const char* text : {"", "[", "1", "[1,]", "[,1]", "[1 ]", "[nan]", "[inf]", "[x]", "[1,2", "[1]]"})
    EXPECT_FALSE(parse_json_numbers(text, arithmetic::f64)) << text;
}

}  // namespace
}  // namespace jury
