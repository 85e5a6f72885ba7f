// What a connection does beyond the rules of wire/.

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <mutex>
#include <string>
#include <vector>

#include "echo.hpp"
#include "running_server.hpp"
#include "runtime/context.hpp"

namespace jury::http::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(session, answers_a_hundred_pipelined_requests_in_order) {
  running_server server(echo);
  auto connection = server.connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  connection.send(requests);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(connection.read().body, "GET /" + std::to_string(i));
}

TEST(session, processes_one_request_of_a_connection_at_a_time) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  running_server server(options{.handler = [&](request&) -> task<response> {
                                  most = std::max(most.load(), ++running);
                                  co_await sleep(1ms);
                                  --running;
                                  co_return response{};
                                },
                                .limits = quick()});
  auto connection = server.connect();
  for (int i = 0; i < 10; ++i) connection.send(get);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(connection.read().status, 200);
  EXPECT_EQ(most, 1);
}

TEST(session, turns_an_exception_into_500_and_goes_on) {
  std::mutex mutex;
  std::vector<std::string> errors;
  running_server server(options{.handler = [](request& r) -> task<response> {
                                  if (r.path == "/throw") throw std::runtime_error("the model is gone");
                                  if (r.path == "/split") co_return response{.headers = {{"X", "a\r\nY: b"}}};
                                  co_return response{};
                                },
                                .limits = quick(),
                                .on_error =
                                    [&](std::string_view what) {
                                      const std::scoped_lock lock(mutex);
                                      errors.emplace_back(what);
                                    }});
  auto connection = server.connect();
  const auto thrown = connection.ask("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body, R"({"detail":"Internal Server Error"})");
  const auto split = connection.ask("GET /split HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(split.status, 500);
  EXPECT_EQ(split.field("Y"), std::nullopt);
  EXPECT_EQ(connection.ask(get).status, 200);
  const std::scoped_lock lock(mutex);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0], "the model is gone");
}

TEST(session, reports_each_response) {
  struct seen {
    std::string method, target, client;
    int status;
    std::size_t bytes;
    std::int64_t duration;
  };
  std::mutex mutex;
  std::vector<seen> all;
  running_server server(options{.handler = [](request& r) -> task<response> {
                                  EXPECT_EQ(r.client, "127.0.0.1");
                                  EXPECT_NE(r.client_port, 0);
                                  EXPECT_GT(r.received, 0);
                                  co_return response{.status = 201, .body = "{}"};
                                },
                                .limits = quick(),
                                .on_response =
                                    [&](const access_entry& entry) {
                                      const std::scoped_lock lock(mutex);
                                      all.push_back({std::string(entry.method), std::string(entry.target),
                                                     std::string(entry.client), entry.status, entry.bytes,
                                                     entry.duration});
                                    }});
  auto connection = server.connect();
  const auto answer = connection.ask("GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
  connection.ask("GET / HTTP/1.1\n\n");
  EXPECT_TRUE(connection.ended());
  const std::scoped_lock lock(mutex);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].method, "GET");
  EXPECT_EQ(all[0].target, "/a?b");
  EXPECT_EQ(all[0].client, "127.0.0.1");
  EXPECT_EQ(all[0].status, 201);
  EXPECT_EQ(all[0].bytes, answer.head.size() + 2 + answer.body.size());
  EXPECT_GT(all[0].duration, 0);
  EXPECT_EQ(all[1].status, 400);
  EXPECT_EQ(all[1].method, "");
}

TEST(session, tells_the_time) {
  running_server server(echo);
  const auto before = std::time(nullptr);
  const auto date = server.connect().ask(get).field("Date").value_or("");
  std::tm parts{};
  const char* const end = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  ASSERT_TRUE(end != nullptr && *end == '\0') << date;
  EXPECT_EQ(date.size(), 29U);  // the day of the month has two digits
  const auto told = ::timegm(&parts);
  EXPECT_GE(told, before - 1);
  EXPECT_LE(told, std::time(nullptr) + 1);
}

