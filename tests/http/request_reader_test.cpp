#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace jury::http {
namespace {

using progress = request_reader::progress;
using part = request_reader::part;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

void feed(request_reader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = reader.space();
    const auto size = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), size);
    reader.received(size);
    bytes.remove_prefix(size);
  }
}

TEST(request_reader, keeps_the_views_right_when_the_buffer_grows_under_a_body) {
  const limits rules;
  request_reader reader(rules);
  const std::string body(300'000, 'b');
  feed(reader, "PUT /%61?q HTTP/1.1\r\nHost: h\r\nX-A: value\r\nContent-Length: 300000\r\n\r\n");
  ASSERT_EQ(reader.read(), progress::need_more);
  feed(reader, body);
  ASSERT_EQ(reader.read(), progress::complete);
  const auto& request = reader.current();
  EXPECT_EQ(request.method, method::put);
  EXPECT_EQ(request.method_text, "PUT");
  EXPECT_EQ(request.target, "/%61?q");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "q");
  EXPECT_EQ(request.host, "h");
  EXPECT_EQ(request.header("x-a"), "value");
  EXPECT_EQ(request.header("X-B"), std::nullopt);
  EXPECT_EQ(request.body, body);
}

TEST(request_reader, does_not_grow_for_a_long_pipeline) {
  const limits rules;
  request_reader reader(rules);
  feed(reader, get);
  ASSERT_EQ(reader.read(), progress::complete);
  const auto before = reader.space().size() + get.size();
  for (int i = 0; i < 10'000; ++i) {
    feed(reader, get.substr(0, 20));
    reader.next();
    ASSERT_EQ(reader.read(), progress::need_more);
    feed(reader, get.substr(20));
    ASSERT_EQ(reader.read(), progress::complete) << i;
  }
  reader.next();
  EXPECT_EQ(reader.space().size(), before);
}

TEST(request_reader, gives_back_the_memory_of_a_large_body) {
  const limits rules;
  request_reader reader(rules);
  feed(reader, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n");
  feed(reader, std::string(300'000, 'b'));
  ASSERT_EQ(reader.read(), progress::complete);
  reader.next();
  EXPECT_LE(reader.space().size(), 4096U);
}

TEST(request_reader, says_what_it_awaits) {
  const limits rules;
  request_reader reader(rules);
  EXPECT_EQ(reader.read(), progress::need_more);
  EXPECT_EQ(reader.awaited(), part::idle);
  feed(reader, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n");
  EXPECT_EQ(reader.read(), progress::need_more);
  EXPECT_EQ(reader.awaited(), part::header);
  feed(reader, "\r\nabc");
  EXPECT_EQ(reader.read(), progress::need_more);
  EXPECT_EQ(reader.awaited(), part::body);
  EXPECT_EQ(reader.body_received(), 3U);
  feed(reader, "dG");
  EXPECT_EQ(reader.read(), progress::complete);
  EXPECT_TRUE(reader.has_surplus());
  reader.next();
  EXPECT_EQ(reader.read(), progress::need_more);
  EXPECT_EQ(reader.awaited(), part::header);
}

TEST(request_reader, wants_100_continue_once_and_only_before_the_body) {
  const limits rules;
  constexpr std::string_view expecting =
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  request_reader waiting(rules);
  feed(waiting, expecting);
  EXPECT_FALSE(waiting.take_continue());
  ASSERT_EQ(waiting.read(), progress::need_more);
  EXPECT_TRUE(waiting.take_continue());
  EXPECT_FALSE(waiting.take_continue());

  request_reader sending(rules);
  feed(sending, expecting);
  feed(sending, "a");
  ASSERT_EQ(sending.read(), progress::need_more);
  EXPECT_FALSE(sending.take_continue());
}

TEST(request_reader, stays_refused) {
  const limits rules;
  request_reader reader(rules);
  feed(reader, "nonsense\r\n");
  ASSERT_EQ(reader.read(), progress::refused);
  feed(reader, get);
  EXPECT_EQ(reader.read(), progress::refused);
  EXPECT_EQ(reader.why().status, 400);
}

}  // namespace
}  // namespace jury::http
