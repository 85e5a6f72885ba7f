#include "http/url.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace jury::http {
namespace {

using namespace std::string_view_literals;

TEST(url, splits_the_three_forms) {
  const auto origin = split_target("/a/b?c=d");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->authority, "");
  EXPECT_EQ(origin->path, "/a/b");
  EXPECT_EQ(origin->query, "c=d");
  const auto absolute = split_target("http://host:1/p");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->authority, "host:1");
  EXPECT_EQ(absolute->path, "/p");
  EXPECT_EQ(split_target("*").value().path, "*");
  EXPECT_FALSE(split_target(""));
}

TEST(url, decodes_a_path_into_storage_only_when_it_must) {
  std::string storage;
  const auto plain = "/plain"sv;
  EXPECT_EQ(decode_path(plain, storage).value().data(), plain.data());
  EXPECT_EQ(decode_path("/a%2Fb%20c", storage), "/a/b c");
  EXPECT_EQ(decode_path("/a+b", storage), "/a+b");
  EXPECT_FALSE(decode_path("/%1f", storage));
}

TEST(url, parses_a_query_as_a_form) {
  const query_parameters expected{{"a", "1"}, {"b", ""}, {"c", ""}, {"d e", "f&g"}, {"a", "2=3"}};
  EXPECT_EQ(parse_query("a=1&b&&c=&d+e=f%26g&a=2=3"), expected);
  EXPECT_EQ(parse_query(""), query_parameters{});
  EXPECT_EQ(parse_query("&&"), query_parameters{});
  EXPECT_FALSE(parse_query("a=%ff"));
  EXPECT_FALSE(parse_query("a=%f"));
}

TEST(url, knows_utf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a\xc5\x82\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const auto bad : {"\x80"sv, "\xc5"sv, "\xc0\xaf"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xe2\x82"sv,
                         "\xff"sv, "\xe0\x80\x80"sv}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace jury::http
