// Each bound on time, shortened. A test waits for what the server does, never for time to pass.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "echo.hpp"
#include "running_server.hpp"

namespace jury::http::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// One bound; all others are out of reach.
limits with(std::chrono::nanoseconds limits::* member, std::chrono::nanoseconds value) {
  limits rules = quick();
  for (const auto time : {&limits::first_byte, &limits::header, &limits::body_grace, &limits::body_total, &limits::idle,
                          &limits::write_stall, &limits::linger}) {
    rules.*time = 1h;
  }
  rules.*member = value;
  return rules;
}

// Sends `byte` every few milliseconds until the server closes or answers; false when it does neither in five seconds.
bool trickle_until_answered(client& connection, std::string_view byte) {
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (connection.quiet()) {
    if (std::chrono::steady_clock::now() > end) return false;
    connection.send(byte);
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

TEST(timeouts, closes_a_connection_that_never_says_anything) {
  running_server server(echo, with(&limits::first_byte, 20ms));
  EXPECT_TRUE(server.connect().ended());
}

TEST(timeouts, takes_an_empty_line_for_no_request) {
  limits rules = with(&limits::header, 1ms);
  rules.idle = 100ms;
  running_server server(echo, rules);
  auto connection = server.connect();
  EXPECT_EQ(connection.ask(std::string(get) + "\r\n").status, 200);
  EXPECT_TRUE(connection.ended());  // closed as an idle one, without a 408
  running_server other(echo, with(&limits::first_byte, 20ms));
  auto silent = other.connect();
  silent.send("\r\n");
  EXPECT_TRUE(silent.ended());
}

TEST(timeouts, answers_408_when_the_header_does_not_end) {
  running_server server(echo, with(&limits::header, 20ms));
  auto connection = server.connect();
  const auto answer = connection.ask("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(answer.body, R"({"detail":"The request took too long to arrive"})");
  EXPECT_TRUE(connection.ended());
}

TEST(timeouts, bounds_the_header_however_steadily_it_trickles) {
  running_server server(echo, with(&limits::header, 50ms));
  auto connection = server.connect();
  connection.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  ASSERT_TRUE(trickle_until_answered(connection, "s"));
  EXPECT_EQ(connection.read().status, 408);
}

TEST(timeouts, bounds_the_header_of_a_second_request_from_its_first_byte) {
  running_server server(echo, with(&limits::header, 20ms));
  auto connection = server.connect();
  EXPECT_EQ(connection.ask(std::string(get) + "GET").status, 200);
  EXPECT_EQ(connection.read().status, 408);
}

TEST(timeouts, answers_408_when_a_body_comes_too_slowly) {
  limits rules = with(&limits::body_grace, 20ms);
  rules.body_rate = 1'000'000;
  running_server server(echo, rules);
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  ASSERT_TRUE(trickle_until_answered(connection, "s"));
  EXPECT_EQ(connection.read().status, 408);
}

TEST(timeouts, lets_bytes_buy_time_at_the_minimum_rate) {
  limits rules = with(&limits::body_grace, 0ms);
  rules.body_rate = 1;  // a byte buys a second
  running_server server(echo, rules);
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n" + std::string(100, 'x'));
  std::this_thread::sleep_for(30ms);  // six sweeps
  EXPECT_EQ(connection.ask("x").status, 200);
}

TEST(timeouts, bounds_a_body_at_any_rate) {
  limits rules = with(&limits::body_total, 50ms);
  rules.body_rate = 1;
  running_server server(echo, rules);
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  ASSERT_TRUE(trickle_until_answered(connection, "steadily"));
  EXPECT_EQ(connection.read().status, 408);
}

TEST(timeouts, bounds_a_chunked_body_too) {
  running_server server(echo, with(&limits::body_grace, 30ms));
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(trickle_until_answered(connection, "1\r\nx\r\n"));
  EXPECT_EQ(connection.read().status, 408);
}

TEST(timeouts, closes_an_idle_connection_without_a_word) {
  running_server server(echo, with(&limits::idle, 20ms));
  auto connection = server.connect();
  EXPECT_EQ(connection.ask(get).status, 200);
  EXPECT_TRUE(connection.ended());
}

TEST(timeouts, drops_a_client_that_does_not_read) {
  std::atomic<std::size_t> sent = 0;
  std::atomic<int> reported = 0;
  auto rules = with(&limits::write_stall, 20ms);
  running_server server(
      options{.handler = [](request&) -> task<response> { co_return response{.body = std::string(20'000'000, 'x')}; },
              .limits = rules,
              .on_response =
                  [&](const access_entry& entry) {
                    sent = entry.bytes;
                    ++reported;
                  }});
  client lazy(server.port(), 4096);
  lazy.send(get);
  EXPECT_TRUE(running_server::eventually([&] { return reported == 1 && server.connections() == 0; }));
  EXPECT_LT(sent, 20'000'000U);
}

TEST(timeouts, never_interrupts_a_handler) {
  limits rules = quick();
  rules.first_byte = rules.header = rules.idle = rules.body_grace = rules.write_stall = 1ms;
  running_server server(options{.handler = [](request&) -> task<response> {
                                  co_await sleep(50ms);
                                  co_return response{.body = "done"};
                                },
                                .limits = rules});
  for (int tries = 0; tries < 50; ++tries) {  // the first byte must come within a millisecond
    auto connection = server.connect();
    if (!connection.send(get)) continue;
    try {
      EXPECT_EQ(connection.read().body, "done");
      return;
    } catch (const std::runtime_error&) {
    }
  }
  FAIL() << "no request came in time";
}

TEST(timeouts, lingers_for_a_bounded_time) {
  running_server server(echo, with(&limits::linger, 20ms));
  auto connection = server.connect();
  EXPECT_EQ(connection.ask("GET / HTTP/1.1\n\n").status, 400);
  EXPECT_TRUE(running_server::eventually([&] { return server.connections() == 0; }));
}

}  // namespace
}  // namespace jury::http::test
