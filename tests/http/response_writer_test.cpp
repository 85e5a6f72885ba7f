#include "http/response_writer.hpp"

#include <gtest/gtest.h>

#include "http/date.hpp"

namespace jury::http {
namespace {

std::string written(const response& answer, response_rules rules = {}) {
  rules.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  std::string out;
  write_response(out, answer, rules);
  return out;
}

TEST(response_writer, writes_a_response_to_the_byte) {
  response answer{.headers = {{"X-Correlation-ID", "7"}}, .body = R"({"a":1})"};
  EXPECT_EQ(written(answer),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 7\r\n"
            "X-Correlation-ID: 7\r\n"
            "\r\n"
            R"({"a":1})");
}

TEST(response_writer, writes_a_status_without_a_known_phrase) {
  EXPECT_TRUE(written({.status = 299}).starts_with("HTTP/1.1 299 \r\n"));
  EXPECT_TRUE(written(error_response(404)).ends_with(R"({"detail":"Not Found"})"));
}

TEST(response_writer, tells_who_asks_how_long_it_stays) {
  const auto text = written({}, {.announce_keep_alive = true, .idle = std::chrono::seconds(5)});
  EXPECT_NE(text.find("Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"), std::string::npos);
  const auto last = written({}, {.close = true, .announce_keep_alive = true});
  EXPECT_NE(last.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(last.find("Keep-Alive"), std::string::npos);
}

TEST(response, refuses_what_would_break_the_framing) {
  EXPECT_TRUE(response{}.sendable());
  EXPECT_TRUE((response{.headers = {{"X-A", "b c"}}}.sendable()));
  EXPECT_FALSE((response{.headers = {{"X-A", "b\r\nSet-Cookie: c"}}}.sendable()));
  EXPECT_FALSE((response{.headers = {{"X-A", "b\n"}}}.sendable()));
  EXPECT_FALSE((response{.headers = {{"X A", "b"}}}.sendable()));
  EXPECT_FALSE((response{.headers = {{"", "b"}}}.sendable()));
  EXPECT_FALSE((response{.content_type = "a\rb"}.sendable()));
  EXPECT_FALSE((response{.status = 101}.sendable()));
  EXPECT_FALSE((response{.status = 600}.sendable()));
}

TEST(date_clock, writes_http_dates) {
  date_clock clock;
  EXPECT_EQ(clock.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(clock.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(clock.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(clock.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace jury::http
