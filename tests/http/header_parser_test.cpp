#include "http/header_parser.hpp"

#include <gtest/gtest.h>

namespace jury::http {
namespace {

constexpr std::string_view header = "POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nX:  v \r\n\r\n";

head facts_of_header() {
  head facts;
  facts.method = method::post;
  facts.content_length = 3;
  facts.fields = 3;
  return facts;
}

TEST(header_parser, gives_views_of_the_header) {
  request parsed;
  ASSERT_TRUE(parse_header(header, facts_of_header(), parsed));
  EXPECT_EQ(parsed.method_text, "POST");
  EXPECT_EQ(parsed.target, "/a?b");
  ASSERT_EQ(parsed.headers.size(), 3U);
  EXPECT_EQ(parsed.headers[2].name, "X");
  EXPECT_EQ(parsed.headers[2].value, "v");
  EXPECT_EQ(parsed.headers[2].value.data(), header.data() + header.find("v \r\n"));
}

TEST(header_parser, refuses_when_the_two_opinions_differ) {
  request parsed;
  auto facts = facts_of_header();
  facts.fields = 2;
  EXPECT_FALSE(parse_header(header, facts, parsed));
  facts = facts_of_header();
  facts.chunked = true;
  EXPECT_FALSE(parse_header(header, facts, parsed));
  facts = facts_of_header();
  facts.content_length = 4;
  EXPECT_FALSE(parse_header(header, facts, parsed));
  facts.content_length.reset();
  EXPECT_FALSE(parse_header(header, facts, parsed));
}

TEST(header_parser, refuses_what_beast_refuses) {
  request parsed;
  head facts;
  EXPECT_FALSE(parse_header("GET / HTTP/1.1\r\nno colon\r\n\r\n", facts, parsed));
  EXPECT_FALSE(parse_header("GET / HTTP/1.1\r\n", facts, parsed));
  EXPECT_FALSE(parse_header("GET / HTTP/1.1\r\n\r\nGET", facts, parsed));
}

}  // namespace
}  // namespace jury::http