// Whoever breaks the rule that on_response must not throw loses the connection, not the server.
TEST(session, takes_its_connection_along_when_it_ends_with_an_exception) {
  std::atomic<int> reports = 0;
  running_server server(options{.handler = [](request&) -> task<response> { co_return response{}; },
                                .limits = quick(),
                                .on_response =
                                    [&](const access_entry&) {
                                      if (++reports == 1) throw std::runtime_error("expected in this test");
                                    }});
  auto unlucky = server.connect();
  EXPECT_EQ(unlucky.ask(get).status, 200);
  EXPECT_TRUE(unlucky.ended());
  EXPECT_TRUE(running_server::eventually([&] { return server.connections() == 0; }));
  EXPECT_EQ(server.connect().ask(get).status, 200);
}

TEST(response, is_not_sendable_with_a_field_of_the_server) {
  for (const char* name : {"Content-Type", "content-length", "TRANSFER-ENCODING", "Date", "Connection", "keep-alive"}) {
    EXPECT_FALSE((response{.headers = {{name, "1"}}}.sendable())) << name;
  }
  EXPECT_TRUE((response{.headers = {{"Content-Language", "de"}, {"Dated", "1"}}}.sendable()));
}

TEST(session, finishes_the_handler_of_a_client_that_left) {
  std::atomic<bool> started = false;
  std::atomic<bool> go_on = false;
  std::atomic<int> finished = 0;
  running_server server(options{.handler = [&](request&) -> task<response> {
                                  started = true;
                                  while (!go_on) co_await sleep(1ms);
                                  ++finished;
                                  co_return response{};
                                },
                                .limits = quick()});
  auto leaving = server.connect();
  leaving.send(get);
  ASSERT_TRUE(running_server::eventually([&] { return started.load(); }));
  leaving.reset();
  go_on = true;
  EXPECT_TRUE(running_server::eventually([&] { return finished == 1; }));
  EXPECT_TRUE(running_server::eventually([&] { return server.connections() == 0; }));
}

TEST(session, survives_a_reset_in_mid_response) {
  running_server server([](const request&) { return response{.body = std::string(20'000'000, 'x')}; });
  client leaving(server.port(), 4096);
  leaving.send(get);
  EXPECT_TRUE(running_server::eventually([&] { return !leaving.quiet(); }));
  leaving.reset();
  EXPECT_TRUE(running_server::eventually([&] { return server.connections() == 0; }));
  EXPECT_EQ(server.connect().ask(get).status, 200);
}

TEST(session, sends_a_large_response_whole) {
  running_server server([](const request& r) { return response{.body = std::string(20'000'000, r.path.at(1))}; });
  auto connection = server.connect();
  connection.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(connection.read().body, std::string(20'000'000, 'x'));
  EXPECT_EQ(connection.read().body, std::string(20'000'000, 'y'));
}

TEST(session, answers_a_client_that_has_finished_sending) {
  running_server server(echo);
  auto connection = server.connect();
  connection.send(get);
  connection.finish_sending();
  EXPECT_EQ(connection.read().body, "GET /a");
  EXPECT_TRUE(connection.ended());
}

TEST(session, gets_a_refusal_through_to_a_client_that_is_still_sending) {
  limits rules = quick();
  rules.body = 1000;
  running_server server(echo, rules);
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n");
  connection.send(std::string(60'000, 'x'));
  EXPECT_EQ(connection.read().status, 413);
  EXPECT_TRUE(connection.ended());
  connection.finish_sending();
  EXPECT_TRUE(running_server::eventually([&] { return server.connections() == 0; }));
}

TEST(session, lingers_for_a_bounded_number_of_bytes) {
  limits rules = quick();
  rules.body = 1000;
  rules.linger = 1h;
  running_server server(echo, rules);
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\n\r\n");
  while (connection.send(std::string(64 * 1024, 'x'))) {
  }
  EXPECT_TRUE(running_server::eventually([&] { return server.connections() == 0; }));
}

TEST(session, resets_the_context_between_requests) {
  static const context_variable<std::string> tenant;
  running_server server([](const request&) {
    response answer{.body = tenant.get() == nullptr ? "none" : *tenant.get()};
    tenant.set("left over");
    return answer;
  });
  auto connection = server.connect();
  EXPECT_EQ(connection.ask(get).body, "none");
  EXPECT_EQ(connection.ask(get).body, "none");
}

}  // namespace
}  // namespace jury::http::test
