#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "schema/characters.hpp"

namespace jury::schema {
namespace {

TEST(utf8, is_valid_to_the_first_ill_formed_sequence) {
  EXPECT_EQ(valid_utf8_prefix(""), 0U);
  EXPECT_EQ(valid_utf8_prefix("a\u007F\u0080\u07FF\u0800\uD7FF\uE000\uFFFF\U00010000\U0010FFFF"), 26U);
  const std::vector<std::string_view> ill_formed{"\x80",
                                                 "\xBF",
                                                 "\xC0\x80",
                                                 "\xC1\xBF",
                                                 "\xC3",
                                                 "\xC3(",
                                                 "\xE0\x9F\xBF",
                                                 "\xE2\x82",
                                                 "\xED\xA0\x80",
                                                 "\xED\xBF\xBF",
                                                 "\xF0\x8F\xBF\xBF",
                                                 "\xF0\x9F\x98",
                                                 "\xF4\x90\x80\x80",
                                                 "\xF5\x80\x80\x80",
                                                 "\xFE",
                                                 "\xFF"};
  for (const auto bytes : ill_formed) {
    EXPECT_EQ(valid_utf8_prefix(std::string("é").append(bytes)), 2U) << testing::PrintToString(bytes);
  }
}

TEST(utf8, counts_code_points) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("aé€😀"), 4U);
}

TEST(utf8, trims_unicodes_white_space) {
  EXPECT_EQ(trim(" \t\r\n\v\f\u0085\u00A0\u2003\u2028\u3000a b\u205F "), "a b");
  EXPECT_EQ(trim("\u200Ba\x1C"), "\u200Ba\x1C");
  EXPECT_EQ(trim(" \u3000 "), "");
  EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace jury::schema
